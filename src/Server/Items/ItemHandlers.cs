using Google.Protobuf;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.StateMachines;
using Nacre.Protocol.V1;
using Nacre.Server.Consistency;
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

        Result<ReadTerms> terms = services.Consistency.TermsOf(request.Consistency, request.SessionToken, request.WantsSession, call.Container);
        if (!terms.IsOk)
        {
            return new(terms.Error);
        }

        ValueTask<Result<DocumentLease>> read =
            ItemReader.ReadAsync(call.Container, call.Principal, partitionKey.Value, request.Id, terms.Value, out RangeRoute? range);
        bool ledElsewhere = terms.Value.IsLedElsewhere(range);
        range = terms.Value.GivesToken ? range : null;
        return read.IsCompletedSuccessfully
            ? new(Show(services, call, request, range, ledElsewhere, read.Result))
            : AwaitReadAsync(services, call, request, range, ledElsewhere, read);
    }

    /// <summary>Makes an item that is not there.</summary>
    public static ValueTask<Result<ItemResponse>> CreateAsync(NodeServices services, Call call, WriteItemRequest request) =>
        WriteAsync(services, call, ItemOperationKind.Create, request);

    /// <summary>Makes or replaces an item.</summary>
    public static ValueTask<Result<ItemResponse>> UpsertAsync(NodeServices services, Call call, WriteItemRequest request) =>
        WriteAsync(services, call, ItemOperationKind.Upsert, request);

    /// <summary>Replaces an item that is there.</summary>
    public static ValueTask<Result<ItemResponse>> ReplaceAsync(NodeServices services, Call call, WriteItemRequest request) =>
        WriteAsync(services, call, ItemOperationKind.Replace, request);

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
        return WriteAsync(services, call, write, request.WantsSession, returned: ByteString.Empty);
    }

    /// <summary>Lists a page of items.</summary>
    public static ValueTask<Result<ListItemsResponse>> ListAsync(NodeServices services, Call call, ListItemsRequest request) =>
        services.Lister.ListAsync(call.Container, call.Principal, request, services.Consistency, call.Token);

    /// <summary>Answers a page of a query.</summary>
    public static ValueTask<Result<QueryResponse>> QueryAsync(NodeServices services, Call call, QueryRequest request) =>
        services.Queries.RunAsync(call.Container, call.Principal, request, services.Consistency, call.Token);

    private static ValueTask<Result<ItemResponse>> WriteAsync(NodeServices services, Call call, ItemOperationKind kind, WriteItemRequest request)
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
        return WriteAsync(services, call, write, request.WantsSession, request.ReturnBody ? request.Body : ByteString.Empty);
    }

    private static ValueTask<Result<ItemResponse>> WriteAsync(
        NodeServices services, Call call, in ItemWrite write, bool wantsSession, ByteString returned)
    {
        ValueTask<Result<CommandOutcome>> outcome = ItemWriter.WriteAsync(call.Container, write, call.Author, out RangeRoute? range, call.Token);
        return AwaitWriteAsync(services, call, outcome, range, wantsSession, returned);
    }

    private static async ValueTask<Result<ItemResponse>> AwaitWriteAsync(
        NodeServices services, Call call, ValueTask<Result<CommandOutcome>> pending, RangeRoute? range, bool wantsSession, ByteString returned)
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
            SessionToken = services.Consistency.GivesToken(wantsSession)
                ? services.Consistency.TokenOf(new SessionMark(call.Container.Id, range, outcome.Lsn))
                : "",
            LedElsewhere = range.Shard.IsLedElsewhere,
        };
    }

    private static async ValueTask<Result<ItemResponse>> AwaitReadAsync(
        NodeServices services, Call call, ReadItemRequest request, RangeRoute? seen, bool ledElsewhere, ValueTask<Result<DocumentLease>> read) =>
        Show(services, call, request, seen, ledElsewhere, await read.ConfigureAwait(false));

    /// <param name="services">The node's parts.</param>
    /// <param name="call">The call.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="seen">The range that the session is told of; null where it is told of none.</param>
    /// <param name="ledElsewhere">Whether the client could have asked a node that knows.</param>
    /// <param name="read">What was found.</param>
    private static Result<ItemResponse> Show(
        NodeServices services, Call call, ReadItemRequest request, RangeRoute? seen, bool ledElsewhere, in Result<DocumentLease> read)
    {
        string token = seen is null ? "" : services.Consistency.TokenOf(ConsistencyRules.Seen(call.Container, seen));
        if (!read.IsOk)
        {
            call.SessionToken = token;
            return read.Error;
        }

        DocumentLease document = read.Value;
        call.Keep(document);
        string tag = document.ETag.ToString();
        if (request.IfNoneMatch.Length > 0 && (request.IfNoneMatch == "*" || request.IfNoneMatch == tag))
        {
            call.SessionToken = token;
            return NotModified;
        }

        return new ItemResponse
        {
            Etag = tag,
            Lsn = document.Lsn.Value,
            TimestampMs = document.Timestamp.ToUnixTimeMilliseconds(),
            Body = UnsafeByteOperations.UnsafeWrap(document.Utf8Json),
            SessionToken = token,
            LedElsewhere = ledElsewhere,
        };
    }
}
