namespace Nacre.Replication.Raft;

/// <summary>What a <see cref="RaftInput"/> says.</summary>
public enum RaftInputKind : byte
{
    /// <summary>Begin an election, without waiting for the timeout.</summary>
    Campaign = 1,

    /// <summary>Append an entry. Leaders only.</summary>
    Propose = 2,

    /// <summary>What a <see cref="Ready"/> asked to persist is flushed.</summary>
    Persisted = 3,

    /// <summary>What was asked to persist was not written and will not be; the disk is full.</summary>
    PersistRefused = 4,

    /// <summary>Find out through which entry a read must see.</summary>
    ReadIndex = 5,

    /// <summary>Hand the lead over. Leaders only; others ignore it.</summary>
    Transfer = 6,

    /// <summary>Entries that an <see cref="EntryRead"/> asked for.</summary>
    EntriesRead = 7,

    /// <summary>They could not be read, or not now.</summary>
    EntriesUnread = 8,

    /// <summary>A peer has installed a snapshot.</summary>
    SnapshotSent = 9,

    /// <summary>A snapshot for a peer came to nothing.</summary>
    SnapshotFailed = 10,

    /// <summary>A snapshot is in place here: state machine and log were set to it.</summary>
    SnapshotInstalled = 11,

    /// <summary>A snapshot that was begun here is given up; nothing changed.</summary>
    SnapshotAbandoned = 12,

    /// <summary>The log has released entries.</summary>
    Released = 13,

    /// <summary>Messages to a peer were lost, for sure.</summary>
    Unreachable = 14,

    /// <summary>This replica's log lacks what it acknowledged.</summary>
    Disqualify = 15,
}
