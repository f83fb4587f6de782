namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A node's clock: it runs too fast or too slow, and is set now and then.</summary>
/// <param name="world">True time.</param>
/// <param name="perMille">Thousandths of true time that pass here.</param>
internal sealed class NodeClock(NodeWorld world, int perMille) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far the wall clock was set.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => 1 + (world.Now * perMille / 1000);

    public override DateTimeOffset GetUtcNow() => Beginning + Offset + TimeSpan.FromMicroseconds(GetTimestamp());

    /// <summary>True time in which so much passes here.</summary>
    public long TrueTime(long microseconds) => microseconds * 1000 / perMille;
}
