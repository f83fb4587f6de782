using Nacre.Core.StateMachines;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>What applying one entry came to.</summary>
/// <param name="Outcome">As the caller is told.</param>
/// <param name="Write">The write.</param>
/// <param name="TookEffect">True when the register has a new version for it.</param>
internal readonly record struct Execution(CommandOutcome Outcome, Write Write, bool TookEffect);
