using Nacre.Core.Ids;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Documents;

/// <summary>Where a node's data shards are, and what they may take.</summary>
public sealed record DocumentShardsOptions
{
    /// <summary>The folder of all shards; each has a folder of its own in it. May change: never.</summary>
    public required string Directory { get; init; }

    /// <summary>The cluster. May change: never.</summary>
    public required ClusterId Cluster { get; init; }

    /// <summary>
    /// Memory in bytes for one shard: record pages, hash index, tree nodes, buffered index changes; from
    /// <see cref="DocumentShards.LeastMemoryBytes"/>. May change: restart.
    /// </summary>
    public required long MemoryBytesPerShard { get; init; }

    /// <summary>
    /// Bytes of entries that a shard's replica accepts before they are applied: for so much, disk space is kept reserved.
    /// Default 8 MiB; from 4 MiB. May change: restart.
    /// </summary>
    public long PendingBytes { get; init; } = 8L << 20;

    /// <summary>
    /// Bytes of a segment file of a store. Default 64 MiB; a power of two from 512 KiB. May change: never; a shard
    /// keeps what it was made with.
    /// </summary>
    public long SegmentBytes { get; init; } = (long)BlockGeometry.MaxGroups * BlockGeometry.GroupBytes;

    /// <summary>
    /// Bytes of a store's log after which its hash index is written anew. Default 256 MiB; above zero. May change:
    /// restart.
    /// </summary>
    public long IndexCheckpointBytes { get; init; } = 256L << 20;

    /// <summary>
    /// Bytes of a store's log that must be dead before it is compacted. Default 16 MiB; from 0. May change: restart.
    /// </summary>
    public long CompactAtDeadBytes { get; init; } = 16L << 20;
}
