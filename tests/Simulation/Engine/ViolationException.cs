namespace Nacre.Simulation.Tests.Engine;

/// <summary>A promise of the system was broken in a run.</summary>
internal sealed class ViolationException(string message) : Exception(message);
