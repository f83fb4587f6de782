namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A node's clock: it runs too fast or too slow, and is set now and then.</summary>
/// <param name="world">True time.</param>
/// <param name="run">Lets something happen in the node's process.</param>
/// <param name="perMille">Thousandths of true time that pass here.</param>
internal sealed class NodeClock(NodeWorld world, Action<Action> run, int perMille) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far the wall clock was set.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => 1 + (world.Now * perMille / 1000);

    public override DateTimeOffset GetUtcNow() => Beginning + Offset + TimeSpan.FromMicroseconds(GetTimestamp());

    /// <summary>True time in which so much passes here.</summary>
    public long TrueTime(long microseconds) => microseconds * 1000 / perMille;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>A timer that fires once, in an event of the world.</summary>
    private sealed class Timer(NodeClock clock, Action fire) : ITimer
    {
        private int _set;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int set = ++_set;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                clock.After((long)dueTime.TotalMicroseconds, () =>
                {
                    if (set == _set)
                    {
                        fire();
                    }
                });
            }

            return true;
        }

        public void Dispose() => _set++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private void After(long microseconds, Action action) => world.After(TrueTime(microseconds), () => run(action));
}
