using Nacre.Nemesis.Tests.Faults;
using Nacre.Nemesis.Tests.Processes;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>One step of a run: a round under a fault, or a measurement.</summary>
/// <param name="Name">How it is chosen.</param>
/// <param name="Shape">The cluster that it takes.</param>
/// <param name="RunAsync">Runs it on a sound cluster; gives what it came to, and what writes its history down, if it has one.</param>
internal sealed record Step(string Name, ClusterShape Shape, Func<Cluster, ulong, Task<(RoundResult Result, Action<string>? WriteHistory)>> RunAsync)
{
    /// <summary>All steps, in order.</summary>
    public static IReadOnlyList<Step> All(NemesisOptions options, Report report) =>
    [
        new(Measurements.TakeoverName, ClusterShape.Usual, async (cluster, seed) => (await Measurements.TakeoverAsync(cluster, seed, options.Repetitions, report), null)),
        new(Measurements.TrapName, ClusterShape.Usual, async (cluster, seed) => (await Measurements.TrapAsync(cluster, seed, options.Repetitions), null)),
        new(Measurements.RevocationName, ClusterShape.Usual, async (cluster, seed) => (await Measurements.RevocationAsync(cluster, seed, options.Repetitions), null)),
        .. FaultCatalog.All.Select(fault => new Step(fault.Name, ClusterShape.Usual, async (cluster, seed) =>
        {
            var round = new Round(cluster, fault, seed, TimeSpan.FromSeconds(options.Seconds));
            return (await round.RunAsync(), round.WriteHistory);
        })),
        new(Measurements.SnapshotName, Shipment.Shape, async (cluster, seed) => (await Measurements.SnapshotAsync(cluster, seed, options, report), null)),
    ];
}
