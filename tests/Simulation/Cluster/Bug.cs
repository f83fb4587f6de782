namespace Nacre.Simulation.Tests.Cluster;

/// <summary>Faults that are planted to see that the simulator finds them. All sit in the simulated shell and its ports, none in the product.</summary>
internal enum Bug
{
    /// <summary>No fault.</summary>
    None,

    /// <summary>A flush notice comes when the append was handed over.</summary>
    AcknowledgeBeforeFlush,

    /// <summary>A failed flush is taken for a good one, as .NET's own calls do.</summary>
    FlushFailureIgnored,

    /// <summary>An append that a full disk refused is taken for flushed.</summary>
    RefusalIgnored,

    /// <summary>A restart forgets whom the replica voted for.</summary>
    VoteForgotten,

    /// <summary>A restart takes the last entry's term for the latest one.</summary>
    TermForgotten,

    /// <summary>A torn append is taken as far as it goes.</summary>
    TornAppendKept,

    /// <summary>Replacing an entry keeps those behind it on the disk.</summary>
    SuffixKept,

    /// <summary>The log is truncated before the checkpoint's manifest stands.</summary>
    TruncationBeforeManifest,

    /// <summary>A snapshot's place in the log is made before the state machine has it.</summary>
    SnapshotLogFirst,

    /// <summary>A snapshot is put in place, and the replica set before it stays in force.</summary>
    SnapshotSetForgotten,

    /// <summary>A leader tells followers to commit entries of earlier terms that a quorum has (§5.4.2).</summary>
    OldTermCommitted,

    /// <summary>Entries that come to be applied together are applied in the wrong order.</summary>
    AppliedOutOfOrder,

    /// <summary>A write is answered when the leader's own disk has it.</summary>
    AnsweredBeforeCommit,

    /// <summary>A write is answered when its index is applied, whatever entry stands there.</summary>
    AnsweredByIndexAlone,

    /// <summary>Proposals of a leader with peers are denied when its disk is full, though others may have them.</summary>
    SharedProposalDenied,

    /// <summary>Whoever takes itself for the leader answers reads without asking.</summary>
    LocalRead,

    /// <summary>A confirmed read is answered before its entry is applied.</summary>
    ReadBeforeApply,

    /// <summary>A snapshot carries no idempotency records.</summary>
    SnapshotWithoutRecords,

    /// <summary>A checkpoint carries no idempotency records.</summary>
    CheckpointWithoutRecords,

    /// <summary>Two members change in one entry.</summary>
    TwoChangesAtOnce,

    /// <summary>A follower does not see that an entry changes the replica set.</summary>
    ChangeNotAdopted,

    /// <summary>A restart takes the first replica set for the one in force at the checkpoint.</summary>
    WrongSetRestored,

    /// <summary>Peers remember all that a node flushed, committed or not, and refuse it when that was replaced.</summary>
    UncommittedRemembered,

    /// <summary>A disk that came back as an older image goes on voting.</summary>
    OlderImageVotes,

    /// <summary>A replica that lost its disk comes back empty, under its old id, and votes.</summary>
    SameIdRebuilt,
}
