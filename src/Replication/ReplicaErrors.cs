using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <summary>What a replica refuses with. Made once: a refusal under load allocates nothing.</summary>
internal static class ReplicaErrors
{
    private static readonly TimeSpan SoonAgain = TimeSpan.FromMilliseconds(250);

    /// <summary>The caller gave up before the proposal reached the log.</summary>
    public static NacreError GivenUpBefore { get; } = new(ErrorCode.DeadlineExceeded,
        "The deadline passed before the write was taken into the log. Nothing happened; try again.");

    /// <summary>The caller gave up while the entry was on its way.</summary>
    public static NacreError GivenUpAfter { get; } = new(ErrorCode.OutcomeUnknown,
        "The deadline passed while the write was on its way to the disk. It may take effect; repeat it under its idempotency key.");

    /// <summary>The replica recovers.</summary>
    public static NacreError Starting { get; } = Unavailable("The shard is recovering.");

    /// <summary>Nobody leads the shard now.</summary>
    public static NacreError NoLeader { get; } = Unavailable("The shard has no leader at the moment.");

    /// <summary>Another replica leads the shard.</summary>
    public static NacreError NotLeader { get; } = new(ErrorCode.NotLeader,
        "Another node leads the shard. Nothing happened; send the request there.");

    /// <summary>The lead is on its way to another replica.</summary>
    public static NacreError HandsOver { get; } = Unavailable("The shard's leader is handing over to another node.");

    /// <summary>The lead was lost with the entry on its way.</summary>
    public static NacreError LeadLost { get; } = new(ErrorCode.OutcomeUnknown,
        "The node lost the shard's lead while the write was on its way. It may take effect; repeat it under its idempotency key.");

    /// <summary>The lead was to go to a replica that cannot have it.</summary>
    public static NacreError NoVoter { get; } = new(ErrorCode.PreconditionFailed,
        "The lead can only go to another voting replica of the shard.");

    /// <summary>A change of the set would be forgotten with the next checkpoint.</summary>
    public static NacreError SetNotKept { get; } = new(ErrorCode.Unsupported,
        "The shard's checkpoints do not hold its replica set, so that it cannot be changed.");

    /// <summary>The lead was offered, and nobody took it.</summary>
    public static NacreError NotTakenOver { get; } = Unavailable("The node that was to take the shard's lead did not do so in time.");

    /// <summary>The replica drains, or has stopped.</summary>
    public static NacreError Stopping { get; } = Unavailable("The node is stopping.");

    /// <summary>A snapshot takes the place of the shard's folder.</summary>
    public static NacreError Installing { get; } = Unavailable("The shard is putting a snapshot in place on this node.");

    /// <summary>The replica stopped with the entry on its way.</summary>
    public static NacreError StoppedAfter { get; } = new(ErrorCode.OutcomeUnknown,
        "The node stopped while the write was on its way to the disk. It may take effect; repeat it under its idempotency key.");

    /// <summary>No append of the log can hold the entry.</summary>
    public static NacreError TooLarge { get; } = new(ErrorCode.TooLarge,
        "The command is larger than one entry of the log can be.");

    /// <summary>The log or the store has no room.</summary>
    public static NacreError DiskFull { get; } = new(ErrorCode.DiskFull,
        "The node's disk is full. Nothing was written; free space on it and try again.");

    /// <summary>The replica has failed; nothing was tried.</summary>
    public static NacreError Failed { get; } = new(ErrorCode.StorageFailed,
        "The shard's replica has stopped after a fault of its storage. The node's log says which.");

    /// <summary>The replica failed with the entry on its way.</summary>
    public static NacreError FailedAfter { get; } = new(ErrorCode.OutcomeUnknown,
        "The shard's replica stopped after a fault of its storage while the write was on its way to the disk. It may have taken effect; repeat it under its idempotency key.");

    /// <summary>Why a replica set was not changed.</summary>
    public static NacreError OfChange(ChangeRefusal refusal) => refusal switch
    {
        ChangeRefusal.NotLeader => NotLeader,
        ChangeRefusal.TermNotOpen => Unavailable("The shard's leader has only just been elected."),
        ChangeRefusal.ChangePending => Unavailable("Another change of the shard's replicas is under way."),
        ChangeRefusal.NotCaughtUp => Unavailable("The replica lacks too many entries to be a voter; it is catching up."),
        ChangeRefusal.WrongMember => Impossible("The replica is not what the change is for: no member of the shard, or of the other kind."),
        ChangeRefusal.IdUsed => Impossible("The replica's id was used before. Ids are never used again; take a higher one."),
        ChangeRefusal.LastVoter => Impossible("The shard would be left without a voting replica. Add another one before."),
        ChangeRefusal.TooMany => Impossible("The shard has as many replicas as it can have. Remove one before."),
        _ => throw new InvariantViolationException($"unknown refusal {refusal}"),
    };

    private static NacreError Impossible(string message) => new(ErrorCode.PreconditionFailed, message);

    private static NacreError Unavailable(string message) => new(ErrorCode.Unavailable, message) { RetryAfter = SoonAgain };
}
