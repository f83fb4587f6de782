namespace Nacre.Simulation.Tests.Cluster;

/// <summary>What applying a write came to.</summary>
/// <param name="IsDone">False for a version that was another.</param>
/// <param name="Version">The cell's version afterwards.</param>
internal readonly record struct Outcome(bool IsDone, ulong Version);
