using Nacre.Core.Ids;

namespace Nacre.Replication.Raft;

/// <summary>One change of a replica set; more than one replica never changes at once (thesis §4.1).</summary>
public readonly record struct ReplicaSetChange
{
    private ReplicaSetChange(ReplicaSetChangeKind kind, ReplicaId id, NodeId node) => (Kind, Id, Node) = (kind, id, node);

    /// <summary>What changes.</summary>
    public ReplicaSetChangeKind Kind { get; }

    /// <summary>The replica.</summary>
    public ReplicaId Id { get; }

    /// <summary>Where a new one lives.</summary>
    public NodeId Node { get; }

    /// <summary>A new replica gets all entries and does not vote. All join so.</summary>
    /// <param name="id">Above all that were ever members.</param>
    /// <param name="node">Where it lives.</param>
    public static ReplicaSetChange AddLearner(ReplicaId id, NodeId node) => new(ReplicaSetChangeKind.AddLearner, id, node);

    /// <summary>A learner that has caught up becomes a voter.</summary>
    public static ReplicaSetChange Promote(ReplicaId id) => new(ReplicaSetChangeKind.Promote, id, default);

    /// <summary>A voter becomes a learner.</summary>
    public static ReplicaSetChange Demote(ReplicaId id) => new(ReplicaSetChangeKind.Demote, id, default);

    /// <summary>A replica leaves for good.</summary>
    public static ReplicaSetChange Remove(ReplicaId id) => new(ReplicaSetChangeKind.Remove, id, default);
}
