using Nacre.Core.Errors;

namespace Nacre.Replication.Raft;

/// <summary>How a <see cref="RaftCore"/> times elections and bounds what is on its way to peers. All take effect at a restart.</summary>
public sealed record RaftOptions
{
    /// <summary>
    /// Ticks without a leader after which an election begins; each wait is drawn from this to below twice this. A leader
    /// that hears from no quorum for as long steps down, and voters refuse candidates for as long after they heard from a
    /// leader. Default 10; 2 to 1,000, above <see cref="HeartbeatTicks"/>.
    /// </summary>
    public int ElectionTicks { get; init; } = 10;

    /// <summary>Ticks between a leader's heartbeats. Default 1; from 1.</summary>
    public int HeartbeatTicks { get; init; } = 1;

    /// <summary>Appends with entries on their way to one peer. Default 64; 1 to 4,096.</summary>
    public int MaxInFlightMessages { get; init; } = 64;

    /// <summary>Bytes of entries on their way to one peer; a message more is sent while they are below it. Default 8 MiB; from 4 KiB.</summary>
    public long MaxInFlightBytes { get; init; } = 8L << 20;

    /// <summary>Bytes of entries in one message, unless one entry alone is longer. Default 512 KiB; 1 KiB to 4 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 512 << 10;

    /// <summary>Bytes of applied entries that a leader keeps in memory for peers that lack them. Default 16 MiB; from 0.</summary>
    public long MaxTailBytes { get; init; } = 16L << 20;

    /// <summary>Entries that a learner may lack at most when it is made a voter. Default 4,096; from 0.</summary>
    public long MaxPromotionLag { get; init; } = 4_096;

    /// <summary>
    /// Whether followers are told of every commit at once, also where the next append would tell it. Default false: for shards
    /// that are written to seldom, and whose followers are asked about what was just written.
    /// </summary>
    public bool TellsCommitsAtOnce { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <returns>Malformed, naming the first option that is out of range.</returns>
    public Result<Unit> Validate()
    {
        (string Name, bool InRange)[] checks =
        [
            (nameof(ElectionTicks), ElectionTicks is >= 2 and <= 1_000),
            (nameof(HeartbeatTicks), HeartbeatTicks >= 1 && HeartbeatTicks < ElectionTicks),
            (nameof(MaxInFlightMessages), MaxInFlightMessages is >= 1 and <= 4_096),
            (nameof(MaxInFlightBytes), MaxInFlightBytes >= 4 << 10),
            (nameof(MaxMessageBytes), MaxMessageBytes is >= 1 << 10 and <= 4 << 20),
            (nameof(MaxTailBytes), MaxTailBytes >= 0),
            (nameof(MaxPromotionLag), MaxPromotionLag >= 0),
        ];
        foreach ((string name, bool inRange) in checks)
        {
            if (!inRange)
            {
                return new NacreError(ErrorCode.Malformed, $"Option {nameof(RaftOptions)}.{name} is out of its range.");
            }
        }

        return Unit.Value;
    }
}
