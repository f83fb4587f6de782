using System.Buffers;
using Nacre.Core.Commands;
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
        return FitsInCache(view.ItemRoot) || !_readsAhead.TryBegin(MaxReadsAhead)
            ? ValueTask.CompletedTask
            : new ValueTask(_readsAhead.RunAsync(LookUpAsync(view, records, cancellationToken)));
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

    private static async ValueTask LookUpAsync(
        DocumentView view, ReadOnlyMemory<LogRecord> records, CancellationToken cancellationToken)
    {
        var lookups = new List<Task>();
        ItemOperation[] operations = ArrayPool<ItemOperation>.Shared.Rent(ItemCommand.MaxOperations);
        for (int at = 0; at < records.Length; at++)
        {
            Begin(view, records.Span[at], operations, lookups, cancellationToken);
            if (lookups.Count >= MaxLookups)
            {
                await Task.WhenAll(lookups);
                lookups.Clear();
            }
        }

        ArrayPool<ItemOperation>.Shared.Return(operations, clearArray: true);
        await Task.WhenAll(lookups);
    }

    private static void Begin(
        DocumentView view, in LogRecord record, ItemOperation[] operations, List<Task> lookups,
        CancellationToken cancellationToken)
    {
        if (EntryCodec.Decode(record.Entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is not null ||
            header.Kind != EntryKind.Data || command.IsEmpty || command.Span[0] != (byte)CommandKind.Items ||
            ItemCommand.Read(command, operations, out int count) is not null)
        {
            return;
        }

        for (int ordinal = 0; ordinal < count; ordinal++)
        {
            ValueTask<bool> lookup = view.TouchAsync(header.Range, operations[ordinal].Key, cancellationToken);
            if (!lookup.IsCompletedSuccessfully)
            {
                lookups.Add(lookup.AsTask());
            }
        }
    }
}
