using Google.Protobuf;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.StateMachines;
using Nacre.Protocol.V1;
using Nacre.Server.Pipeline;
using Nacre.Server.Routing;
using PartitionKey = Nacre.Core.Documents.PartitionKey;

namespace Nacre.Server.Items;

/// <summary>Serves the methods of <c>nacre.v1.Items</c> but the stream.</summary>
internal static class ItemHandlers
{
    private static readonly NacreError NotModified = new(ErrorCode.NotModified, "The item has not changed since the given etag.");

    /// <summary>Reads one item.</summary>
    public static ValueTask<Result<ItemResponse>> ReadAsync(NodeServices services, Call call, ReadItemRequest request)
    {
        Result<PartitionKey> partitionKey = WireKeys.Read(request.PartitionKey);
        if (!partitionKey.IsOk)
        {
            return new(partitionKey.Error);
        }

        ValueTask<Result<DocumentLease>> read = ItemReader.ReadAsync(call.Container, call.Principal, partitionKey.Value, request.Id);
        return read.IsCompletedSuccessfully
            ? new(Show(call, request, read.Result))
            : AwaitReadAsync(call, request, read);
    }

    /// <summary>Makes an item that is not there.</summary>
    public static ValueTask<Result<ItemResponse>> CreateAsync(NodeServices services, Call call, WriteItemRequest request) =>
        WriteAsync(call, ItemOperationKind.Create, request);

    /// <summary>Makes or replaces an item.</summary>
    public static ValueTask<Result<ItemResponse>> UpsertAsync(NodeServices services, Call call, WriteItemRequest request) =>
        WriteAsync(call, ItemOperationKind.Upsert, request);

    /// <summary>Replaces an item that is there.</summary>
    public static ValueTask<Result<ItemResponse>> ReplaceAsync(NodeServices services, Call call, WriteItemRequest request) =>
        WriteAsync(call, ItemOperationKind.Replace, request);

    /// <summary>Removes an item.</summary>
    public static ValueTask<Result<ItemResponse>> DeleteAsync(NodeServices services, Call call, DeleteItemRequest request)
    {
        Result<PartitionKey> partitionKey = WireKeys.Read(request.PartitionKey);
        if (!partitionKey.IsOk)
        {
            return new(partitionKey.Error);
        }

        Result<Core.Commands.IdempotencyKey> idempotency = WireKeys.Read(request.Idempotency);
        if (!idempotency.IsOk)
        {
            return new(idempotency.Error);
        }

        var write = new ItemWrite
        {
            Kind = ItemOperationKind.Delete,
            PartitionKey = partitionKey.Value,
            Id = request.Id,
            Body = default,
            IfMatch = request.IfMatch,
            IfNoneMatch = "",
            Idempotency = idempotency.Value,
            IsAlone = true,
        };
        return WriteAsync(call, write, returned: ByteString.Empty);
    }

    /// <summary>Lists a page of items.</summary>
    public static ValueTask<Result<ListItemsResponse>> ListAsync(NodeServices services, Call call, ListItemsRequest request) =>
        services.Lister.ListAsync(call.Container, call.Principal, request, call.Token);

    private static ValueTask<Result<ItemResponse>> WriteAsync(Call call, ItemOperationKind kind, WriteItemRequest request)
    {
        Result<PartitionKey> partitionKey = WireKeys.Read(request.PartitionKey);
        if (!partitionKey.IsOk)
        {
            return new(partitionKey.Error);
        }

        Result<Core.Commands.IdempotencyKey> idempotency = WireKeys.Read(request.Idempotency);
        if (!idempotency.IsOk)
        {
            return new(idempotency.Error);
        }

        var write = new ItemWrite
        {
            Kind = kind,
            PartitionKey = partitionKey.Value,
            Id = request.Id,
            Body = request.Body.Memory,
            IfMatch = request.IfMatch,
            IfNoneMatch = request.IfNoneMatch,
            Idempotency = idempotency.Value,
            IsAlone = true,
        };
        return WriteAsync(call, write, request.ReturnBody ? request.Body : ByteString.Empty);
    }

    private static ValueTask<Result<ItemResponse>> WriteAsync(Call call, in ItemWrite write, ByteString returned)
    {
        ValueTask<Result<CommandOutcome>> outcome = ItemWriter.WriteAsync(call.Container, write, call.Author, out RangeRoute? range, call.Token);
        return AwaitWriteAsync(outcome, range, returned);
    }

    private static async ValueTask<Result<ItemResponse>> AwaitWriteAsync(
        ValueTask<Result<CommandOutcome>> pending, RangeRoute? range, ByteString returned)
    {
        Result<CommandOutcome> result = await pending.ConfigureAwait(false);
        if (!result.IsOk)
        {
            return result.Error;
        }

        CommandOutcome outcome = result.Value;
        if (outcome.Code != ErrorCode.None)
        {
            return OutcomeErrors.Of(outcome);
        }

        return new ItemResponse
        {
            Etag = new ETag(range!.Id, outcome.Lsn).ToString(),
            Lsn = outcome.Lsn.Value,
            TimestampMs = outcome.Time.ToUnixTimeMilliseconds(),
            Body = returned,
            Created = (outcome.Flags & CommandEffect.Created) != 0,
        };
    }

    private static async ValueTask<Result<ItemResponse>> AwaitReadAsync(
        Call call, ReadItemRequest request, ValueTask<Result<DocumentLease>> read) =>
        Show(call, request, await read.ConfigureAwait(false));

    private static Result<ItemResponse> Show(Call call, ReadItemRequest request, in Result<DocumentLease> read)
    {
        if (!read.IsOk)
        {
            return read.Error;
        }

        DocumentLease document = read.Value;
        call.Keep(document);
        string tag = document.ETag.ToString();
        if (request.IfNoneMatch.Length > 0 && (request.IfNoneMatch == "*" || request.IfNoneMatch == tag))
        {
            return NotModified;
        }

        return new ItemResponse
        {
            Etag = tag,
            Lsn = document.Lsn.Value,
            TimestampMs = document.Timestamp.ToUnixTimeMilliseconds(),
            Body = UnsafeByteOperations.UnsafeWrap(document.Utf8Json),
        };
    }
}
