using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Nacre.Core.Diagnostics;

namespace Nacre.Storage.Trees;

/// <summary>
/// Nodes in memory, shared by a shard's trees under one byte budget. A node that was not asked for since the clock
/// hand last passed goes first; an inner node is passed over more often than a leaf.
/// </summary>
/// <remarks>
/// Thread-safe. Readers take no lock; a node that comes or goes takes the lock of one stripe. Dropped nodes stay
/// valid for whoever holds them.
/// </remarks>
internal sealed class NodeCache
{
    /// <summary>What keeping a node costs besides its bytes: the objects and table places around them.</summary>
    public const int OverheadBytes = 240;

    private const int MaxStripes = 16;
    private const long MinStripeBytes = 1 << 20;
    private const int LeafRounds = 1;
    private const int InnerRounds = 4;

    // Invariants:
    // - an entry stands in _byNumber if and only if it stands in its stripe's ring (seen under the stripe's lock);
    // - a stripe's Bytes is the sum over its ring, at most the stripe's share once an Add has returned;
    // - the ring's links and hand are touched under its lock only; Rounds by anybody, as a hint.
    private readonly ConcurrentDictionary<ulong, Entry> _byNumber = new();
    private readonly Stripe[] _stripes;
    private readonly StripedCounter _hits = new();
    private readonly StripedCounter _misses = new();
    private long _budgetBytes;

    /// <param name="budgetBytes">Bytes kept at most; 0 keeps none.</param>
    public NodeCache(long budgetBytes)
    {
        _budgetBytes = budgetBytes;
        _stripes = new Stripe[Math.Clamp(budgetBytes / MinStripeBytes, 1, MaxStripes)];
        for (int i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new Stripe();
        }
    }

    /// <summary>Bytes kept at most. May change at any time; a smaller budget takes effect as nodes come.</summary>
    public long BudgetBytes
    {
        get => Volatile.Read(ref _budgetBytes);
        set => Volatile.Write(ref _budgetBytes, value);
    }

    /// <summary>Bytes of nodes kept now, with <see cref="OverheadBytes"/> for each.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (Stripe stripe in _stripes)
            {
                lock (stripe)
                {
                    bytes += stripe.Bytes;
                }
            }

            return bytes;
        }
    }

    /// <summary>Nodes asked for and found, since the start.</summary>
    public long Hits => _hits.Value;

    /// <summary>Nodes that had to be read from the store, since the start.</summary>
    public long Misses => _misses.Value;

    /// <summary>A node that was not here was read from the store.</summary>
    public void CountMiss() => _misses.Increment();

    /// <summary>Finds a node.</summary>
    public bool TryGet(ulong number, [NotNullWhen(true)] out Node? node)
    {
        if (!_byNumber.TryGetValue(number, out Entry? entry))
        {
            node = null;
            return false;
        }

        // Written only when it changes, so that readers on several cores share the line.
        if (entry.Rounds != entry.FullRounds)
        {
            entry.Rounds = entry.FullRounds;
        }

        _hits.Increment();
        node = entry.Node;
        return true;
    }

    /// <summary>Keeps a node, dropping others as the budget wants; one too large for the budget is not kept.</summary>
    public void Add(Node node)
    {
        Stripe stripe = StripeOf(node.Number);
        long share = BudgetBytes / _stripes.Length;
        Entry entry = new(node);
        if (entry.Bytes > share)
        {
            return;
        }

        lock (stripe)
        {
            if (!_byNumber.TryAdd(node.Number, entry))
            {
                return;
            }

            while (stripe.Bytes + entry.Bytes > share)
            {
                Entry dropped = stripe.Sweep();
                _byNumber.TryRemove(dropped.Node.Number, out _);
            }

            stripe.Add(entry);
        }
    }

    /// <summary>Drops a node that the current tree no longer reaches; nothing happens when it is not here.</summary>
    public void Remove(ulong number)
    {
        Stripe stripe = StripeOf(number);
        lock (stripe)
        {
            if (_byNumber.TryRemove(number, out Entry? entry))
            {
                stripe.Remove(entry);
            }
        }
    }

    private Stripe StripeOf(ulong number) => _stripes[number % (ulong)_stripes.Length];

    private sealed class Entry(Node node)
    {
        public readonly Node Node = node;
        public readonly int FullRounds = node.Level == 0 ? LeafRounds : InnerRounds;

        /// <summary>How often the hand still passes over it.</summary>
        public int Rounds;
        public Entry? Previous;
        public Entry? Next;

        public long Bytes => Node.Length + OverheadBytes;
    }

    /// <summary>A ring of entries with a clock hand; its own lock.</summary>
    private sealed class Stripe
    {
        private Entry? _hand;

        public long Bytes { get; private set; }

        /// <summary>Puts an entry where the hand comes last.</summary>
        public void Add(Entry entry)
        {
            Entry next = _hand ?? entry;
            Entry previous = next.Previous ?? entry;
            (entry.Previous, entry.Next) = (previous, next);
            previous.Next = entry;
            next.Previous = entry;
            _hand = next;
            Bytes += entry.Bytes;
        }

        public void Remove(Entry entry)
        {
            Entry next = entry.Next!;
            Entry previous = entry.Previous!;
            if (_hand == entry)
            {
                _hand = next == entry ? null : next;
            }

            previous.Next = next;
            next.Previous = previous;
            Bytes -= entry.Bytes;
        }

        /// <summary>Takes out the entry that goes first; there is one.</summary>
        public Entry Sweep()
        {
            while (true)
            {
                Entry entry = _hand!;
                if (entry.Rounds == 0)
                {
                    Remove(entry);
                    return entry;
                }

                entry.Rounds--;
                _hand = entry.Next;
            }
        }
    }
}
