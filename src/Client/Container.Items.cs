using System.Text.Json.Serialization.Metadata;

namespace Nacre.Client;

public sealed partial class Container
{
    /// <summary>Creates an item.</summary>
    /// <typeparam name="T">Serializes to a JSON object with <c>id</c> and partition key, at most 2 MiB.</typeparam>
    /// <param name="item">The item.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/>, <see cref="NacreErrorCode.Malformed"/> among others.</exception>
    public ValueTask<WriteResult> CreateItemAsync<T>(T item, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        CreateItemAsync(item, _serializer.TypeOf<T>(), options, cancellationToken);

    /// <summary>Creates an item; for trimmed and natively compiled programs.</summary>
    /// <typeparam name="T">Serializes to a JSON object with <c>id</c> and partition key, at most 2 MiB.</typeparam>
    /// <param name="item">The item.</param>
    /// <param name="type">How it becomes JSON.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/>, <see cref="NacreErrorCode.Malformed"/> among others.</exception>
    public ValueTask<WriteResult> CreateItemAsync<T>(T item, JsonTypeInfo<T> type, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        CreateJsonAsync(ItemSerializer.Write(item, type), options, cancellationToken);

    /// <summary>Creates an item, or replaces it where it is there.</summary>
    /// <typeparam name="T">Serializes to a JSON object with <c>id</c> and partition key, at most 2 MiB.</typeparam>
    /// <param name="item">The item.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.PreconditionFailed"/>, <see cref="NacreErrorCode.Malformed"/> among others.</exception>
    public ValueTask<WriteResult> UpsertItemAsync<T>(T item, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        UpsertItemAsync(item, _serializer.TypeOf<T>(), options, cancellationToken);

    /// <summary>Creates an item, or replaces it where it is there; for trimmed and natively compiled programs.</summary>
    /// <typeparam name="T">Serializes to a JSON object with <c>id</c> and partition key, at most 2 MiB.</typeparam>
    /// <param name="item">The item.</param>
    /// <param name="type">How it becomes JSON.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.PreconditionFailed"/>, <see cref="NacreErrorCode.Malformed"/> among others.</exception>
    public ValueTask<WriteResult> UpsertItemAsync<T>(T item, JsonTypeInfo<T> type, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        UpsertJsonAsync(ItemSerializer.Write(item, type), options, cancellationToken);

    /// <summary>Replaces an item.</summary>
    /// <typeparam name="T">Serializes to a JSON object with <c>id</c> and partition key, at most 2 MiB.</typeparam>
    /// <param name="item">The item.</param>
    /// <param name="options">Conditions, such as the etag that was read; null: none.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.PreconditionFailed"/>, <see cref="NacreErrorCode.Malformed"/> among others.</exception>
    public ValueTask<WriteResult> ReplaceItemAsync<T>(T item, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        ReplaceItemAsync(item, _serializer.TypeOf<T>(), options, cancellationToken);

    /// <summary>Replaces an item; for trimmed and natively compiled programs.</summary>
    /// <typeparam name="T">Serializes to a JSON object with <c>id</c> and partition key, at most 2 MiB.</typeparam>
    /// <param name="item">The item.</param>
    /// <param name="type">How it becomes JSON.</param>
    /// <param name="options">Conditions, such as the etag that was read; null: none.</param>
    /// <param name="cancellationToken">Stops the wait, not the write.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.PreconditionFailed"/>, <see cref="NacreErrorCode.Malformed"/> among others.</exception>
    public ValueTask<WriteResult> ReplaceItemAsync<T>(T item, JsonTypeInfo<T> type, WriteOptions? options = null, CancellationToken cancellationToken = default) =>
        ReplaceJsonAsync(ItemSerializer.Write(item, type), options, cancellationToken);

    /// <summary>Reads an item.</summary>
    /// <typeparam name="T">The type to read the document as.</typeparam>
    /// <param name="partitionKey">Of the item, with all levels.</param>
    /// <param name="id">Of the item.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.NotModified"/> among others.</exception>
    /// <exception cref="System.Text.Json.JsonException">The document does not fit the type.</exception>
    public ValueTask<Item<T>> ReadItemAsync<T>(PartitionKey partitionKey, string id, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        ReadItemAsync(partitionKey, id, _serializer.TypeOf<T>(), options, cancellationToken);

    /// <summary>Reads an item; for trimmed and natively compiled programs.</summary>
    /// <typeparam name="T">The type to read the document as.</typeparam>
    /// <param name="partitionKey">Of the item, with all levels.</param>
    /// <param name="id">Of the item.</param>
    /// <param name="type">How it comes from JSON.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.NotModified"/> among others.</exception>
    /// <exception cref="System.Text.Json.JsonException">The document does not fit the type.</exception>
    public async ValueTask<Item<T>> ReadItemAsync<T>(
        PartitionKey partitionKey, string id, JsonTypeInfo<T> type, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        Typed(await ReadJsonAsync(partitionKey, id, options, cancellationToken).ConfigureAwait(false), type);

    /// <summary>Reads an item that may not be there: a miss is null, and costs no exception over the stream.</summary>
    /// <typeparam name="T">The type to read the document as.</typeparam>
    /// <param name="partitionKey">Of the item, with all levels.</param>
    /// <param name="id">Of the item.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotModified"/> among others; never <see cref="NacreErrorCode.NotFound"/>.</exception>
    /// <exception cref="System.Text.Json.JsonException">The document does not fit the type.</exception>
    public ValueTask<Item<T>?> TryReadItemAsync<T>(PartitionKey partitionKey, string id, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        TryReadItemAsync(partitionKey, id, _serializer.TypeOf<T>(), options, cancellationToken);

    /// <summary>Reads an item that may not be there; for trimmed and natively compiled programs.</summary>
    /// <typeparam name="T">The type to read the document as.</typeparam>
    /// <param name="partitionKey">Of the item, with all levels.</param>
    /// <param name="id">Of the item.</param>
    /// <param name="type">How it comes from JSON.</param>
    /// <param name="options">Conditions; null: none.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotModified"/> among others; never <see cref="NacreErrorCode.NotFound"/>.</exception>
    /// <exception cref="System.Text.Json.JsonException">The document does not fit the type.</exception>
    public async ValueTask<Item<T>?> TryReadItemAsync<T>(
        PartitionKey partitionKey, string id, JsonTypeInfo<T> type, ReadOptions? options = null, CancellationToken cancellationToken = default) =>
        await TryReadJsonAsync(partitionKey, id, options, cancellationToken).ConfigureAwait(false) is { } item ? Typed(item, type) : null;

    /// <summary>Lists items.</summary>
    /// <typeparam name="T">The type to read the documents as.</typeparam>
    /// <param name="options">Which, and in what order; null: all, by partition key and id.</param>
    /// <returns>Fetched page by page while it is enumerated. A document that does not fit the type throws <see cref="System.Text.Json.JsonException"/>.</returns>
    public Pageable<Item<T>> ListItems<T>(ListOptions? options = null) => ListItems(_serializer.TypeOf<T>(), options);

    /// <summary>Lists items; for trimmed and natively compiled programs.</summary>
    /// <typeparam name="T">The type to read the documents as.</typeparam>
    /// <param name="type">How they come from JSON.</param>
    /// <param name="options">Which, and in what order; null: all, by partition key and id.</param>
    /// <returns>Fetched page by page while it is enumerated. A document that does not fit the type throws <see cref="System.Text.Json.JsonException"/>.</returns>
    public Pageable<Item<T>> ListItems<T>(JsonTypeInfo<T> type, ListOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(type);
        return List(options, json => ItemSerializer.Read(json, type));
    }

    private static Item<T> Typed<T>(in Item<ReadOnlyMemory<byte>> item, JsonTypeInfo<T> type) =>
        new(ItemSerializer.Read(item.Value, type), item.ETag, item.Lsn, item.Timestamp) { SessionToken = item.SessionToken };
}
