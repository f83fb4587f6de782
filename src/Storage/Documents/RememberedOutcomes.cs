using System.Runtime.InteropServices;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Documents;

/// <summary>
/// What a range remembers of requests with idempotency keys: outcomes for <see cref="Keep"/> of replicated time, and
/// for each client up to which sequence they are forgotten.
/// </summary>
/// <remarks>
/// Thread: the applier. Part of the replicated state: what it answers depends on the entries alone, and a checkpoint
/// holds it whole, in order.
/// </remarks>
internal sealed partial class RememberedOutcomes
{
    /// <summary>Most outcomes of one client. One more is refused as Overloaded: none is forgotten early.</summary>
    public const int MaxOfClient = 65_536;

    /// <summary>Most outcomes of all clients.</summary>
    public const int MaxOutcomes = 524_288;

    /// <summary>Most clients, those without outcomes included.</summary>
    public const int MaxClients = 65_536;

    /// <summary>How long outcomes are kept, in the time of the entries.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromMinutes(10);

    /// <summary>How long at least a client without outcomes is known, so that its old requests are refused.</summary>
    public static readonly TimeSpan KeepClient = TimeSpan.FromDays(1);

    // Invariants:
    // - _count is the sum of the clients' outcomes.
    // - Each client is in one list: _active if it has outcomes, in order of LastTime; else _idle, in the order in which
    //   they lost their last one.
    // - A client's order holds the sequences of its outcomes, in the order in which they came, so that times rise.
    // - Every sequence forgotten or promised never to come again is at most its client's ForgottenThrough.
    private readonly Dictionary<ClientId, Client> _clients = [];
    private readonly LinkedList<Client> _active = new();
    private readonly LinkedList<Client> _idle = new();
    private int _count;

    /// <summary>Outcomes remembered now.</summary>
    public int Count => _count;

    /// <summary>Clients known now.</summary>
    public int Clients => _clients.Count;

    /// <summary>Looks a request up before it is executed.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="now">The entry's time.</param>
    /// <param name="outcome">What to answer, unless it is to be executed.</param>
    /// <returns>True when it is to be executed, and then remembered.</returns>
    public bool TryBegin(in IdempotencyKey key, DateTimeOffset now, out CommandOutcome outcome)
    {
        Invariant.Check(!key.IsNone);
        outcome = default;
        ForgetClientsBefore(now);
        if (!_clients.TryGetValue(key.Client, out Client? client))
        {
            if (_count >= MaxOutcomes || (_clients.Count >= MaxClients && !TryForgetAnIdleClient(now)))
            {
                outcome = CommandOutcome.Refused(ErrorCode.Overloaded);
                return false;
            }

            return true;
        }

        Forget(client, now, key.AnsweredBelow);
        if (client.Outcomes.TryGetValue(key.Sequence, out Outcome remembered))
        {
            outcome = remembered.Hash == key.Hash
                ? remembered.AsRepeated()
                : CommandOutcome.Refused(ErrorCode.IdempotencyMismatch);
            return false;
        }

        if (key.Sequence <= client.ForgottenThrough)
        {
            outcome = CommandOutcome.Refused(ErrorCode.IdempotencyExpired);
            return false;
        }

        if (client.Outcomes.Count >= MaxOfClient || _count >= MaxOutcomes)
        {
            outcome = CommandOutcome.Refused(ErrorCode.Overloaded);
            return false;
        }

        return true;
    }

    /// <summary>Remembers what an executed request came to.</summary>
    /// <param name="key">Its key, for which <see cref="TryBegin"/> said yes just before.</param>
    /// <param name="now">The entry's time.</param>
    /// <param name="outcome">What it came to.</param>
    public void Remember(in IdempotencyKey key, DateTimeOffset now, in CommandOutcome outcome)
    {
        ref Client? client = ref CollectionsMarshal.GetValueRefOrAddDefault(_clients, key.Client, out bool known);
        if (!known)
        {
            client = new Client(key.Client) { ForgottenThrough = Below(key.AnsweredBelow) };
        }

        client!.Outcomes.Add(key.Sequence, new Outcome(key.Hash, now, outcome));
        client.Order.Enqueue(key.Sequence);
        client.LastTime = now;
        client.Place.List?.Remove(client.Place);
        _active.AddLast(client.Place);
        _count++;
    }

    private static ulong Below(ulong sequence) => sequence == 0 ? 0 : sequence - 1;

    /// <summary>Forgets a client's outcomes that are too old, or that it promised never to ask for again.</summary>
    private void Forget(Client client, DateTimeOffset now, ulong answeredBelow)
    {
        client.ForgottenThrough = Math.Max(client.ForgottenThrough, Below(answeredBelow));
        while (client.Order.TryPeek(out ulong sequence))
        {
            bool answered = sequence <= client.ForgottenThrough && sequence < answeredBelow;
            if (!answered && client.Outcomes[sequence].Time + Keep > now)
            {
                break;
            }

            client.Order.Dequeue();
            client.Outcomes.Remove(sequence);
            client.ForgottenThrough = Math.Max(client.ForgottenThrough, sequence);
            _count--;
        }

        if (client.Order.Count == 0 && client.Place.List == _active)
        {
            _active.Remove(client.Place);
            _idle.AddLast(client.Place);
        }
    }

    /// <summary>Empties the clients that were last heard of too long ago.</summary>
    private void ForgetClientsBefore(DateTimeOffset now)
    {
        while (_active.First is { } first && first.Value.LastTime + Keep <= now)
        {
            Forget(first.Value, now, answeredBelow: 0);
        }
    }

    private bool TryForgetAnIdleClient(DateTimeOffset now)
    {
        if (_idle.First is not { } first || first.Value.LastTime + KeepClient > now)
        {
            return false;
        }

        _idle.RemoveFirst();
        _clients.Remove(first.Value.Id);
        return true;
    }

    /// <summary>What one client's requests came to.</summary>
    private sealed class Client
    {
        public Client(ClientId id)
        {
            Id = id;
            Place = new LinkedListNode<Client>(this);
        }

        public ClientId Id { get; }

        public LinkedListNode<Client> Place { get; }

        public Dictionary<ulong, Outcome> Outcomes { get; } = [];

        public Queue<ulong> Order { get; } = new();

        public ulong ForgottenThrough { get; set; }

        public DateTimeOffset LastTime { get; set; }
    }

    /// <summary>What one request came to.</summary>
    private readonly record struct Outcome(RequestHash Hash, DateTimeOffset Time, CommandOutcome Came)
    {
        public CommandOutcome AsRepeated() => Came with { Flags = Came.Flags | CommandEffect.Repeated };
    }
}
