using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Micro.Replication;

/// <summary>A log that calls every append flushed at once: what is left is the replica's own cost.</summary>
internal sealed class InstantLog : ISharedLog
{
    public IReadOnlyList<ShardId> Shards => [];

    public int MaxAppendBytes => 4 << 20;

    public ShardLogState StateOf(ShardId shard) => default;

    public IReadOnlyList<TermSpan> TermsOf(ShardId shard) => [];

    public ValueTask AppendAsync(LogAppend append, CancellationToken cancellationToken)
    {
        append.Sink.Flushed(append);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(ShardId shard, LogIndex from, int maxBytes, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Nothing is kept.");

    public void Release(ShardId shard, LogIndex through)
    {
    }

    public ValueTask ResetAsync(ShardId shard, LogIndex index, Term term, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
