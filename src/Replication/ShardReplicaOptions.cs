using Nacre.Core.Errors;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <summary>How a shard's replica batches, bounds and checkpoints. All take effect at a restart.</summary>
public sealed record ShardReplicaOptions
{
    /// <summary>Proposals accepted and not yet answered; above it, <see cref="ErrorCode.Overloaded"/>. Default 8,192; 1 to 1,000,000.</summary>
    public int MaxPendingProposals { get; init; } = 8_192;

    /// <summary>Bytes of entries accepted and not yet applied; above it, <see cref="ErrorCode.Overloaded"/>. Default 8 MiB; 4 MiB to 16 GiB. The store keeps disk space for so much.</summary>
    public long MaxPendingBytes { get; init; } = 8L << 20;

    /// <summary>What an <see cref="ErrorCode.Overloaded"/> answer hints at. Default 50 ms.</summary>
    public TimeSpan OverloadRetryAfter { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Bytes of entries in one append to the log, unless one entry alone is longer. Default 1 MiB; 16 KiB to 2 MiB.</summary>
    public int MaxAppendBytes { get; init; } = 1 << 20;

    /// <summary>Entries that are applied before the next read view is published. Default 512; 1 to 65,536.</summary>
    public int MaxApplyEntries { get; init; } = 512;

    /// <summary>Bytes of entries read at a time while recovering. Default 4 MiB; 64 KiB to 64 MiB.</summary>
    public int RecoveryBatchBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Most bytes of applied entries after which a checkpoint is begun. Default 128 MiB; from 1 KiB. Bounds recovery time.
    /// </summary>
    public long CheckpointAfterBytes { get; init; } = 128L << 20;

    /// <summary>
    /// Share of the stored bytes after which a checkpoint is begun, one in so many. Default 40; 1 to 1,000. The log of two
    /// such distances is kept, so that it takes a twentieth of what the store does, and a small shard recovers sooner.
    /// </summary>
    public int CheckpointAfterShare { get; init; } = 40;

    /// <summary>
    /// Bytes of applied entries below which no checkpoint is begun for its share. Default 16 MiB; from 1 KiB; above
    /// <see cref="CheckpointAfterBytes"/> it has no effect.
    /// </summary>
    public long CheckpointNotBeforeBytes { get; init; } = 16L << 20;

    /// <summary>Pause after a checkpoint that found no space. Default 10 s.</summary>
    public TimeSpan CheckpointRetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time after which a replica that was not heard from keeps nothing more in the leader's log: it gets a snapshot when it
    /// comes back. Default 10 min.
    /// </summary>
    public TimeSpan PeerSilence { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Most bytes of entries that the leader's log keeps, beyond what checkpoints need, for a replica that lacks them; one
    /// that lacks more gets a snapshot. Default 512 MiB; from 1 KiB.
    /// </summary>
    public long PeerLogBytes { get; init; } = 512L << 20;

    /// <summary>How elections are timed and peers are supplied.</summary>
    public RaftOptions Raft { get; init; } = new();

    /// <summary>Checks the ranges.</summary>
    /// <returns>Malformed, naming the first option that is out of range.</returns>
    public Result<Unit> Validate()
    {
        (string Name, bool InRange)[] checks =
        [
            (nameof(MaxPendingProposals), MaxPendingProposals is >= 1 and <= 1_000_000),
            (nameof(MaxPendingBytes), MaxPendingBytes is >= 4L << 20 and <= 16L << 30),
            (nameof(OverloadRetryAfter), OverloadRetryAfter > TimeSpan.Zero),
            (nameof(MaxAppendBytes), MaxAppendBytes is >= 16 << 10 and <= 2 << 20),
            (nameof(MaxApplyEntries), MaxApplyEntries is >= 1 and <= 65_536),
            (nameof(RecoveryBatchBytes), RecoveryBatchBytes is >= 64 << 10 and <= 64 << 20),
            (nameof(CheckpointAfterBytes), CheckpointAfterBytes >= 1 << 10),
            (nameof(CheckpointAfterShare), CheckpointAfterShare is >= 1 and <= 1_000),
            (nameof(CheckpointNotBeforeBytes), CheckpointNotBeforeBytes >= 1 << 10),
            (nameof(CheckpointRetryAfter), CheckpointRetryAfter > TimeSpan.Zero),
            (nameof(PeerSilence), PeerSilence > TimeSpan.Zero),
            (nameof(PeerLogBytes), PeerLogBytes >= 1 << 10),
        ];
        foreach ((string name, bool inRange) in checks)
        {
            if (!inRange)
            {
                return new NacreError(ErrorCode.Malformed, $"Option {nameof(ShardReplicaOptions)}.{name} is out of its range.");
            }
        }

        return Raft.Validate();
    }
}
