using Nacre.Core.Ids;

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
}
