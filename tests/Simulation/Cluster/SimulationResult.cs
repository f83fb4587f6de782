namespace Nacre.Simulation.Tests.Cluster;

/// <summary>What became of one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Hash">Of all events; the same each time.</param>
/// <param name="Events">How many there were.</param>
/// <param name="Operations">Operations of clients that were answered.</param>
/// <param name="Faults">What befell the cluster.</param>
/// <param name="Changes">Committed changes of the replica set.</param>
/// <param name="Entries">Entries applied.</param>
/// <param name="Probes">How often each rare path was taken.</param>
/// <param name="Violation">What was broken; null for nothing.</param>
internal sealed record SimulationResult(
    ulong Seed, ulong Hash, int Events, int Operations, int Faults, int Changes, int Entries, long[] Probes, string? Violation)
{
    /// <summary>False for a run in which too little happened.</summary>
    public bool Counts => Violation is not null || (Events >= 20_000 && Operations >= 200 && Faults >= 5 && Changes >= 1);
}
