using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Ids;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>The one range of the data shard, and how its items are named.</summary>
internal static class Items
{
    public static RangeDefinition Range { get; } = new(
        new RangeId(1), new RangeGeneration(1), new DatabaseId(1), new ContainerId(101), HashInterval.Whole,
        PartitionKeyDefinition.Create("/pk").Value, KeyDomainId.Shared);

    /// <summary>The key of an item; its partition is the part of its id before the dash.</summary>
    public static byte[] Key(string id) =>
        ItemKey.Encode(new PartitionKey(PartitionKeyValue.Of(id[..id.IndexOf('-', StringComparison.Ordinal)])), id);

    public static string Body(string id, string filler) =>
        $$"""{"id":"{{id}}","pk":"{{id[..id.IndexOf('-', StringComparison.Ordinal)]}}","t":"{{filler}}"}""";

    public static ItemOperation Operation(ItemOperationKind kind, string id, string filler, Precondition condition = default) =>
        new(kind, condition, Key(id), kind == ItemOperationKind.Delete ? default : Encoding.UTF8.GetBytes(Body(id, filler)));

    public static byte[] Encode(params ReadOnlySpan<ItemOperation> operations)
    {
        byte[] command = new byte[ItemCommand.SizeOf(operations)];
        ItemCommand.Write(operations, command);
        return command;
    }

    public static EntryHeader Header(int operations, ulong activity, IdempotencyKey key = default) => new()
    {
        Kind = EntryKind.Data,
        Operations = (uint)operations,
        Range = Range.Range,
        Generation = Range.Generation,
        Container = Range.Container,
        Idempotency = key,
        Activity = new ActivityId(activity),
    };
}
