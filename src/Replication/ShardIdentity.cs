using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <summary>Which replica this is, and what its leader stamps into every entry.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Domain">The key domain whose key seals the shard's entries.</param>
public sealed record ShardIdentity(ClusterId Cluster, ShardId Shard, KeyDomainId Domain)
{
    /// <summary>This replica.</summary>
    public ReplicaId Self { get; init; } = new(1);

    /// <summary>The node that it lives on.</summary>
    public NodeId Node { get; init; } = new(1);

    /// <summary>
    /// The replica set that the shard was made with; null for this replica alone. <see cref="ReplicaSet.Empty"/> for one that
    /// joins. What checkpoint and log say goes before it.
    /// </summary>
    public ReplicaSet? InitialSet { get; init; }

    /// <summary>The write epoch.</summary>
    public WriteEpoch Epoch { get; init; } = new(1);

    /// <summary>This node's region.</summary>
    public RegionId Origin { get; init; } = new(1);
}
