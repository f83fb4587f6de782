using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Storage.SharedLog;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>The real log, its writer's and background work done on the driver's thread in turns of their own.</summary>
/// <param name="log">Opened without threads.</param>
/// <param name="driver">Where it runs.</param>
/// <param name="appended">Hears of each append before it is queued; null: nobody listens.</param>
/// <param name="bug">What is planted.</param>
internal sealed class PumpedLog(SegmentedLog log, Driver driver, Action<LogAppend>? appended, StorageBug bug) : ISharedLog
{
    private bool _isClosed;

    public SegmentedLog Inner => log;

    public IReadOnlyList<ShardId> Shards => log.Shards;

    public int MaxAppendBytes => log.MaxAppendBytes;

    public ShardLogState StateOf(ShardId shard) => log.StateOf(shard);

    public IReadOnlyList<TermSpan> TermsOf(ShardId shard) => log.TermsOf(shard);

    public ValueTask AppendAsync(LogAppend append, CancellationToken cancellationToken)
    {
        appended?.Invoke(append);
        if (bug == StorageBug.SuffixTruncationDropped && append.Entries.Count > 0 && append.Entries[0].Index <= log.StateOf(append.Shard).LastIndex)
        {
            driver.Do(() => append.Sink.Flushed(append));
            return ValueTask.CompletedTask;
        }

        LogAppend written = bug == StorageBug.HardStateDropped && append.Entries.Count > 0 && append.HardState is not null
            ? append with { HardState = null, Sink = new Substitute(append) }
            : append;
        Pump();
        return log.AppendAsync(written, cancellationToken);
    }

    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(ShardId shard, LogIndex from, int maxBytes, CancellationToken cancellationToken) =>
        log.ReadAsync(shard, from, maxBytes, cancellationToken);

    public void Release(ShardId shard, LogIndex through)
    {
        log.Release(shard, through);
        Pump();
    }

    public ValueTask ResetAsync(ShardId shard, LogIndex index, Term term, CancellationToken cancellationToken)
    {
        if (bug == StorageBug.ResetDropped)
        {
            return ValueTask.CompletedTask;
        }

        Pump();
        return log.ResetAsync(shard, index, term, cancellationToken);
    }

    /// <summary>Has the log do what waits, in a turn of its own.</summary>
    public void Pump() => driver.Do(() =>
    {
        if (!_isClosed)
        {
            log.Pump();
        }
    });

    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        return log.DisposeAsync();
    }

    private sealed class Substitute(LogAppend append) : ILogSink
    {
        public void Flushed(LogAppend written) => append.Sink.Flushed(append);

        public void Rejected(LogAppend written, Core.Errors.ErrorCode reason) => append.Sink.Rejected(append, reason);
    }
}
