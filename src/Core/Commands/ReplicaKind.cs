namespace Nacre.Core.Commands;

/// <summary>What a replica counts for in its shard. Numbers are stored.</summary>
public enum ReplicaKind : byte
{
    /// <summary>Votes, and counts for the quorum that commits.</summary>
    Voter = 1,

    /// <summary>Gets every entry, and counts for nothing.</summary>
    Learner = 2,
}
