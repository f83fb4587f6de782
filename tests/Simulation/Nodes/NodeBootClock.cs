using Nacre.Core.Time;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Time since the machine was started: it drifts, nobody sets it, and it goes on while a process is stopped.</summary>
internal sealed class NodeBootClock(Node node, NodeBug bug) : IBootClock
{
    private static readonly DateTimeOffset Beginning = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public TimeSpan Now => bug switch
    {
        NodeBug.LeaseByWallClock => node.Clock.GetUtcNow() - Beginning,
        NodeBug.LeaseClockStopsWithProcess => TimeSpan.FromMicroseconds(node.Clock.GetTimestamp() - node.Stopped),
        _ => TimeSpan.FromMicroseconds(node.Clock.GetTimestamp()),
    };
}
