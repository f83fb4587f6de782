using System.Buffers;
using System.Runtime.CompilerServices;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Storage.Records;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>One consistent point of a data shard.</summary>
/// <remarks>
/// Immutable and shared by all who read at this point; holds memory, no handles, so disposal has nothing to do. What a
/// view shows may be superseded; compaction then drops it, but the store keeps it readable until the second checkpoint
/// after begins. A read that finds something gone, or wrong, under a view older than the last slice of compaction
/// answers Unavailable: only under a fresh view is that corruption.
/// </remarks>
internal sealed class DocumentView : IDocumentView
{
    private readonly RangeSnapshot _ranges;
    private readonly TreeView _items;
    private readonly TreeView _changes;
    private readonly TreeView _entries;
    private readonly TreeView _moves;
    private readonly ItemReader _reader;
    private readonly CompactionProgress _compaction;
    private readonly long _slices;

    public DocumentView(
        LogIndex applied, Sequence sequence, DateTimeOffset time, ulong runningHash,
        RangeSnapshot ranges, TreeView items, TreeView changes, TreeView entries, TreeView moves, IRecordStore records,
        CompactionProgress compaction)
    {
        Applied = applied;
        Sequence = sequence;
        Time = time;
        RunningHash = runningHash;
        _ranges = ranges;
        _items = items;
        _changes = changes;
        _entries = entries;
        _moves = moves;
        _reader = new ItemReader(records);
        _compaction = compaction;
        _slices = compaction.Slices;
    }

    /// <inheritdoc/>
    public LogIndex Applied { get; }

    /// <summary>The last command that it shows.</summary>
    public Sequence Sequence { get; }

    /// <summary>The greatest leader time in the entries that it shows.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The running hash at this point.</summary>
    public ulong RunningHash { get; }

    /// <summary>The item tree below this view's buffers.</summary>
    public TreeRoot ItemRoot => _items.Root;

    /// <inheritdoc/>
    public Result<Lsn> LastLsn(RangeId range) =>
        _ranges.TryGet(range, out RangeSnapshot.Range? owned) ? _ranges.LastLsnOf(owned) : DocumentErrors.RangeUnknown;

    /// <inheritdoc/>
    public ValueTask<Result<DocumentLease>> ReadAsync(
        RangeId range, ReadOnlyMemory<byte> itemKey, CancellationToken cancellationToken)
    {
        if (!_ranges.TryGet(range, out RangeSnapshot.Range? owned))
        {
            return new(DocumentErrors.RangeMoved);
        }

        ReadOnlySpan<byte> key = itemKey.Span;
        if (key.Length > ItemKey.MaxBytes || ItemKey.LevelsOf(key) == 0)
        {
            return new(DocumentErrors.KeyMalformed);
        }

        if (!owned.Definition.Interval.Contains(ItemKey.HashOf(key)))
        {
            return new(DocumentErrors.RangeMoved);
        }

        byte[] treeKey = ArrayPool<byte>.Shared.Rent(TabletKey.TabletBytes + key.Length);
        int length = TabletKey.WriteItem(owned.Tablet, key, treeKey);
        ValueTask<TreeValue> find;
        try
        {
            find = _items.TryGetAsync(treeKey.AsMemory(0, length), cancellationToken);
            if (find.IsCompletedSuccessfully)
            {
                TreeValue value = find.Result;
                ArrayPool<byte>.Shared.Return(treeKey);
                if (!value.Found)
                {
                    return new(DocumentErrors.NotFound);
                }

                ValueTask<DocumentLease> read = _reader.ReadAsync(
                    owned, VersionOf(owned, value.Span), itemKey, cancellationToken);
                return read.IsCompletedSuccessfully ? new(read.Result) : AwaitReadAsync(read);
            }
        }
        catch (StorageFaultException fault)
        {
            return new(Refuse(fault));
        }

        return AwaitFindAsync(find, treeKey, owned, itemKey, cancellationToken);
    }

    /// <inheritdoc/>
    public Result<IDocumentCursor> Scan(
        RangeId range, ReadOnlyMemory<byte> from, bool fromInclusive, ReadOnlyMemory<byte> toExclusive)
    {
        if (!_ranges.TryGet(range, out RangeSnapshot.Range? owned))
        {
            return DocumentErrors.RangeMoved;
        }

        (byte[] begin, byte[] end) = BoundsOf(owned.Tablet, from.Span, toExclusive.Span);
        TreeCursor entries = _items.Seek(begin, fromInclusive || from.IsEmpty, end);
        return new DocumentCursor(this, _reader, owned, entries, inItemOrder: true);
    }

    /// <inheritdoc/>
    public Result<IDocumentCursor> Changes(RangeId range, Lsn after)
    {
        if (!_ranges.TryGet(range, out RangeSnapshot.Range? owned))
        {
            return DocumentErrors.RangeMoved;
        }

        byte[] begin = new byte[TabletKey.ChangeBytes];
        TabletKey.WriteChange(owned.Tablet, after, ushort.MaxValue, begin);
        TreeCursor entries = _changes.Seek(begin, inclusive: false, TabletKey.EndOf(owned.Tablet));
        return new DocumentCursor(this, _reader, owned, entries, inItemOrder: false);
    }

    /// <inheritdoc/>
    public Result<IRangeIndex> OpenIndex(RangeId range) => _ranges.TryGet(range, out RangeSnapshot.Range? owned)
        ? new RangeIndex(this, owned, _ranges.ItemsOf(owned), _items, _entries, _moves, _reader)
        : DocumentErrors.RangeMoved;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>How far the builds of indexes have come, by range.</summary>
    public IReadOnlyList<IndexBuildStatus> Builds() =>
    [
        .. from range in _ranges.All
        where range.Building is not null
        orderby range.Definition.Range.Value
        select new IndexBuildStatus(range.Definition.Range, range.Definition.Container, ProgressOf(range)),
    ];

