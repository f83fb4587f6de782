using Nacre.Core.Errors;

namespace Nacre.Replication.Transport;

/// <summary>How a node keeps its streams to peers. All take effect at a restart.</summary>
public sealed record TransportOptions
{
    /// <summary>Bytes that wait for one peer; what comes above is dropped. Default 16 MiB; 6 MiB to 1 GiB.</summary>
    public int MaxQueuedBytes { get; init; } = 16 << 20;

    /// <summary>Bytes of a frame above which no message more is added to it. Default 1 MiB; 4 KiB to 6 MiB.</summary>
    public int FrameBytes { get; init; } = 1 << 20;

    /// <summary>Time to open a stream. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most time to the first attempt after a break; doubled by each that fails. Half of it is drawn. Default 50 ms.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Most time between attempts. Default 2 s; at least <see cref="FirstBackoff"/>.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Checks the ranges.</summary>
    /// <returns>Malformed, naming the first option that is out of range.</returns>
    public Result<Unit> Validate()
    {
        (string Name, bool InRange)[] checks =
        [
            (nameof(MaxQueuedBytes), MaxQueuedBytes is >= RaftMessageLimits.MaxFrameBytes and <= 1 << 30),
            (nameof(FrameBytes), FrameBytes is >= 4 << 10 and <= RaftMessageLimits.MaxFrameBytes),
            (nameof(ConnectTimeout), ConnectTimeout > TimeSpan.Zero),
            (nameof(FirstBackoff), FirstBackoff > TimeSpan.Zero),
            (nameof(MaxBackoff), MaxBackoff >= FirstBackoff),
        ];
        foreach ((string name, bool inRange) in checks)
        {
            if (!inRange)
            {
                return new NacreError(ErrorCode.Malformed, $"Option {nameof(TransportOptions)}.{name} is out of its range.");
            }
        }

        return Unit.Value;
    }
}
