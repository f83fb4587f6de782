using System.Collections.Immutable;

namespace Nacre.Storage.Control;

/// <summary>What is remembered of one client.</summary>
/// <param name="Forgotten">Requests through this sequence are no longer remembered, and not executed any more.</param>
/// <param name="LastSeen">Replicated time of its last request.</param>
/// <param name="Outcomes">By sequence, all above <paramref name="Forgotten"/>.</param>
internal sealed record ClientOutcomes(
    ulong Forgotten, DateTimeOffset LastSeen, ImmutableSortedDictionary<ulong, RememberedOutcome> Outcomes)
{
    /// <summary>A client that was never seen.</summary>
    public static ClientOutcomes None { get; } = new(0, default, ImmutableSortedDictionary<ulong, RememberedOutcome>.Empty);

    /// <summary>Forgets all requests through a sequence.</summary>
    public ClientOutcomes Forget(ulong through)
    {
        if (through <= Forgotten)
        {
            return this;
        }

        return this with
        {
            Forgotten = through,
            Outcomes = Outcomes.RemoveRange(Outcomes.Keys.TakeWhile(sequence => sequence <= through)),
        };
    }
}
