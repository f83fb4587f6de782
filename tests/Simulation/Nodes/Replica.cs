using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
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

    /// <summary>What has come of a snapshot.</summary>
    public Staging? Staging { get; set; }

    /// <summary>A snapshot was put in place, and the log is to be set behind it.</summary>
    public SnapshotPoint? PendingReset { get; set; }

    public ISimulatedMachine Machine { get; set; } = null!;

    /// <summary>Null while the node is down, or opens it.</summary>
    public ReplicaSlot? Slot { get; set; }

    public ShardReplica? Running => Slot?.Replica;

    /// <summary>The one that was looked at last.</summary>
    public ShardReplica? Seen { get; set; }

    public override string ToString() => $"replica {id} of shard {shard} on node {node.Id}";
}
