namespace Nacre.Testing;

/// <summary>The simulated machine lost power: this operation and all after it came to nothing.</summary>
public sealed class SimulatedCrashException() : Exception("The simulated machine has lost power.");
