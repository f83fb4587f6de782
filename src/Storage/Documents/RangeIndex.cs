using System.Runtime.CompilerServices;
using Nacre.Core;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Core.Spatial;
using Nacre.Storage.Indexes;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>The indexes of one range under one view.</summary>
/// <remarks>Immutable, thread-safe.</remarks>
internal sealed class RangeIndex : IRangeIndex
{
    // Invariants:
    // - _set, where there is one, is ready: the view's index tree has the terms of all of the range's items.
    private readonly DocumentView _view;
    private readonly RangeSnapshot.Range _range;
    private readonly TreeView _items;
    private readonly TreeView _entries;
    private readonly TreeView _moves;
    private readonly ItemReader _reader;
    private readonly IndexSet? _set;

    public RangeIndex(
        DocumentView view, RangeSnapshot.Range range, long items, TreeView tree, TreeView entries, TreeView moves, ItemReader reader)
    {
        _items = tree;
        _view = view;
        _range = range;
        Items = items;
        _entries = entries;
        _moves = moves;
        _reader = reader;
        _set = range.Index;
    }

    /// <inheritdoc/>
    public IndexingPolicy Policy => _set?.Policy ?? IndexingPolicy.None;

    /// <inheritdoc/>
    public IndexBuild? Build =>
        _range.Building is { } set ? new IndexBuild(set.Policy, DocumentView.ProgressOf(_range)) : null;

    /// <inheritdoc/>
    public long Items { get; }

    /// <inheritdoc/>
    public IndexRef Unindexed => _set is null ? IndexRef.None : new IndexRef(IndexRefKind.Full, EntryKey.Unindexed);

    /// <inheritdoc/>
    public IndexRef Find(DocumentPath path)
    {
        if (_set is null || !_set.Policy.Includes(path))
        {
            return IndexRef.None;
        }

        // What readers find here may be newer than the view; then the view has no entries of it.
        return _set.Paths.TryFind(path, out uint number) ? new IndexRef(IndexRefKind.Full, number)
            : _set.Paths.IsFull ? IndexRef.None
            : IndexRef.Empty;
    }

    /// <inheritdoc/>
    public IndexRef FindComposite(int index)
    {
        if (_set is null)
        {
            return IndexRef.None;
        }

        Invariant.Check(index >= 0 && index < _set.Policy.CompositeIndexes.Length);
        return new IndexRef(IndexRefKind.Full, IndexSet.CompositeNumber(index));
    }

    /// <inheritdoc/>
    public IndexRef FindSpatial(DocumentPath path, GeoRegion region, out IReadOnlyList<IndexBounds> bounds)
    {
        bounds = [];
        bool isNamed = false;
        int index = _set is { HasSpatial: true } ? _set.Policy.SpatialIndexOf(path, out isNamed) : -1;
        if (index < 0)
        {
            return IndexRef.None;
        }

        if (!isNamed && !_set!.Paths.TryFind(path, out _))
        {
            return _set.Paths.IsFull ? IndexRef.None : IndexRef.Empty;
        }

        bounds = region.BoundsIn(_set!.Policy.SpatialIndexes[index].Types);
        return new IndexRef(IndexRefKind.Full, _set.SpatialNumber(index));
    }

    /// <inheritdoc/>
    public IIndexCursor Scan(IndexRef index, in IndexBounds bounds, bool descending)
    {
        Invariant.Check(index.Kind != IndexRefKind.None);
        return index.Kind == IndexRefKind.Empty
            ? IndexCursor.Empty
            : new IndexCursor(_view, _entries, EntryKey.PrefixOf(_set!.Id, index.Number), bounds, descending);
    }

    /// <inheritdoc/>
    public async ValueTask<Result<long>> CountAsync(
        IndexRef index, IndexBounds bounds, CancellationToken cancellationToken)
    {
        Invariant.Check(index.Kind != IndexRefKind.None);
        if (index.Kind == IndexRefKind.Empty)
        {
            return 0;
        }

        (byte[] from, byte[] to) = EntryKey.BoundsOf(EntryKey.PrefixOf(_set!.Id, index.Number), bounds);
        try
        {
            return await _entries.CountAsync(from, to, cancellationToken);
        }
        catch (StorageFaultException fault)
        {
            return _view.Refuse(fault);
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Result<IndexedItem>> ReadAsync(ItemNumber item, CancellationToken cancellationToken)
    {
        try
        {
            byte[] key = new byte[TabletKey.MoveBytes];
            TabletKey.WriteMove(_range.Tablet, item, key);
            TreeValue moved = await _moves.TryGetAsync(key, cancellationToken);
            (Lsn lsn, ushort ordinal) = moved.Found ? VersionOf(moved.Span) : (item.Lsn, item.Ordinal);
            (DocumentLease document, byte[] itemKey) = await _reader.ReadChangeAsync(
                _range, lsn, ordinal, cancellationToken);
            return new IndexedItem(itemKey, document);
        }
        catch (StorageFaultException fault)
        {
            return _view.Refuse(fault);
        }
    }

    /// <inheritdoc/>
    public IItemWalk Walk(ReadOnlyMemory<byte> from, bool fromInclusive, ReadOnlyMemory<byte> toExclusive)
    {
        (byte[] begin, byte[] end) = DocumentView.BoundsOf(_range.Tablet, from.Span, toExclusive.Span);
        return new ItemWalk(_view, _reader, _range, _items.Seek(begin, fromInclusive || from.IsEmpty, end));
    }

    /// <summary>Reads what the move tree says of an item.</summary>
    public static bool TryReadMove(ReadOnlySpan<byte> value, out Lsn lsn, out ushort ordinal)
    {
        bool good = VarInt.TryRead(ref value, out ulong number) & VarInt.TryRead(ref value, out ulong place) &
            value.IsEmpty & number > 0 & place <= ushort.MaxValue;
        lsn = new Lsn(number);
        ordinal = (ushort)place;
        return good;
    }

    private (Lsn Lsn, ushort Ordinal) VersionOf(ReadOnlySpan<byte> value) =>
        TryReadMove(value, out Lsn lsn, out ushort ordinal)
            ? (lsn, ordinal)
            : throw new StorageFaultException(
                StorageFaultKind.Corrupt, "move tree", $"tablet {_range.Tablet}", "An entry's value makes no sense");
}
