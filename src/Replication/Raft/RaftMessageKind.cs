namespace Nacre.Replication.Raft;

/// <summary>What a <see cref="RaftMessage"/> says. Numbers go over the wire.</summary>
public enum RaftMessageKind : byte
{
    /// <summary>Would you vote for me in this term? (thesis §9.6)</summary>
    PreVote = 1,

    /// <summary>Answer to <see cref="PreVote"/>.</summary>
    PreVoteAnswer = 2,

    /// <summary>Vote for me (§5.2).</summary>
    Vote = 3,

    /// <summary>Answer to <see cref="Vote"/>.</summary>
    VoteAnswer = 4,

    /// <summary>Entries, or none, behind one that both should have (§5.3).</summary>
    Append = 5,

    /// <summary>Answer to <see cref="Append"/>: flushed through here, or where the logs may agree.</summary>
    AppendAnswer = 6,

    /// <summary>The leader is there; carries commit and a read round.</summary>
    Heartbeat = 7,

    /// <summary>Answer to <see cref="Heartbeat"/>.</summary>
    HeartbeatAnswer = 8,

    /// <summary>Begin an election at once: the leader hands its lead over (thesis §3.10).</summary>
    TimeoutNow = 9,

    /// <summary>Through which entry must a follower's read see? (thesis §6.4)</summary>
    ReadIndex = 10,

    /// <summary>Answer to <see cref="ReadIndex"/>.</summary>
    ReadIndexAnswer = 11,

    /// <summary>The shells' own: the leader has a snapshot for a follower whose entries the log has released (§7).</summary>
    SnapshotOffer = 12,

    /// <summary>The shells' own: the answer to <see cref="SnapshotOffer"/> of who has its last entry.</summary>
    SnapshotAnswer = 13,
}
