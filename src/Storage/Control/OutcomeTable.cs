using System.Collections.Immutable;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Control;

/// <summary>
/// Remembers outcomes by idempotency key for ten minutes of replicated time, a bounded number for each client. What
/// is no longer remembered is refused, never executed again.
/// </summary>
/// <remarks>Immutable, and deterministic: time is that of the entries.</remarks>
internal sealed record OutcomeTable
{
    // Invariants:
    // - an outcome is kept for at least Retention after its time, unless its client says that it has it;
    // - a client's forgotten mark never falls while the client is known.

    /// <summary>How long an outcome is remembered at least.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    /// <summary>Outcomes of one client at most; more are refused, none is forgotten early.</summary>
    public const int MaxOutcomesOfClient = 1024;

    /// <summary>How long a client is known after its last request. No client repeats a request that much later.</summary>
    public static readonly TimeSpan ClientRetention = TimeSpan.FromDays(1);

    private static readonly TimeSpan PruneInterval = TimeSpan.FromMinutes(1);

    /// <summary>Nothing remembered.</summary>
    public static OutcomeTable Empty { get; } = new();

    /// <summary>What is remembered, by client.</summary>
    public ImmutableSortedDictionary<UInt128, ClientOutcomes> Clients { get; init; } =
        ImmutableSortedDictionary<UInt128, ClientOutcomes>.Empty;

    /// <summary>Replicated time of the last clearing.</summary>
    public DateTimeOffset PrunedAt { get; init; }

    /// <summary>Looks a request up.</summary>
    /// <returns>
    /// Null when it is to be executed; else its outcome: the remembered one, IdempotencyMismatch, IdempotencyExpired,
    /// or Overloaded for a client of which too much is remembered.
    /// </returns>
    public CommandOutcome? Find(in IdempotencyKey key)
    {
        ClientOutcomes client = Clients.GetValueOrDefault(key.Client.Value, ClientOutcomes.None);
        if (client.Outcomes.TryGetValue(key.Sequence, out RememberedOutcome? remembered))
        {
            return remembered.Hash == key.Hash
                ? remembered.Outcome with { Flags = remembered.Outcome.Flags | CommandEffect.Repeated }
                : CommandOutcome.Refused(ErrorCode.IdempotencyMismatch);
        }

        if (key.Sequence <= client.Forgotten)
        {
            return CommandOutcome.Refused(ErrorCode.IdempotencyExpired);
        }

        return client.Outcomes.Count >= MaxOutcomesOfClient ? CommandOutcome.Refused(ErrorCode.Overloaded) : null;
    }

    /// <summary>Takes note of what a client says that it has, before its request is looked up.</summary>
    public OutcomeTable Hear(in IdempotencyKey key)
    {
        if (key.AnsweredBelow == 0 || !Clients.TryGetValue(key.Client.Value, out ClientOutcomes? client))
        {
            return this;
        }

        return this with { Clients = Clients.SetItem(key.Client.Value, client.Forget(key.AnsweredBelow - 1)) };
    }

    /// <summary>Remembers an outcome.</summary>
    public OutcomeTable Remember(in IdempotencyKey key, in CommandOutcome outcome, DateTimeOffset time)
    {
        ClientOutcomes client = Clients.GetValueOrDefault(key.Client.Value, ClientOutcomes.None);
        client = client with
        {
            LastSeen = time,
            Outcomes = client.Outcomes.Add(key.Sequence, new RememberedOutcome(key.Hash, time, outcome)),
        };
        return this with { Clients = Clients.SetItem(key.Client.Value, client) };
    }

    /// <summary>Forgets what is older than it must be, now and then.</summary>
    public OutcomeTable Prune(DateTimeOffset time)
    {
        if (time - PrunedAt < PruneInterval)
        {
            return this;
        }

        ImmutableSortedDictionary<UInt128, ClientOutcomes>.Builder kept = Clients.ToBuilder();
        foreach ((UInt128 id, ClientOutcomes client) in Clients)
        {
            if (time - client.LastSeen > ClientRetention)
            {
                kept.Remove(id);
                continue;
            }

            // What is expired but stands behind something that is not stays: the mark may not pass over that.
            ulong through = client.Outcomes
                .TakeWhile(outcome => time - outcome.Value.Time > Retention)
                .Select(outcome => outcome.Key)
                .LastOrDefault();
            kept[id] = client.Forget(through);
        }

        return this with { Clients = kept.ToImmutable(), PrunedAt = time };
    }
}
