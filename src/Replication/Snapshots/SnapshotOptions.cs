using Nacre.Core.Errors;

namespace Nacre.Replication.Snapshots;

/// <summary>How snapshots are transferred between nodes. All take effect at a restart.</summary>
public sealed record SnapshotOptions
{
    /// <summary>Most bytes of one piece, also for a node that answers.</summary>
    public const int MaxChunkBytes = 4 << 20;

    /// <summary>Bytes that are asked for at a time. Default 1 MiB; 1 KiB to 4 MiB.</summary>
    public int ChunkBytes { get; init; } = 1 << 20;

    /// <summary>Pieces of one transfer that are asked for and have not come. Default 4; 1 to 64. So much memory is taken, and over a long line it bounds the rate.</summary>
    public int PiecesInFlight { get; init; } = 4;

    /// <summary>Time for one piece; there is none for the whole. Default 30 s.</summary>
    public TimeSpan ChunkTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes that one transfer takes in a second. Default 0: as many as come; else from 64 KiB.</summary>
    public long MaxBytesPerSecond { get; init; }

    /// <summary>Bytes after which what has come is made durable, so that a start goes on from there. Default 4 MiB; from 1 KiB.</summary>
    public long FlushAfterBytes { get; init; } = 4L << 20;

    /// <summary>Transfers that a node receives at a time, one a shard; others begin when one has ended. Default 2; 1 to 64.</summary>
    public int MaxTransfers { get; init; } = 2;

    /// <summary>Pause after a transfer that failed here: no space, a fault of the disk, or bytes that are not what they should be. Default 10 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a snapshot is held after somebody last asked for a piece of it. Default 60 s.</summary>
    public TimeSpan HoldFor { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Checks the ranges.</summary>
    /// <returns>Malformed, naming the first option that is out of range.</returns>
    public Result<Unit> Validate()
    {
        (string Name, bool InRange)[] checks =
        [
            (nameof(ChunkBytes), ChunkBytes is >= 1 << 10 and <= MaxChunkBytes),
            (nameof(PiecesInFlight), PiecesInFlight is >= 1 and <= 64),
            (nameof(ChunkTimeout), ChunkTimeout > TimeSpan.Zero),
            (nameof(MaxBytesPerSecond), MaxBytesPerSecond is 0 or >= 64 << 10),
            (nameof(FlushAfterBytes), FlushAfterBytes >= 1 << 10),
            (nameof(MaxTransfers), MaxTransfers is >= 1 and <= 64),
            (nameof(RetryAfter), RetryAfter > TimeSpan.Zero),
            (nameof(HoldFor), HoldFor > TimeSpan.Zero),
        ];
        foreach ((string name, bool inRange) in checks)
        {
            if (!inRange)
            {
                return new NacreError(ErrorCode.Malformed, $"Option {nameof(SnapshotOptions)}.{name} is out of its range.");
            }
        }

        return Unit.Value;
    }
}
