using Nacre.Core.Commands;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Control;

/// <summary>What a request under an idempotency key came to.</summary>
/// <param name="Hash">What was asked.</param>
/// <param name="Time">When it was applied, in replicated time.</param>
/// <param name="Outcome">The outcome.</param>
internal sealed record RememberedOutcome(RequestHash Hash, DateTimeOffset Time, CommandOutcome Outcome);
