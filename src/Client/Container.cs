using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

/// <summary>
/// Names a container and acts on it and its items. Items travel as types through System.Text.Json
/// (<c>ReadItemAsync&lt;T&gt;</c>) or as they are, in UTF-8 (<c>ReadJsonAsync</c>).
/// </summary>
/// <remarks>
/// Thread-safe; cheap to make and to keep. Methods throw <see cref="NacreException"/>. Writes carry an idempotency key,
/// so that one whose answer was lost is repeated and executed once. A <see cref="ValueTask"/> is awaited once.
/// </remarks>
public sealed partial class Container
{
    private readonly ContainerName _name;
    private readonly ClientPipeline _pipeline;
    private readonly ContainerSession _session;
    private readonly ItemSerializer _serializer;

    internal Container(ContainerName name, ClientPipeline pipeline, ItemSerializer serializer)
    {
        _name = name;
        _pipeline = pipeline;
        _session = pipeline.Sessions.Of(name);
        _serializer = serializer;
        Bulk = new BulkWriter(this, pipeline, serializer);
    }

    /// <summary>The database's name.</summary>
    public string DatabaseName => _name.Database;

    /// <summary>The container's name.</summary>
    public string Name => _name.Container;

    /// <summary>Writes many items at once, over the stream whatever the client's transport is.</summary>
    public BulkWriter Bulk { get; }

    /// <summary>Makes the container.</summary>
    /// <param name="settings">Partition key, ranges and indexing policy.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/>, <see cref="NacreErrorCode.NotFound"/> without the database, <see cref="NacreErrorCode.Malformed"/> among others.</exception>
    public async Task<ContainerProperties> CreateAsync(ContainerSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.PartitionKeyPaths.Count is < 1 or > 3)
        {
            throw new ArgumentException("A container has 1 to 3 partition key paths.", nameof(settings));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(settings.Ranges, nameof(settings));
        return FromWire(await _pipeline
            .WriteAsync(
                RpcMethods.CreateContainer,
                key => new Wire.CreateContainerRequest
                {
                    Database = DatabaseName,
                    Name = Name,
                    PartitionKeyPaths = { settings.PartitionKeyPaths },
                    Ranges = (uint)settings.Ranges,
                    IndexingPolicy = settings.Indexing?.ToJson() ?? "",
                    Idempotency = key,
                },
                "create_container",
                _name,
                cancellationToken)
            .ConfigureAwait(false));
    }

    /// <summary>Reads what is known of the container.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/> among others.</exception>
    public async Task<ContainerProperties> GetAsync(CancellationToken cancellationToken = default) => FromWire(await _pipeline
        .ReadAsync(
            RpcMethods.GetContainer,
            new Wire.GetContainerRequest { Database = DatabaseName, Name = Name },
            "get_container",
            _name,
            cancellationToken)
        .ConfigureAwait(false));

    /// <summary>Deletes the container with all its items.</summary>
    /// <param name="ifMatch">Only if it still has this etag; null: no condition.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.PreconditionFailed"/> among others.</exception>
    public async Task DeleteAsync(string? ifMatch = null, CancellationToken cancellationToken = default) => await _pipeline
        .WriteAsync(
            RpcMethods.DeleteContainer,
            key => new Wire.DeleteContainerRequest { Database = DatabaseName, Name = Name, IfMatch = ifMatch ?? "", Idempotency = key },
            "delete_container",
            _name,
            cancellationToken)
        .ConfigureAwait(false);

    internal static ContainerProperties FromWire(Wire.Container container) => new(
        container.Database,
        container.Name,
        container.Id,
        [.. container.PartitionKeyPaths],
        DateTimeOffset.FromUnixTimeMilliseconds(container.CreatedMs),
        container.Etag,
        [.. container.Ranges.Select(range => new ContainerRange(range.Id, range.Generation, range.Min, range.Max, range.Shard))])
    {
        Indexing = container.IndexingPolicy.Length == 0 ? IndexingPolicy.None : IndexingPolicy.FromJson(container.IndexingPolicy),
    };
}
