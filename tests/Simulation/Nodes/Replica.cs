using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A shard's replica on a node: what survives crashes, and the real replica that runs over it.</summary>
internal sealed class Replica(Node node, ShardId shard, ReplicaId id, ReplicaSet initial)
{
    public Node Node => node;

    public ShardId Shard => shard;

    public ReplicaId Id => id;

    public ReplicaSet Initial => initial;

    public Checkpoints Checkpoints { get; } = new();

    public Machine Machine { get; set; } = null!;

    /// <summary>Null while the node is down.</summary>
    public ShardReplica? Running { get; set; }

    public override string ToString() => $"replica {id} of shard {shard} on node {node.Id}";
}
