namespace Nacre.Simulation.Tests.Engine;

/// <summary>Rare paths that a kept run must have taken: one never taken was never tried.</summary>
internal enum Probe
{
    /// <summary>A replica was elected.</summary>
    LeaderElected,

    /// <summary>A flushed end of a log was replaced by a later leader's entries.</summary>
    FlushedSuffixReplaced,

    /// <summary>A leader read entries from its log for a peer that lagged.</summary>
    EntriesReadFromLog,

    /// <summary>A snapshot was put in place.</summary>
    SnapshotInstalled,

    /// <summary>A snapshot came that was not wanted any more.</summary>
    SnapshotNotWanted,

    /// <summary>Appends that were not flushed were lost in a crash.</summary>
    CrashLostAppends,

    /// <summary>A crash came when the flush had ended and nobody was told.</summary>
    CrashBetweenFlushAndNotice,

    /// <summary>A crash tore the last append.</summary>
    CrashTornAppend,

    /// <summary>A crash came while a checkpoint was written.</summary>
    CrashInCheckpoint,

    /// <summary>A crash came when a checkpoint stood, and the log was not truncated yet.</summary>
    CrashBeforeTruncation,

    /// <summary>A crash came while a snapshot was written.</summary>
    CrashInSnapshot,

    /// <summary>A crash came when a snapshot stood, and the log was not behind it yet.</summary>
    CrashBetweenSnapshotAndLog,

    /// <summary>A flush failed, and the replica stopped.</summary>
    FlushFailed,

    /// <summary>A full disk refused an append.</summary>
    AppendRefused,

    /// <summary>A sole member took back what its disk refused.</summary>
    ProposalTakenBack,

    /// <summary>A disk came back as an older image, and its replica took no part any more.</summary>
    OlderImageDisqualified,

    /// <summary>A disqualified replica was replaced by one under a new id, and that one votes.</summary>
    RebuiltReplicaPromoted,

    /// <summary>A handed over lead arrived.</summary>
    TransferDone,

    /// <summary>A leader stepped down because it had removed or demoted itself.</summary>
    LeaderLeft,

    /// <summary>A change of the replica set was dropped with the end of a log.</summary>
    ChangeReverted,

    /// <summary>A learner joined.</summary>
    LearnerAdded,

    /// <summary>A learner became a voter.</summary>
    LearnerPromoted,

    /// <summary>A voter became a learner.</summary>
    VoterDemoted,

    /// <summary>A member was removed.</summary>
    MemberRemoved,

    /// <summary>A follower answered a read.</summary>
    ReadAtFollower,

    /// <summary>A read had to wait until its entry was applied.</summary>
    ReadWaitedForApply,

    /// <summary>Nobody could confirm a read.</summary>
    ReadRefused,

    /// <summary>A repeated write was answered from its idempotency record.</summary>
    RepeatedWriteRecognised,

    /// <summary>A compare-and-set found another version.</summary>
    VersionConflict,

    /// <summary>A proposal was lost: another entry stands in its place.</summary>
    ProposalReplaced,

    /// <summary>A connection broke with messages on their way.</summary>
    ReconnectedInMidBatch,

    /// <summary>The network fell in two.</summary>
    PartitionHalves,

    /// <summary>One way was cut, the way back not.</summary>
    PartitionOneWay,

    /// <summary>Each replica heard its neighbours alone.</summary>
    PartitionRing,

    /// <summary>A partition came and went quickly.</summary>
    PartitionFlapping,

    /// <summary>A clock went much slower than the others.</summary>
    ClockSlow,
}
