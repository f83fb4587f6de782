using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Storage.Indexes;

namespace Nacre.Storage.Documents;

/// <summary>A range that the shard owns, as the applier keeps it.</summary>
/// <remarks>Thread: the applier.</remarks>
internal sealed class RangeState
{
    // Invariants:
    // - LastLsn never falls.
    // - Items, DocumentBytes and StoredBytes are the sums over the item tree's entries of Tablet.
    public RangeState(RangeDefinition definition, TabletId tablet, ulong lsnBase, RememberedOutcomes outcomes)
    {
        Definition = definition;
        Tablet = tablet;
        LsnBase = lsnBase;
        Outcomes = outcomes;
    }

    /// <summary>What it is.</summary>
    public RangeDefinition Definition { get; set; }

    /// <summary>The indexes that queries ask; null for none.</summary>
    public IndexSet? Index { get; set; }

    /// <summary>The indexes that are being built to take their place; null for none.</summary>
    public IndexSet? Building { get; set; }

    /// <summary>Whether replaced items keep their numbers: from the first policy on, whatever it says.</summary>
    public bool KeepsNumbers => Definition.Indexing is not null;

    /// <summary>Both, as far as they are there.</summary>
    public IEnumerable<IndexSet> Sets => new[] { Index, Building }.OfType<IndexSet>();

    /// <summary>Its id in this store's trees.</summary>
    public TabletId Tablet { get; }

    /// <summary>What the shard's sequence is raised by to give its log sequence numbers.</summary>
    public ulong LsnBase { get; }

    /// <summary>Its last write that took effect; 0 for none.</summary>
    public Lsn LastLsn { get; set; }

    /// <summary>Documents.</summary>
    public long Items { get; set; }

    /// <summary>Bytes of JSON.</summary>
    public long DocumentBytes { get; set; }

    /// <summary>Bytes of item log that its current versions take, about.</summary>
    public long StoredBytes { get; set; }

    /// <summary>What it remembers of requests with idempotency keys.</summary>
    public RememberedOutcomes Outcomes { get; }

    /// <summary>Where <see cref="RangeTable"/> keeps its last log sequence number.</summary>
    public int Slot { get; set; }
}
