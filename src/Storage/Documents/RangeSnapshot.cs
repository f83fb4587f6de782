using System.Diagnostics.CodeAnalysis;
using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Storage.Documents;

/// <summary>A shard's ranges at one point. Immutable.</summary>
internal sealed class RangeSnapshot(Dictionary<RangeId, RangeSnapshot.Range> ranges, ulong[][] lastLsns, int pageSlots)
{
    /// <summary>Finds a range.</summary>
    public bool TryGet(RangeId id, [NotNullWhen(true)] out Range? range) => ranges.TryGetValue(id, out range);

    /// <summary>The last write of a range; 0 for none.</summary>
    public Lsn LastLsnOf(Range range) => new(lastLsns[range.Slot / pageSlots][range.Slot % pageSlots]);

    /// <summary>What does not change of a range.</summary>
    internal sealed record Range(RangeDefinition Definition, TabletId Tablet, int Slot);
}
