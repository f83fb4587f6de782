using System.Diagnostics.CodeAnalysis;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Storage.Indexes;

namespace Nacre.Storage.Documents;

/// <summary>A shard's ranges at one point. Immutable.</summary>
internal sealed class RangeSnapshot(
    Dictionary<RangeId, RangeSnapshot.Range> ranges, RangeSnapshot.Counts[][] pages, int pageSlots)
{
    /// <summary>Whether any range has indexes that are kept up.</summary>
    public bool HasIndexes { get; } = ranges.Values.Any(range => range.HasSets);

    /// <summary>The ranges, in no order.</summary>
    public IEnumerable<Range> All => ranges.Values;

    /// <summary>Finds a range.</summary>
    public bool TryGet(RangeId id, [NotNullWhen(true)] out Range? range) => ranges.TryGetValue(id, out range);

    /// <summary>The last write of a range; 0 for none.</summary>
    public Lsn LastLsnOf(Range range) => pages[range.Slot / pageSlots][range.Slot % pageSlots].LastLsn;

    /// <summary>Items of a range.</summary>
    public long ItemsOf(Range range) => pages[range.Slot / pageSlots][range.Slot % pageSlots].Items;

    /// <summary>What does not change of a range.</summary>
    /// <param name="Definition">What it is.</param>
    /// <param name="Tablet">Its id in this store's trees.</param>
    /// <param name="Slot">Where its counts are.</param>
    /// <param name="Index">The indexes that may be asked; null for none.</param>
    /// <param name="Building">The indexes that are being built; null for none.</param>
    internal sealed record Range(
        RangeDefinition Definition, TabletId Tablet, int Slot, IndexSet? Index, IndexSet? Building)
    {
        /// <summary>Whether any indexes are kept up.</summary>
        public bool HasSets => Index is not null || Building is not null;
    }

    /// <summary>What changes of a range.</summary>
    /// <param name="LastLsn">Its last write; 0 for none.</param>
    /// <param name="Items">Its items.</param>
    internal readonly record struct Counts(Lsn LastLsn, long Items);
}
