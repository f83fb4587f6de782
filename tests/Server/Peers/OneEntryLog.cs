using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Server.Tests.Peers;

/// <summary>A log that knows no more than the term of its entries.</summary>
internal sealed class OneEntryLog(Term term) : ISharedLog
{
    public int MaxAppendBytes => 0;

    public IReadOnlyList<ShardId> Shards => [];

    public ShardLogState StateOf(ShardId shard) => default;

    public IReadOnlyList<TermSpan> TermsOf(ShardId shard) => [new TermSpan(new LogIndex(1), term)];

    public ValueTask AppendAsync(LogAppend append, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(ShardId shard, LogIndex from, int maxBytes, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public void Release(ShardId shard, LogIndex through) => throw new NotSupportedException();

    public ValueTask ResetAsync(ShardId shard, LogIndex index, Term term, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
