namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Faults that the simulation plants behind the ports of the real replica, to show that it would find them.</summary>
internal enum NodeBug
{
    None = 0,

    /// <summary>The log says that an append is flushed when it has only been queued.</summary>
    AcknowledgeBeforeFlush,

    /// <summary>Now and then a flush that was told of did not reach the disk.</summary>
    FlushLies,

    /// <summary>A restart finds its term, but not whom it voted for.</summary>
    ForgetVote,

    /// <summary>A restart takes its last entry's term for its own.</summary>
    ForgetTerm,

    /// <summary>An append over earlier entries leaves those behind it in the log.</summary>
    LostSuffixTruncation,

    /// <summary>A restart does not find the last entry that was flushed.</summary>
    LostTail,

    /// <summary>A torn append: its entries are there after a crash, its hard state is not.</summary>
    TornHardState,

    /// <summary>The log tells every entry's term one too low.</summary>
    WrongTerms,

    /// <summary>Reading gives the entries that a later append replaced.</summary>
    StaleLogRead,

    /// <summary>Two commands of one batch are applied in the other order.</summary>
    ApplyOutOfOrder,

    /// <summary>Applying looks at something that differs from node to node.</summary>
    NondeterministicApply,

    /// <summary>A repeated request is executed again.</summary>
    IgnoreIdempotency,

    /// <summary>Checkpoints do not hold what is known of earlier requests.</summary>
    CheckpointWithoutIdempotency,

    /// <summary>A checkpoint lacks the last command that it says it has.</summary>
    CheckpointLosesLast,

    /// <summary>A checkpoint holds the replica set that the shard was made with.</summary>
    CheckpointWithOldSet,

    /// <summary>A node whose disk was replaced goes on as the replica that it was.</summary>
    SameIdRebuild,

    /// <summary>Reads take what is applied, without asking anybody.</summary>
    StaleRead,

    /// <summary>A refused vote arrives as a granted one.</summary>
    ForgedVote,

    /// <summary>A follower's acknowledgement arrives with one entry more than it flushed.</summary>
    ForgedAcknowledgement,

    /// <summary>A heartbeat arrives with a commit beyond what is committed.</summary>
    EarlyCommit,

    /// <summary>A client repeats a write whose outcome is unknown as if it were another one.</summary>
    NewKeyOnRetry,

    /// <summary>The log lets go of what a checkpoint is going to cover, before that is durable.</summary>
    TruncationBeforeCheckpoint,

    /// <summary>A snapshot takes the store's place, and nothing says that the log is to be set behind it.</summary>
    SnapshotWithoutReset,

    /// <summary>Offers say that a snapshot ends far beyond where it does: one is taken though the log has more.</summary>
    OfferTakenThoughTheLogHasMore,

    /// <summary>A snapshot does not carry the replica set in force at its end.</summary>
    SnapshotSetForgotten,

    /// <summary>What a crash left of an unfinished snapshot is taken for whole, and nobody looks at the end.</summary>
    StagedPartLost,

    /// <summary>Requests are served by a lease that was held once, whether it stands or has run out.</summary>
    StaleLeaseRead,

    /// <summary>A lease lasts from the answer on, not from the question.</summary>
    LeaseCountedFromAnswer,

    /// <summary>A lease's end is told by the wall clock, which is set back now and then.</summary>
    LeaseByWallClock,

    /// <summary>The clock of leases stands still while the process is stopped: a lease lives through the pause.</summary>
    LeaseClockStopsWithProcess,

    /// <summary>Who believes to lead the control shard takes its own word for the newest.</summary>
    LeaseOnOwnWord,

    /// <summary>Who has led the control shard goes on to renew its lease by its own word when the lead is another's.</summary>
    LeaseSurvivesTransfer,

    /// <summary>A lease is taken before the catalogue that it stands on is in force.</summary>
    LeaseBeforeInForce,

    /// <summary>A withdrawal is answered when it is committed.</summary>
    WithdrawalNotAwaited,

    /// <summary>A withdrawal waits for half of a lease only.</summary>
    WithdrawalWaitsTooShort,

    /// <summary>A withdrawal waits as long as a lease lasts, as if all clocks ran alike.</summary>
    WithdrawalWithoutMargin,

    /// <summary>A node that was taken out is not waited for.</summary>
    RemovedNodeNotAwaited,

    /// <summary>A node that was taken out renews its lease for as long as somebody answers it.</summary>
    LeaseOfRemovedNode,

    /// <summary>A node confirms a withdrawal before it is in force there.</summary>
    ConfirmedBeforeInForce,
}