    /// <summary>Whether any range is indexed.</summary>
    public bool HasIndexes => _ranges.HasIndexes;

    /// <summary>Whether what a write replaces must be read.</summary>
    public bool IsIndexed(RangeId range) => _ranges.TryGet(range, out RangeSnapshot.Range? owned) && owned.HasSets;

    /// <summary>Reads an item, and with it which version it has.</summary>
    /// <returns>Null when there is none. Throws <see cref="StorageFaultException"/>.</returns>
    public async ValueTask<(RecordKey Key, DocumentLease Document)?> ReadVersionAsync(
        RangeId range, ReadOnlyMemory<byte> itemKey, CancellationToken cancellationToken)
    {
        if (!_ranges.TryGet(range, out RangeSnapshot.Range? owned))
        {
            return null;
        }

        byte[] treeKey = TreeKeyOf(owned.Tablet, itemKey.Span);
        TreeValue value = await _items.TryGetAsync(treeKey, cancellationToken);
        if (!value.Found)
        {
            return null;
        }

        ItemVersion version = VersionOf(owned, value.Span);
        DocumentLease document = await _reader.ReadAsync(owned, version, itemKey, cancellationToken);
        return (RecordKey.Item(owned.Tablet, version.Lsn, version.Ordinal, 0), document);
    }

    /// <summary>Looks an item up without reading it, so that the nodes on the way are in memory afterwards.</summary>
    /// <returns>False when the shard does not own the range.</returns>
    public ValueTask<bool> TouchAsync(RangeId range, ReadOnlyMemory<byte> itemKey, CancellationToken cancellationToken)
    {
        if (!_ranges.TryGet(range, out RangeSnapshot.Range? owned))
        {
            return new(false);
        }

        byte[] treeKey = ArrayPool<byte>.Shared.Rent(TabletKey.TabletBytes + itemKey.Length);
        int length = TabletKey.WriteItem(owned.Tablet, itemKey.Span, treeKey);
        return TouchAsync(treeKey, length, cancellationToken);
    }

    /// <summary>
    /// What a storage fault under this view means. Compaction can take away what an old view shows, which looks like
    /// corruption; it cannot make the device refuse.
    /// </summary>
    public NacreError Refuse(StorageFaultException fault) =>
        fault.Kind == StorageFaultKind.Corrupt && _compaction.Slices != _slices
            ? DocumentErrors.ViewExpired
            : DocumentErrors.Unreadable(fault);

    /// <summary>Where items lie in the item tree.</summary>
    /// <param name="tablet">The range's.</param>
    /// <param name="from">First key; empty for the range's beginning.</param>
    /// <param name="toExclusive">End; empty for the range's end.</param>
    public static (byte[] Begin, byte[] End) BoundsOf(TabletId tablet, ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive) => (
        from.IsEmpty ? TabletKey.BeginOf(tablet) : TreeKeyOf(tablet, from),
        toExclusive.IsEmpty ? TabletKey.EndOf(tablet) : TreeKeyOf(tablet, toExclusive));

    /// <summary>Reads a version out of the item tree.</summary>
    public static ItemVersion VersionOf(RangeSnapshot.Range range, ReadOnlySpan<byte> value) =>
        ItemVersion.TryRead(value, out ItemVersion version)
            ? version
            : throw new StorageFaultException(
                StorageFaultKind.Corrupt, "item tree", $"tablet {range.Tablet}", "An entry's value makes no sense");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TouchAsync(byte[] treeKey, int length, CancellationToken cancellationToken)
    {
        await _items.TryGetAsync(treeKey.AsMemory(0, length), cancellationToken);
        ArrayPool<byte>.Shared.Return(treeKey);
        return true;
    }

    /// <summary>
    /// About which part of a range's items its build has, 0 to 1: items are in the order of their hashes, which are spread
    /// evenly.
    /// </summary>
    /// <param name="range">One with a build.</param>
    public static double ProgressOf(RangeSnapshot.Range range)
    {
        if (range.Building!.Built is not { } built)
        {
            return 1;
        }

        const ulong AboveAllHashes = 1UL << 62;
        double low = KeyBytes.Head(range.Definition.Interval.Min.Bytes);
        double high = Math.Min(KeyBytes.Head(range.Definition.Interval.Max.Bytes), AboveAllHashes);
        return Math.Clamp((KeyBytes.Head(built) - low) / Math.Max(1, high - low), 0, 1);
    }

    private static byte[] TreeKeyOf(TabletId tablet, ReadOnlySpan<byte> itemKey)
    {
        byte[] key = new byte[TabletKey.TabletBytes + itemKey.Length];
        TabletKey.WriteItem(tablet, itemKey, key);
        return key;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Result<DocumentLease>> AwaitReadAsync(ValueTask<DocumentLease> read)
    {
        try
        {
            return await read;
        }
        catch (StorageFaultException fault)
        {
            return Refuse(fault);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Result<DocumentLease>> AwaitFindAsync(
        ValueTask<TreeValue> find, byte[] treeKey, RangeSnapshot.Range range, ReadOnlyMemory<byte> itemKey,
        CancellationToken cancellationToken)
    {
        try
        {
            TreeValue value = await find;
            ArrayPool<byte>.Shared.Return(treeKey);
            return value.Found
                ? await _reader.ReadAsync(range, VersionOf(range, value.Span), itemKey, cancellationToken)
                : DocumentErrors.NotFound;
        }
        catch (StorageFaultException fault)
        {
            return Refuse(fault);
        }
    }
}
