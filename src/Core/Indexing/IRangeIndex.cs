using Nacre.Core.Errors;
using Nacre.Core.Spatial;

namespace Nacre.Core.Indexing;

/// <summary>The indexes of one range, at the point of the view that they came from.</summary>
/// <remarks>
/// Thread-safe; must not outlive its view. An item of more than some thousand values is in no index but
/// <see cref="Unindexed"/>: what an index gives and those are together all candidates, none of them twice.
/// </remarks>
public interface IRangeIndex
{
    /// <summary>What may be asked; the mode None while nothing is indexed, or the first build is under way.</summary>
    IndexingPolicy Policy { get; }

    /// <summary>What is being built to take the place of <see cref="Policy"/>; null for nothing.</summary>
    IndexBuild? Build { get; }

    /// <summary>Items of the range.</summary>
    long Items { get; }

    /// <summary>Items that no other index has.</summary>
    IndexRef Unindexed { get; }

    /// <summary>The index of a path's values: one entry for each item and each value that it has there.</summary>
    /// <param name="path">Any path but the root.</param>
    IndexRef Find(DocumentPath path);

    /// <summary>A composite index: one entry for each item.</summary>
    /// <param name="index">Its place in <see cref="Policy"/>.</param>
    IndexRef FindComposite(int index);

    /// <summary>
    /// The spatial index of the geometries at a path, and where in it to look for those that have a point in common with a
    /// region. Scans of all the bounds give every item that has one, and others besides: the item itself must be asked,
    /// whatever its entry says of being exact. An item is given more than once where it has several cells.
    /// </summary>
    /// <param name="path">Any path but the root.</param>
    /// <param name="region">What is looked for.</param>
    /// <param name="bounds">In rising order, none overlapping another; none where nothing can be.</param>
    IndexRef FindSpatial(DocumentPath path, GeoRegion region, out IReadOnlyList<IndexBounds> bounds);

    /// <summary>Walks entries.</summary>
    /// <param name="index">One that is not None.</param>
    /// <param name="bounds">Which values; borrowed until the cursor's disposal.</param>
    /// <param name="descending">From the highest value and item number to the lowest.</param>
    /// <returns>A cursor before the first entry.</returns>
    IIndexCursor Scan(IndexRef index, in IndexBounds bounds, bool descending);

    /// <summary>
    /// Counts entries without walking them: of a path without elements that is the number of items with such a value.
    /// </summary>
    /// <returns>The count; Corrupt or Unavailable as errors.</returns>
    ValueTask<Result<long>> CountAsync(IndexRef index, IndexBounds bounds, CancellationToken cancellationToken);

    /// <summary>Walks items in item order, with their numbers, without reading them.</summary>
    /// <param name="from">First key; empty for the range's beginning.</param>
    /// <param name="fromInclusive">Whether an item at <paramref name="from"/> itself is given.</param>
    /// <param name="toExclusive">End; empty for the range's end.</param>
    /// <returns>A walk before the first item.</returns>
    IItemWalk Walk(ReadOnlyMemory<byte> from, bool fromInclusive, ReadOnlyMemory<byte> toExclusive);

    /// <summary>Reads an item that a cursor of this view gave; completes synchronously when it is in memory.</summary>
    /// <returns>The item, its document to be disposed; Corrupt or Unavailable as errors.</returns>
    ValueTask<Result<IndexedItem>> ReadAsync(ItemNumber item, CancellationToken cancellationToken);
}
