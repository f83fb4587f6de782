namespace Nacre.Simulation.Tests.Nodes;

/// <summary>What a seed came to.</summary>
internal sealed record NodeResult(
    ulong Seed, ulong Hash, int Events, int Operations, int Faults, int Changes, int Withdrawals, int Elections, int Entries,
    IReadOnlyList<int> Probes, string? Violation);
