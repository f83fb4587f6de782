namespace Nacre.Client.Transport;

/// <summary>When an operation with all its repetitions must be over, in monotonic time.</summary>
internal readonly struct Deadline(TimeProvider time, TimeSpan timeout)
{
    private readonly TimeProvider _time = time;
    private readonly TimeSpan _timeout = timeout;

    /// <summary>When the operation began, as <see cref="TimeProvider.GetTimestamp"/> tells it.</summary>
    public long Started { get; } = time.GetTimestamp();

    /// <summary>Time used so far.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(Started);

    /// <summary>Time left; never below zero.</summary>
    public TimeSpan Remaining
    {
        get
        {
            TimeSpan left = _timeout - Elapsed;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>True once no time is left.</summary>
    public bool HasPassed => Remaining == TimeSpan.Zero;
}
