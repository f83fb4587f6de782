namespace Nacre.Replication.Raft;

/// <summary>What a <see cref="RaftMessage"/> says.</summary>
public enum RaftMessageKind : byte
{
    /// <summary>Local: begin an election now, without waiting for the timeout.</summary>
    Campaign = 1,

    /// <summary>Local: append an entry. Leaders only.</summary>
    Propose = 2,

    /// <summary>Local: what <see cref="Ready"/> asked to persist is flushed.</summary>
    Persisted = 3,

    /// <summary>Local: what <see cref="Ready"/> asked to persist was not written and will not be; the disk is full.</summary>
    PersistRefused = 4,
}
