using System.Buffers;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.StateMachines;
using Nacre.Security.Authorisation;
using Nacre.Server.Routing;

namespace Nacre.Server.Items;

/// <summary>Turns a caller's write into a command for the shard that owns the item.</summary>
internal static class ItemWriter
{
    private static readonly NacreError Mismatch =
        new(ErrorCode.PartitionKeyMismatch, "The document's partition key is not the one in the request.");

    private static readonly NacreError OtherId = new(ErrorCode.Malformed, "The document's id is not the one in the request.");

    /// <summary>Checks a write and proposes it.</summary>
    /// <param name="container">Where to.</param>
    /// <param name="write">What to write; its body is borrowed until this call returns, not until it completes.</param>
    /// <param name="author">Who asks, and under which name.</param>
    /// <param name="range">The range that owns the item; null when the write is refused at once.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <returns>What came of it; Malformed, TooLarge, PartitionKeyMismatch, Forbidden, or what the shard refuses with. Awaited once.</returns>
    public static ValueTask<Result<CommandOutcome>> WriteAsync(
        ContainerRoute container, in ItemWrite write, in EntryAuthor author, out RangeRoute? range, CancellationToken cancellationToken)
    {
        range = null;
        Result<byte[]> key = KeyOf(container, write);
        if (!key.IsOk)
        {
            return new(key.Error);
        }

        if (PermissionChecker.CheckItem(author.Principal, key.Value) is { } denied)
        {
            return new(denied);
        }

        RangeRoute owner = container.RangeOf(key.Value);
        Result<Precondition> condition = WireKeys.Condition(write.Kind, owner.Id, write.IfMatch, write.IfNoneMatch);
        if (!condition.IsOk)
        {
            return new(condition.Error);
        }

        range = owner;
        return ProposeAsync(container, owner, new(write.Kind, condition.Value, key.Value, write.Body), write, author, cancellationToken);
    }

    private static Result<byte[]> KeyOf(ContainerRoute container, in ItemWrite write)
    {
        if (write.Kind == ItemOperationKind.Delete)
        {
            return ItemReader.KeyOf(container, write.PartitionKey, write.Id);
        }

        Result<InspectedDocument> inspected = DocumentInspector.Inspect(write.Body.Span, container.PartitionKey);
        if (!inspected.IsOk)
        {
            return inspected.Error;
        }

        if (write.PartitionKey.Count > 0 && write.PartitionKey != inspected.Value.PartitionKey)
        {
            return Mismatch;
        }

        return write.Id.Length > 0 && write.Id != inspected.Value.Id ? OtherId : inspected.Value.EncodeKey();
    }

    private static ValueTask<Result<CommandOutcome>> ProposeAsync(
        ContainerRoute container, RangeRoute range, in ItemOperation operation, in ItemWrite write, in EntryAuthor author,
        CancellationToken cancellationToken)
    {
        IdempotencyKey idempotency = write.Idempotency;
        ReadOnlySpan<ItemOperation> operations = new(in operation);
        int size = ItemCommand.SizeOf(operations);
        byte[] rented = ArrayPool<byte>.Shared.Rent(size);
        Span<byte> command = rented.AsSpan(0, size);
        ItemCommand.Write(operations, command);
        var header = new EntryHeader
        {
            Kind = EntryKind.Data,
            Cause = EntryCause.User,
            Range = range.Id,
            Generation = range.Generation,
            Container = container.Id,
            Operations = 1,
            Idempotency = idempotency.IsNone
                ? idempotency
                : idempotency with { Client = author.Principal.Own(idempotency.Client), Hash = RequestHash.Of(range.Id, command) },
            Activity = author.Activity,
            PrincipalKind = author.Principal.EntryKind,
            PrincipalId = author.Principal.NameUtf8,
        };
        ValueTask<Result<CommandOutcome>> outcome = range.Shard.ProposeAsync(header, rented.AsMemory(0, size), write.IsAlone, cancellationToken);
        command.Clear();
        ArrayPool<byte>.Shared.Return(rented);
        return outcome;
    }
}
