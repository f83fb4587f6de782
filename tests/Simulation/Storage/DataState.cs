using System.Collections.Immutable;
using System.Text;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>What the data shard must hold after an entry, told by a model of its own.</summary>
/// <param name="Items">Every item that is there.</param>
/// <param name="Keyed">The last write under an idempotency key that took effect; null before the first.</param>
internal sealed record DataState(ImmutableSortedDictionary<string, ItemState> Items, KeyedWrite? Keyed)
{
    public static DataState Empty { get; } = new(ImmutableSortedDictionary.Create<string, ItemState>(StringComparer.Ordinal), null);

    /// <summary>The state after one more entry, and what its caller must be told.</summary>
    public (DataState State, ErrorCode Code, ulong Lsn) After(LogRecord record)
    {
        Invariant.Check(EntryCodec.Decode(record.Entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is null);
        if (header.Kind != EntryKind.Data || command.Span[0] != (byte)CommandKind.Items)
        {
            return (this, ErrorCode.None, 0);
        }

        var operations = new ItemOperation[ItemCommand.MaxOperations];
        Invariant.Check(ItemCommand.Read(command, operations, out int count) is null);
        ImmutableSortedDictionary<string, ItemState> items = Items;
        foreach (ItemOperation operation in operations.AsSpan(0, count))
        {
            Invariant.Check(ItemKey.TryDecode(operation.Key.Span, out _, out string? id));
            bool isThere = Items.TryGetValue(id!, out ItemState before);
            ErrorCode refusal = operation.Kind switch
            {
                ItemOperationKind.Create when isThere => ErrorCode.AlreadyExists,
                ItemOperationKind.Replace or ItemOperationKind.Delete when !isThere => ErrorCode.NotFound,
                _ when operation.Precondition.Kind == PreconditionKind.IfMatch && before.Lsn != operation.Precondition.Lsn.Value => ErrorCode.PreconditionFailed,
                _ => ErrorCode.None,
            };
            if (refusal != ErrorCode.None)
            {
                return (this, refusal, 0);
            }

            items = operation.Kind == ItemOperationKind.Delete
                ? items.Remove(id!)
                : items.SetItem(id!, new ItemState(header.Sequence.Value, Encoding.UTF8.GetString(operation.Body.Span)));
        }

        KeyedWrite? keyed = header.Idempotency.IsNone ? Keyed : new KeyedWrite(header, command.ToArray(), header.Sequence.Value);
        return (new DataState(items, keyed), ErrorCode.None, header.Sequence.Value);
    }

    /// <summary>Where found items differ from these; null where they do not.</summary>
    public string? DifferenceFrom(IReadOnlyDictionary<string, ItemState> found)
    {
        foreach ((string id, ItemState item) in Items)
        {
            if (!found.TryGetValue(id, out ItemState there))
            {
                return $"{id} is missing";
            }

            if (there != item)
            {
                return $"{id} is at lsn {there.Lsn} with {there.Body.Length} characters, not at {item.Lsn} with {item.Body.Length}";
            }
        }

        return found.Keys.FirstOrDefault(id => !Items.ContainsKey(id)) is { } other ? $"{other} is there, and was never, or no more" : null;
    }
}
