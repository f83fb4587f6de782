using System.Buffers;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <content>
/// Bringing into memory what a batch or a drain will look at, so that the applier need not wait for the disk.
/// </content>
internal sealed partial class DocumentStateMachine
{
    /// <summary>Lookups of one batch on their way at once.</summary>
    private const int MaxLookups = 64;

    /// <summary>Batches and drains that read ahead at once.</summary>
    private const int MaxReadsAhead = 4;

    /// <summary>Leaves that a drain reads ahead.</summary>
    private const int LeavesAhead = 64;

    private readonly BackgroundReads _readsAhead = new();

    /// <inheritdoc/>
    public ValueTask PrefetchAsync(ReadOnlyMemory<LogRecord> records, CancellationToken cancellationToken)
    {
        DocumentView view = CurrentView;
        bool cold = !FitsInCache(view.ItemRoot);
        return (!cold && !view.HasIndexes) || !_readsAhead.TryBegin(MaxReadsAhead)
            ? ValueTask.CompletedTask
            : new ValueTask(_readsAhead.RunAsync(LookUpAsync(view, cold, records, cancellationToken)));
    }

    /// <summary>Reads leaves that the next slices of a drain will want.</summary>
    private void ReadAheadOf(OrderedIndex tree)
    {
        if (!FitsInCache(tree.Root) && _readsAhead.TryBegin(MaxReadsAhead))
        {
            _ = _readsAhead.RunAsync(tree.PrefetchAsync(LeavesAhead, CancellationToken.None));
        }
    }

    /// <summary>Half of the cache for each tree; what they have beyond nodes is small.</summary>
    private bool FitsInCache(in TreeRoot root) => root.Bytes <= _options.NodeCacheBytes / 2;

    private async ValueTask LookUpAsync(
        DocumentView view, bool cold, ReadOnlyMemory<LogRecord> records, CancellationToken cancellationToken)
    {
        var lookups = new List<Task>();
        ItemOperation[] operations = ArrayPool<ItemOperation>.Shared.Rent(ItemCommand.MaxOperations);
        for (int at = 0; at < records.Length; at++)
        {
            Begin(view, cold, records.Span[at], operations, lookups, cancellationToken);
            if (lookups.Count >= MaxLookups)
            {
                await Task.WhenAll(lookups);
                lookups.Clear();
            }
        }

        ArrayPool<ItemOperation>.Shared.Return(operations, clearArray: true);
        await Task.WhenAll(lookups);
    }

    private void Begin(
        DocumentView view, bool cold, in LogRecord record, ItemOperation[] operations, List<Task> lookups,
        CancellationToken cancellationToken)
    {
        if (EntryCodec.Decode(record.Entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is not null ||
            header.Kind != EntryKind.Data || command.IsEmpty || command.Span[0] != (byte)CommandKind.Items ||
            ItemCommand.Read(command, operations, out int count) is not null)
        {
            return;
        }

        bool indexed = view.IsIndexed(header.Range);
        for (int ordinal = 0; ordinal < count; ordinal++)
        {
            bool replaces = indexed && operations[ordinal].Kind != ItemOperationKind.Create;
            if (!cold && !replaces)
            {
                continue;
            }

            ValueTask lookup = replaces
                ? FetchAsync(view, record.Index, header.Range, operations[ordinal].Key, cancellationToken)
                : TouchAsync(view, header.Range, operations[ordinal].Key, cancellationToken);
            if (!lookup.IsCompletedSuccessfully)
            {
                lookups.Add(lookup.AsTask());
            }
        }
    }

    private static async ValueTask TouchAsync(
        DocumentView view, RangeId range, ReadOnlyMemory<byte> itemKey, CancellationToken cancellationToken) =>
        await view.TouchAsync(range, itemKey, cancellationToken);

    /// <summary>Reads what an entry will replace or delete.</summary>
    private async ValueTask FetchAsync(
        DocumentView view, LogIndex index, RangeId range, ReadOnlyMemory<byte> itemKey,
        CancellationToken cancellationToken)
    {
        if (await view.ReadVersionAsync(range, itemKey, cancellationToken) is { } read)
        {
            _oldDocuments.Add(index, read.Key, read.Document);
        }
    }
}
