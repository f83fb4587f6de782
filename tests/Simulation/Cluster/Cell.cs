namespace Nacre.Simulation.Tests.Cluster;

/// <summary>A register, or a list by its length and a hash of its elements.</summary>
/// <param name="Version">How often it was written.</param>
/// <param name="Value">What is in it.</param>
internal readonly record struct Cell(ulong Version, ulong Value);
