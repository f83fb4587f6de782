using Nacre.Core.Errors;

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

    /// <summary>The replica drains, or has stopped.</summary>
    public static NacreError Stopping { get; } = Unavailable("The node is stopping.");

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

    private static NacreError Unavailable(string message) => new(ErrorCode.Unavailable, message) { RetryAfter = SoonAgain };
}
