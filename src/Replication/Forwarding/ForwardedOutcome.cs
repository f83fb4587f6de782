using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Replication.Forwarding;

/// <summary>What came of a proposal on another node.</summary>
/// <param name="Outcome">What applying it came to.</param>
/// <param name="Applied">What was applied there when it was answered: the entry is among it.</param>
public readonly record struct ForwardedOutcome(CommandOutcome Outcome, LogIndex Applied);
