namespace Nacre.Nemesis.Tests.Faults;

/// <summary>All faults, in the order in which a run goes through them.</summary>
internal static class FaultCatalog
{
    /// <summary>The faults.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        new(nameof(ProcessFaults.KillOne), ProcessFaults.KillOne),
        new(nameof(ProcessFaults.KillLeader), ProcessFaults.KillLeader),
        new(nameof(ProcessFaults.KillMajority), ProcessFaults.KillMajority),
        new(nameof(ProcessFaults.KillAll), ProcessFaults.KillAll),
        new(nameof(ProcessFaults.PauseLeader), ProcessFaults.PauseLeader),
        new(nameof(ProcessFaults.RollingRestart), ProcessFaults.RollingRestart, SparesClients: true),
        new(nameof(LinkFaults.PartitionHalves), LinkFaults.PartitionHalves),
        new(nameof(LinkFaults.PartitionLeader), LinkFaults.PartitionLeader),
        new(nameof(LinkFaults.PartitionOneWay), LinkFaults.PartitionOneWay),
        new(nameof(LinkFaults.PartitionRing), LinkFaults.PartitionRing),
        new(nameof(LinkFaults.PartitionFlapping), LinkFaults.PartitionFlapping),
        new(nameof(LinkFaults.SlowLinks), LinkFaults.SlowLinks),
        new(nameof(LinkFaults.Loss), LinkFaults.Loss),
        new(nameof(LinkFaults.Reordering), LinkFaults.Reordering, NeedsPackets: true),
        new(nameof(LinkFaults.Duplication), LinkFaults.Duplication, NeedsPackets: true),
        new(nameof(DiskFaults.SlowFlushLeader), DiskFaults.SlowFlushLeader),
        new(nameof(DiskFaults.SlowFlushFollower), DiskFaults.SlowFlushFollower),
        new(nameof(DiskFaults.FailingFlushLeader), DiskFaults.FailingFlushLeader),
        new(nameof(DiskFaults.FailingFlushFollower), DiskFaults.FailingFlushFollower),
        new(nameof(DiskFaults.DiskFullLeader), DiskFaults.DiskFullLeader),
        new(nameof(DiskFaults.DiskFullFollower), DiskFaults.DiskFullFollower),
        new(nameof(ClockFaults.ClockAhead), ClockFaults.ClockAhead),
        new(nameof(ClockFaults.ClockBehind), ClockFaults.ClockBehind),
        new(nameof(MembershipFaults.ChangeUnderKills), MembershipFaults.ChangeUnderKills),
        new(nameof(MembershipFaults.ChangeUnderPartition), MembershipFaults.ChangeUnderPartition),
    ];
}
