using Nacre.Core.Time;

namespace Nacre.Replication;

/// <summary>A clock's timestamps as time since some moment.</summary>
internal sealed class MonotonicClock(TimeProvider time) : IBootClock
{
    private readonly long _began = time.GetTimestamp();

    /// <inheritdoc/>
    public TimeSpan Now => time.GetElapsedTime(_began);
}
