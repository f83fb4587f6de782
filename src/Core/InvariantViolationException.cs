namespace Nacre.Core;

/// <summary>
/// A condition that must always hold did not. In replication, apply and storage it stops the process: a dead
/// replica recovers, a wrong one spreads.
/// </summary>
/// <param name="condition">The text of the condition that failed.</param>
public sealed class InvariantViolationException(string condition)
    : Exception($"Invariant violated: {condition}");
