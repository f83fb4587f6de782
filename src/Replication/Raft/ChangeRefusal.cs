namespace Nacre.Replication.Raft;

/// <summary>Why a change of the replica set was not appended.</summary>
public enum ChangeRefusal : byte
{
    /// <summary>It was appended.</summary>
    None = 0,

    /// <summary>This replica does not lead, or hands its lead over.</summary>
    NotLeader = 1,

    /// <summary>No entry of the leader's term is committed yet; soon.</summary>
    TermNotOpen = 2,

    /// <summary>The change before is not committed yet.</summary>
    ChangePending = 3,

    /// <summary>The replica is not what the change is for: no member, or of the other kind.</summary>
    WrongMember = 4,

    /// <summary>The id was a member before, or is below one that was; ids are never used again.</summary>
    IdUsed = 5,

    /// <summary>No voter would be left.</summary>
    LastVoter = 6,

    /// <summary>The learner lacks too many entries to be a voter.</summary>
    NotCaughtUp = 7,

    /// <summary>There are as many members as there can be.</summary>
    TooMany = 8,
}
