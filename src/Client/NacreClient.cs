using System.Text.Json;
using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

/// <summary>
/// A connection to a Nacre server or cluster. Make one for the whole program: it keeps its connections, and numbers its writes so
/// that the server executes a repeated one once.
/// </summary>
/// <remarks>
/// Thread-safe. Nothing is sent before the first operation. Operations throw <see cref="NacreException"/> and nothing
/// else of the SDK's own; a <see cref="JsonException"/> tells that a document does not fit the type asked for.
/// </remarks>
public sealed class NacreClient : IAsyncDisposable, IDisposable
{
    private readonly ClientPipeline _pipeline;
    private readonly ItemSerializer _serializer;

    /// <summary>Makes a client.</summary>
    /// <param name="connectionString"><c>AccountEndpoint=https://…;AccountKey=…;CaCertificate=PATH;</c></param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="FormatException">The connection string is not well formed, or its certificate file holds no certificate.</exception>
    /// <exception cref="IOException">The certificate file cannot be read.</exception>
    public NacreClient(string connectionString, NacreClientOptions? options = null)
        : this(NacreConnection.Parse(connectionString), options)
    {
    }

    /// <summary>Makes a client.</summary>
    /// <param name="connection">Where the server is; from a connection string, a file or the environment.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    /// <exception cref="FormatException">The certificate file holds no certificate.</exception>
    /// <exception cref="IOException">The certificate file cannot be read.</exception>
    public NacreClient(NacreConnection connection, NacreClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        options ??= new NacreClientOptions();
        options.Validate();
        _pipeline = new ClientPipeline(connection, options);
        _serializer = new ItemSerializer(options.SerializerOptions);
        Keys = new AccountKeys(_pipeline);
        Nodes = new ClusterNodes(_pipeline);
    }

    /// <summary>The address of the node that new operations go to which need no leader. Of several it is the first at the beginning, and another one after a failure.</summary>
    public Uri Endpoint => _pipeline.Endpoint;

    /// <summary>The addresses of all nodes known by now: those of the connection, then those that the server named.</summary>
    public IReadOnlyList<Uri> Endpoints => _pipeline.Endpoints;

    /// <summary>The account's keys.</summary>
    public AccountKeys Keys { get; }

    /// <summary>The nodes of the cluster.</summary>
    public ClusterNodes Nodes { get; }

    /// <summary>Names a database. Sends nothing, and does not tell whether it is there.</summary>
    /// <param name="name">1 to 255 bytes of UTF-8.</param>
    public Database GetDatabase(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new Database(name, _pipeline, _serializer);
    }

    /// <summary>Names a container. Sends nothing, and does not tell whether it is there.</summary>
    /// <param name="database">The database's name.</param>
    /// <param name="container">The container's name.</param>
    public Container GetContainer(string database, string container) => GetDatabase(database).GetContainer(container);

    /// <summary>Tells who the server is.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<AccountProperties> GetAccountAsync(CancellationToken cancellationToken = default)
    {
        Wire.AccountInfo info = await _pipeline
            .ReadAsync(RpcMethods.GetAccount, new Wire.GetAccountRequest(), "get_account", default, cancellationToken)
            .ConfigureAwait(false);
        return new AccountProperties(
            Convert.ToHexStringLower(info.ClusterId.Span),
            info.ServerVersion,
            (int)info.DataShards,
            (int)info.MaxDocumentBytes,
            (int)info.MaxBatchOperations,
            DateTimeOffset.FromUnixTimeMilliseconds(info.TimeMs))
        {
            Consistency = FromWire(info.Consistency),
        };
    }

    /// <summary>Sets what reads of the account promise when they ask for nothing else, and the most that they may ask for. Needs a read-write account key.</summary>
    /// <param name="level">The level; null: as it is.</param>
    /// <param name="maxVersions">As <see cref="ConsistencySettings.MaxVersions"/>; null: as it is.</param>
    /// <param name="maxAge">As <see cref="ConsistencySettings.MaxAge"/>, in whole seconds; null: as it is.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <returns>What holds now, on every node.</returns>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.Malformed"/>, <see cref="NacreErrorCode.Forbidden"/> among others.</exception>
    public async Task<ConsistencySettings> SetConsistencyAsync(
        ConsistencyLevel? level, long? maxVersions = null, TimeSpan? maxAge = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxVersions ?? 1, nameof(maxVersions));
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAge ?? TimeSpan.MaxValue, TimeSpan.FromSeconds(1), nameof(maxAge));
        Wire.ConsistencySettings settings = await _pipeline
            .WriteAsync(
                RpcMethods.SetConsistency,
                key => new Wire.SetConsistencyRequest
                {
                    Settings = new Wire.ConsistencySettings
                    {
                        Level = (Wire.ConsistencyLevel)(level ?? 0),
                        MaxVersions = (ulong)(maxVersions ?? 0),
                        MaxAgeS = maxAge is { } age ? (uint)Math.Min(age.TotalSeconds, uint.MaxValue) : 0,
                    },
                    Idempotency = key,
                },
                "set_consistency",
                default,
                cancellationToken)
            .ConfigureAwait(false);
        return FromWire(settings)!;
    }

    /// <summary>Makes a database.</summary>
    /// <param name="name">1 to 255 bytes of UTF-8.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/> among others.</exception>
    public async Task<Database> CreateDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        Database database = GetDatabase(name);
        await database.CreateAsync(cancellationToken).ConfigureAwait(false);
        return database;
    }

    /// <summary>Makes a database unless it is there.</summary>
    /// <param name="name">1 to 255 bytes of UTF-8.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    public async Task<Database> CreateDatabaseIfNotExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        try
        {
            return await CreateDatabaseAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (NacreException e) when (e.Code == NacreErrorCode.AlreadyExists)
        {
            return GetDatabase(name);
        }
    }

    /// <summary>Lists the databases by name, ordinal.</summary>
    public Pageable<DatabaseProperties> ListDatabases() => new(null, async (continuation, cancellationToken) =>
    {
        Wire.ListDatabasesResponse response = await _pipeline
            .ReadAsync(
                RpcMethods.ListDatabases,
                new Wire.ListDatabasesRequest { Continuation = continuation ?? "" },
                "list_databases",
                default,
                cancellationToken)
            .ConfigureAwait(false);
        return new Page<DatabaseProperties>([.. response.Databases.Select(Database.FromWire)], WireText.OrNull(response.Continuation));
    });

    private static ConsistencySettings? FromWire(Wire.ConsistencySettings? settings) => settings is null
        ? null
        : new ConsistencySettings((ConsistencyLevel)settings.Level, (long)settings.MaxVersions, TimeSpan.FromSeconds(settings.MaxAgeS));

    /// <summary>Closes the connections. Operations that are still under way fail; await them first.</summary>
    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    /// <summary>As <see cref="DisposeAsync"/>, for containers of services that know no other.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
