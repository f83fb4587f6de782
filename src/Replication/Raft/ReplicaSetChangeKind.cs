namespace Nacre.Replication.Raft;

/// <summary>What a <see cref="ReplicaSetChange"/> changes.</summary>
public enum ReplicaSetChangeKind : byte
{
    /// <summary>A new replica, as a learner.</summary>
    AddLearner = 1,

    /// <summary>From learner to voter.</summary>
    Promote = 2,

    /// <summary>From voter to learner.</summary>
    Demote = 3,

    /// <summary>A member is one no more.</summary>
    Remove = 4,
}
