namespace Nacre.Replication.Raft;

/// <summary>What a replica is in its current term.</summary>
public enum RaftRole : byte
{
    /// <summary>Follows whoever leads.</summary>
    Follower = 0,

    /// <summary>Has voted for itself and gathers votes.</summary>
    Candidate = 1,

    /// <summary>Appends, replicates and commits entries of its term.</summary>
    Leader = 2,

    /// <summary>Asks whether it would be voted for, before it disturbs anybody with a new term (thesis §9.6).</summary>
    PreCandidate = 3,
}
