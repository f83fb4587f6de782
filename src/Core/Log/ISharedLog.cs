using Nacre.Core.Ids;

namespace Nacre.Core.Log;

/// <summary>
/// The one durable log of a node, shared by all its shards: entries of all shards are gathered into frames, one
/// flush for each batch. An entry is acknowledged only after <see cref="ILogSink.Flushed"/>.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public interface ISharedLog : IAsyncDisposable
{
    /// <summary>What is known of a shard; zeros for one that never appended.</summary>
    ShardLogState StateOf(ShardId shard);

    /// <summary>
    /// The terms of a shard's entries above the truncation index, as runs that rise in index and term. Empty for a shard
    /// without entries.
    /// </summary>
    IReadOnlyList<TermSpan> TermsOf(ShardId shard);

    /// <summary>The shards that have entries or a hard state, in order.</summary>
    IReadOnlyList<ShardId> Shards { get; }

    /// <summary>
    /// What one append may hold: the sum over its entries of length and 64 bytes. About 4 MiB; an append is never
    /// torn, so who has more to say appends twice.
    /// </summary>
    int MaxAppendBytes { get; }

    /// <summary>Queues an append. Waits only while the queue is over its byte limit.</summary>
    /// <param name="append">Entries are borrowed until the sink is told.</param>
    /// <param name="cancellationToken">Stops the wait for room in the queue, never a queued append.</param>
    ValueTask AppendAsync(LogAppend append, CancellationToken cancellationToken);

    /// <summary>
    /// Writes and flushes an append on the calling thread, if the log is at rest and its disk is quick: a lone append then
    /// waits for no other thread. Blocks for as long as the disk takes.
    /// </summary>
    /// <param name="append">As for <see cref="AppendAsync"/>.</param>
    /// <returns>True: the sink was told, on this thread. False: nothing was done; append it the other way.</returns>
    bool TryWriteNow(LogAppend append) => false;

    /// <summary>Reads entries in order from memory or disk.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="from">First index wanted; above the truncation index.</param>
    /// <param name="maxBytes">Stops before the entry that would exceed it, but gives at least one.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>Contiguous entries; empty when <paramref name="from"/> is past the end. Throws <see cref="Files.StorageFaultException"/> for bytes that fail their check.</returns>
    ValueTask<IReadOnlyList<LogRecord>> ReadAsync(ShardId shard, LogIndex from, int maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Says that a checkpoint covers a shard's entries through an index, so that their space may be used again.
    /// </summary>
    void Release(ShardId shard, LogIndex through);

    /// <summary>
    /// Drops all of a shard's entries and truncates it to an entry that a snapshot holds: the next append is the one behind
    /// it. The hard state stays. Durable on return, and all or nothing after a crash.
    /// </summary>
    /// <param name="shard">The shard; no append of it is on its way, and none begins before this returns.</param>
    /// <param name="index">The snapshot's last entry: at or above the truncation index, below or above the last entry.</param>
    /// <param name="term">Its term.</param>
    /// <param name="cancellationToken">Stops the wait, never a reset that was queued.</param>
    /// <returns>Ends when it is durable. Throws <see cref="Files.StorageFaultException"/> when it may not be.</returns>
    ValueTask ResetAsync(ShardId shard, LogIndex index, Term term, CancellationToken cancellationToken);
}
