using System.Runtime.CompilerServices;
using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

public sealed partial class Container
{
    /// <summary>Creates an item.</summary>
    /// <param name="utf8Json">A JSON object with <c>id</c> and partition key, at most 2 MiB; borrowed until completion.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/>, <see cref="NacreErrorCode.Malformed"/> among others.</exception>
    public ValueTask<WriteResult> CreateJsonAsync(ReadOnlyMemory<byte> utf8Json, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        WriteAsync(WriteCall(Wire.OperationKind.Create, utf8Json, null, options), "create_item", options, cancellationToken);

    /// <summary>Creates an item, or replaces it where it is there.</summary>
    /// <param name="utf8Json">A JSON object with <c>id</c> and partition key, at most 2 MiB; borrowed until completion.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.PreconditionFailed"/>, <see cref="NacreErrorCode.Malformed"/> among others.</exception>
    public ValueTask<WriteResult> UpsertJsonAsync(ReadOnlyMemory<byte> utf8Json, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        WriteAsync(WriteCall(Wire.OperationKind.Upsert, utf8Json, null, options), "upsert_item", options, cancellationToken);

    /// <summary>Replaces an item.</summary>
    /// <param name="utf8Json">A JSON object with <c>id</c> and partition key, at most 2 MiB; borrowed until completion.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.PreconditionFailed"/>, <see cref="NacreErrorCode.Malformed"/> among others.</exception>
    public ValueTask<WriteResult> ReplaceJsonAsync(ReadOnlyMemory<byte> utf8Json, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        WriteAsync(WriteCall(Wire.OperationKind.Replace, utf8Json, null, options), "replace_item", options, cancellationToken);

    /// <summary>Deletes an item.</summary>
    /// <param name="partitionKey">Of the item, with all levels.</param>
    /// <param name="id">Of the item.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.PreconditionFailed"/> among others.</exception>
    public ValueTask<WriteResult> DeleteItemAsync(PartitionKey partitionKey, string id, WriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        if (options is { OnlyIfAbsent: true })
        {
            throw new ArgumentException("OnlyIfAbsent is for upserts.", nameof(options));
        }

        var call = new ItemCall
        {
            Kind = Wire.OperationKind.Delete,
            Container = _name,
            Session = _session,
            PartitionKey = partitionKey.Required(),
            Id = id,
            IfMatch = options?.IfMatch,
        };
        return WriteAsync(call, "delete_item", options, cancellationToken);
    }

    /// <summary>Reads an item.</summary>
    /// <param name="partitionKey">Of the item, with all levels.</param>
    /// <param name="id">Of the item.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>UTF-8 JSON, byte for byte as it was written.</returns>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.NotModified"/> among others.</exception>
    public async ValueTask<Item<ReadOnlyMemory<byte>>> ReadJsonAsync(
        PartitionKey partitionKey, string id, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        ToItem((await ReadAsync(partitionKey, id, options, cancellationToken).ConfigureAwait(false)).ValueOrThrow());

    /// <summary>Reads an item that may not be there: a miss is null, and costs no exception over the stream.</summary>
    /// <param name="partitionKey">Of the item, with all levels.</param>
    /// <param name="id">Of the item.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>UTF-8 JSON, byte for byte as it was written; null when the item is not there.</returns>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotModified"/> among others; never <see cref="NacreErrorCode.NotFound"/>.</exception>
    public async ValueTask<Item<ReadOnlyMemory<byte>>?> TryReadJsonAsync(
        PartitionKey partitionKey, string id, ReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        Attempt<Reply> attempt = await ReadAsync(partitionKey, id, options, cancellationToken).ConfigureAwait(false);
        return attempt.Error is { Code: NacreErrorCode.NotFound } ? null : ToItem(attempt.ValueOrThrow());
    }

    /// <summary>Lists items.</summary>
    /// <param name="options">Which, and in what order; null: all, by partition key and id.</param>
    /// <returns>UTF-8 JSON of each item, fetched page by page while it is enumerated.</returns>
    public Pageable<Item<ReadOnlyMemory<byte>>> ListJson(ListOptions? options = null) => List(options, static json => json);

    internal static WriteResult ToResult(in Reply reply) =>
        new(reply.ETag, reply.Lsn, DateTimeOffset.FromUnixTimeMilliseconds(reply.TimestampMs), reply.Created) { SessionToken = WireText.OrNull(reply.SessionToken) };

    internal ItemCall WriteCall(Wire.OperationKind kind, ReadOnlyMemory<byte> utf8Json, string? id, WriteOptions? options)
    {
        if (options is { OnlyIfAbsent: true } && kind != Wire.OperationKind.Upsert)
        {
            throw new ArgumentException("OnlyIfAbsent is for upserts.", nameof(options));
        }

        if (options is { IfMatch: not null } && kind == Wire.OperationKind.Create)
        {
            throw new ArgumentException("A create has no etag to match.", nameof(options));
        }

        return new ItemCall
        {
            Kind = kind,
            Container = _name,
            Session = _session,
            PartitionKey = options?.PartitionKey?.Required(),
            Id = id,
            Body = utf8Json,
            IfMatch = options?.IfMatch,
            IfNoneMatch = options is { OnlyIfAbsent: true } ? "*" : null,
        };
    }

    private static Item<ReadOnlyMemory<byte>> ToItem(in Reply reply) =>
        new(reply.Body, reply.ETag, reply.Lsn, DateTimeOffset.FromUnixTimeMilliseconds(reply.TimestampMs)) { SessionToken = WireText.OrNull(reply.SessionToken) };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<WriteResult> WriteAsync(ItemCall call, string operation, WriteOptions? options, CancellationToken cancellationToken) =>
        ToResult((await _pipeline.SendAsync(call, operation, null, options?.Timeout, cancellationToken).ConfigureAwait(false)).ValueOrThrow());

    private ValueTask<Attempt<Reply>> ReadAsync(PartitionKey partitionKey, string id, ReadOptions? options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var call = new ItemCall
        {
            Kind = Wire.OperationKind.Read,
            Container = _name,
            Session = _session,
            PartitionKey = partitionKey.Required(),
            Id = id,
            IfNoneMatch = options?.IfNoneMatch,
            Consistency = _pipeline.LevelOf(options?.Consistency, options?.SessionToken),
            SessionToken = options?.SessionToken,
        };
        return _pipeline.SendAsync(call, "read_item", null, options?.Timeout, cancellationToken);
    }

    private Pageable<Item<T>> List<T>(ListOptions? options, Func<ReadOnlyMemory<byte>, T> read)
    {
        ListOptions chosen = (options ?? new ListOptions()).Validated();
        return new Pageable<Item<T>>(chosen.Continuation, async (continuation, cancellationToken) =>
        {
            Wire.ListItemsResponse response = await ListAsync(chosen, continuation, cancellationToken).ConfigureAwait(false);
            Item<T>[] items = new Item<T>[response.Items.Count];
            for (int i = 0; i < items.Length; i++)
            {
                Wire.ListedItem item = response.Items[i];
                items[i] = new(read(item.Body.Memory), item.Etag, item.Lsn, DateTimeOffset.FromUnixTimeMilliseconds(item.TimestampMs));
            }

            return new Page<Item<T>>(items, WireText.OrNull(response.Continuation)) { SessionToken = WireText.OrNull(response.SessionToken) };
        });
    }

    private async Task<Wire.ListItemsResponse> ListAsync(ListOptions options, string? continuation, CancellationToken cancellationToken)
    {
        var request = new Wire.ListItemsRequest
        {
            Database = DatabaseName,
            Container = Name,
            PartitionKey = options.PartitionKey?.Required(),
            Order = (Wire.ListOrder)options.Order,
            MaxItems = options.PageSize,
            Continuation = continuation ?? "",
            Consistency = _pipeline.LevelOf(options.Consistency, options.SessionToken),
            WantsSession = _pipeline.Sessions.IsOn,
        };
        return await _pipeline.ReadInSessionAsync(
            RpcMethods.ListItems,
            request,
            new SessionRead(_session, options.SessionToken, request.Consistency),
            static (request, tokens) => request.SessionToken = tokens,
            static response => response.SessionToken,
            "list_items",
            _name,
            cancellationToken).ConfigureAwait(false);
    }
}
