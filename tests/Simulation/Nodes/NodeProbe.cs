namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Rare paths that a kept run must have taken: one never taken was never tried.</summary>
internal enum NodeProbe
{
    /// <summary>A leader answered a read.</summary>
    ReadAtLeader,

    /// <summary>A follower answered a read.</summary>
    ReadAtFollower,

    /// <summary>A client did not learn how its write ended.</summary>
    OutcomeUnknown,

    /// <summary>A repeated write was answered from its idempotency record.</summary>
    RepeatedWriteRecognised,

    /// <summary>A replica failed, and its node was started again.</summary>
    ReplicaFailed,

    /// <summary>All nodes crashed at once.</summary>
    AllCrashed,

    /// <summary>A voter crashed right after its vote.</summary>
    VoterCrashedAfterVote,

    /// <summary>A crash left appends on the disk that nobody had been told of.</summary>
    CrashKeptAppends,

    /// <summary>A crash came right after the end of a log was replaced.</summary>
    CrashAfterSuffixReplaced,

    /// <summary>A crash came while a data shard's checkpoint was written.</summary>
    CrashInCheckpoint,

    /// <summary>A crash came while a snapshot was fetched.</summary>
    CrashInSnapshot,

    /// <summary>A crash came when a snapshot stood, before or after the log was set behind it.</summary>
    CrashBehindSnapshot,

    /// <summary>Power failed at a change of the disk: within the control shard's checkpoint or snapshot.</summary>
    PowerFailedAtChange,

    /// <summary>A flush failed.</summary>
    FlushFailed,

    /// <summary>A full disk refused an append.</summary>
    DiskFull,

    /// <summary>The log let go of entries.</summary>
    LogReleased,

    /// <summary>A start found a log that was to be set behind a snapshot.</summary>
    ResetFoundAtStart,

    /// <summary>A data shard's snapshot took its store's place.</summary>
    SnapshotInstalled,

    /// <summary>The control shard's snapshot took its store's place.</summary>
    ControlSnapshotInstalled,

    /// <summary>A start found the control shard's checkpoint.</summary>
    ControlCheckpointFound,

    /// <summary>A fetched snapshot went on where it was cut.</summary>
    SnapshotResumed,

    /// <summary>A snapshot was no longer held for who fetched it.</summary>
    SnapshotNotHeld,

    /// <summary>A piece of a snapshot came changed.</summary>
    SnapshotPieceChanged,

    /// <summary>A connection broke.</summary>
    ConnectionBroke,

    /// <summary>One node was cut off.</summary>
    PartitionCutOff,

    /// <summary>One way was cut, the way back not.</summary>
    PartitionOneWay,

    /// <summary>The network fell in two.</summary>
    PartitionHalves,

    /// <summary>Each node heard its neighbours alone.</summary>
    PartitionRing,

    /// <summary>A node was alone for longer than a lease lasts.</summary>
    NodeIsolated,

    /// <summary>As a withdrawal was committed, a node was cut off for longer than a lease lasts.</summary>
    NodeIsolatedUnderWithdrawal,

    /// <summary>The control shard's leader learnt late who had been removed, and answered it until then.</summary>
    NodesFollowedLate,

    /// <summary>A wall clock was set.</summary>
    ClockSet,

    /// <summary>A process was stopped, and went on.</summary>
    ProcessStopped,

    /// <summary>A process was stopped for longer than what was left of its lease.</summary>
    ProcessStoppedBeyondLease,

    /// <summary>A handed over lead arrived.</summary>
    TransferDone,

    /// <summary>A node's replicas were replaced by new ones on an empty disk.</summary>
    NodeRebuilt,

    /// <summary>A node was taken out of the catalogue.</summary>
    NodeRemoved,

    /// <summary>A command was forwarded to the control shard's leader.</summary>
    CommandForwarded,

    /// <summary>A part of a node could not follow the catalogue at once.</summary>
    PartCouldNotFollow,

    /// <summary>A node took a lease that it did not hold.</summary>
    LeaseTaken,

    /// <summary>A lease ran out.</summary>
    LeaseLost,

    /// <summary>A request was served.</summary>
    RequestServed,

    /// <summary>A request was denied under a lease: its permission was not in force.</summary>
    RequestDenied,

    /// <summary>A request was refused because the lease had run out.</summary>
    RequestRefusedWithoutLease,

    /// <summary>All nodes confirmed a withdrawal.</summary>
    WithdrawalConfirmed,

    /// <summary>A withdrawal waited until the leases of those who did not confirm it had run out.</summary>
    WithdrawalWaitedOut,

    /// <summary>Who withdrew did not learn how that ended, and repeated it.</summary>
    WithdrawalRepeated,

    /// <summary>The control shard was led in another term when a withdrawal was answered than when it began.</summary>
    LeaderChangedUnderWithdrawal,

    /// <summary>The control shard's lead was handed over while somebody waited for a withdrawal.</summary>
    TransferUnderWithdrawal,
}
