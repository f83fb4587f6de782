using Nacre.Core.Ids;

namespace Nacre.Storage.Documents;

/// <summary>A data shard's storage at a glance, for metrics.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="ItemLogBytes">Record log of the items, live and dead, in memory and on disk.</param>
/// <param name="NodeLogBytes">The same of the tree nodes.</param>
/// <param name="CachedNodeBytes">Tree nodes kept in memory.</param>
/// <param name="NodeCacheBytes">Tree nodes kept at most.</param>
/// <param name="NodeHits">Nodes asked for and found in memory, since the start.</param>
/// <param name="NodeMisses">Nodes that had to be read from the store, since the start.</param>
/// <param name="BufferedBytes">Index changes that wait to be drained.</param>
/// <param name="BufferBytes">What they may take before drains begin to follow every batch.</param>
public sealed record DocumentShardStatus(
    ShardId Shard,
    long ItemLogBytes,
    long NodeLogBytes,
    long CachedNodeBytes,
    long NodeCacheBytes,
    long NodeHits,
    long NodeMisses,
    long BufferedBytes,
    long BufferBytes)
{
    /// <summary>Indexes that are being built, by range.</summary>
    public IReadOnlyList<IndexBuildStatus> Builds { get; init; } = [];
}
