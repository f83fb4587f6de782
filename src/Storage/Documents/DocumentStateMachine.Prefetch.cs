using System.Buffers;
using Nacre.Core.Commands;
using Nacre.Core.Files;
using Nacre.Core.Log;

namespace Nacre.Storage.Documents;

/// <content>Bringing into memory what a batch will look at, while its flush is under way.</content>
internal sealed partial class DocumentStateMachine
{
    /// <summary>Lookups on their way at once.</summary>
    private const int MaxPrefetches = 64;

    /// <inheritdoc/>
    public async ValueTask PrefetchAsync(ReadOnlyMemory<LogRecord> records, CancellationToken cancellationToken)
    {
        DocumentView view = CurrentView;
        var under = new List<Task<bool>>();
        ItemOperation[] operations = ArrayPool<ItemOperation>.Shared.Rent(ItemCommand.MaxOperations);
        for (int at = 0; at < records.Length; at++)
        {
            Begin(view, records.Span[at], operations, under, cancellationToken);
            if (under.Count >= MaxPrefetches)
            {
                await EndAsync(under);
            }
        }

        ArrayPool<ItemOperation>.Shared.Return(operations, clearArray: true);
        await EndAsync(under);
    }

    private static void Begin(
        DocumentView view, in LogRecord record, ItemOperation[] operations, List<Task<bool>> under, CancellationToken cancellationToken)
    {
        if (EntryCodec.Decode(record.Entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is not null ||
            header.Kind != EntryKind.Data || command.IsEmpty || command.Span[0] != (byte)CommandKind.Items ||
            ItemCommand.Read(command, operations, out int count) is not null)
        {
            return;
        }

        for (int ordinal = 0; ordinal < count; ordinal++)
        {
            ValueTask<bool> touch = view.TouchAsync(header.Range, operations[ordinal].Key, cancellationToken);
            if (!touch.IsCompletedSuccessfully)
            {
                under.Add(touch.AsTask());
            }
        }
    }

    private static async Task EndAsync(List<Task<bool>> under)
    {
        foreach (Task<bool> touch in under)
        {
            try
            {
                await touch;
            }
            catch (StorageFaultException)
            {
                // Nothing is decided here: apply meets the fault again, or another view knows better.
            }
        }

        under.Clear();
    }
}
