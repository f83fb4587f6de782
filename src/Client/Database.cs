using Nacre.Client.Transport;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client;

/// <summary>Names a database and acts on it.</summary>
/// <remarks>Thread-safe; cheap to make and to keep. Methods throw <see cref="NacreException"/>.</remarks>
public sealed class Database
{
    private readonly ClientPipeline _pipeline;
    private readonly ItemSerializer _serializer;

    internal Database(string name, ClientPipeline pipeline, ItemSerializer serializer)
    {
        Name = name;
        _pipeline = pipeline;
        _serializer = serializer;
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    private ContainerName Target => new(Name, "");

    /// <summary>Names a container. Sends nothing, and does not tell whether it is there.</summary>
    /// <param name="name">1 to 255 bytes of UTF-8.</param>
    public Container GetContainer(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new Container(new ContainerName(Name, name), _pipeline, _serializer);
    }

    /// <summary>Makes the database.</summary>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/> among others.</exception>
    public async Task<DatabaseProperties> CreateAsync(CancellationToken cancellationToken = default) => FromWire(await _pipeline
        .WriteAsync(
            RpcMethods.CreateDatabase,
            key => new Wire.CreateDatabaseRequest { Name = Name, Idempotency = key },
            "create_database",
            Target,
            cancellationToken)
        .ConfigureAwait(false));

    /// <summary>Reads what is known of the database.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/> among others.</exception>
    public async Task<DatabaseProperties> GetAsync(CancellationToken cancellationToken = default) => FromWire(await _pipeline
        .ReadAsync(RpcMethods.GetDatabase, new Wire.GetDatabaseRequest { Name = Name }, "get_database", Target, cancellationToken)
        .ConfigureAwait(false));

    /// <summary>Deletes the database with all its containers and items.</summary>
    /// <param name="ifMatch">Only if it still has this etag; null: no condition.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.NotFound"/>, <see cref="NacreErrorCode.PreconditionFailed"/> among others.</exception>
    public async Task DeleteAsync(string? ifMatch = null, CancellationToken cancellationToken = default) => await _pipeline
        .WriteAsync(
            RpcMethods.DeleteDatabase,
            key => new Wire.DeleteDatabaseRequest { Name = Name, IfMatch = ifMatch ?? "", Idempotency = key },
            "delete_database",
            Target,
            cancellationToken)
        .ConfigureAwait(false);

    /// <summary>Makes a container.</summary>
    /// <param name="name">1 to 255 bytes of UTF-8.</param>
    /// <param name="settings">Partition key, ranges and indexing policy.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/> among others.</exception>
    public async Task<Container> CreateContainerAsync(string name, ContainerSettings settings, CancellationToken cancellationToken = default)
    {
        Container container = GetContainer(name);
        await container.CreateAsync(settings, cancellationToken).ConfigureAwait(false);
        return container;
    }

    /// <summary>Makes a container unless one of that name is there; its settings are not compared.</summary>
    /// <param name="name">1 to 255 bytes of UTF-8.</param>
    /// <param name="settings">Partition key, ranges and indexing policy.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    public async Task<Container> CreateContainerIfNotExistsAsync(string name, ContainerSettings settings, CancellationToken cancellationToken = default)
    {
        try
        {
            return await CreateContainerAsync(name, settings, cancellationToken).ConfigureAwait(false);
        }
        catch (NacreException e) when (e.Code == NacreErrorCode.AlreadyExists)
        {
            return GetContainer(name);
        }
    }

    /// <summary>Lists the database's containers by name, ordinal.</summary>
    public Pageable<ContainerProperties> ListContainers() => new(null, async (continuation, cancellationToken) =>
    {
        Wire.ListContainersResponse response = await _pipeline
            .ReadAsync(
                RpcMethods.ListContainers,
                new Wire.ListContainersRequest { Database = Name, Continuation = continuation ?? "" },
                "list_containers",
                Target,
                cancellationToken)
            .ConfigureAwait(false);
        return new Page<ContainerProperties>([.. response.Containers.Select(Container.FromWire)], WireText.OrNull(response.Continuation));
    });

    /// <summary>Names a user. Sends nothing, and does not tell whether it is there.</summary>
    /// <param name="name">1 to 1,023 bytes of UTF-8.</param>
    public User GetUser(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new User(Name, name, _pipeline);
    }

    /// <summary>Makes a user.</summary>
    /// <param name="name">1 to 1,023 bytes of UTF-8.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    /// <exception cref="NacreException"><see cref="NacreErrorCode.AlreadyExists"/> among others.</exception>
    public async Task<User> CreateUserAsync(string name, CancellationToken cancellationToken = default)
    {
        User user = GetUser(name);
        await user.CreateAsync(cancellationToken).ConfigureAwait(false);
        return user;
    }

    /// <summary>Makes a user unless one of that name is there.</summary>
    /// <param name="name">1 to 1,023 bytes of UTF-8.</param>
    /// <param name="cancellationToken">Stops the wait, not the change.</param>
    public async Task<User> CreateUserIfNotExistsAsync(string name, CancellationToken cancellationToken = default)
    {
        try
        {
            return await CreateUserAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (NacreException e) when (e.Code == NacreErrorCode.AlreadyExists)
        {
            return GetUser(name);
        }
    }

    /// <summary>Lists the database's users by name, ordinal.</summary>
    public Pageable<UserProperties> ListUsers() => new(null, async (continuation, cancellationToken) =>
    {
        Wire.ListUsersResponse response = await _pipeline
            .ReadAsync(
                RpcMethods.ListUsers,
                new Wire.ListUsersRequest { Database = Name, Continuation = continuation ?? "" },
                "list_users",
                Target,
                cancellationToken)
            .ConfigureAwait(false);
        return new Page<UserProperties>([.. response.Users.Select(User.FromWire)], WireText.OrNull(response.Continuation));
    });

    internal static DatabaseProperties FromWire(Wire.Database database) =>
        new(database.Name, database.Id, DateTimeOffset.FromUnixTimeMilliseconds(database.CreatedMs), database.Etag);
}
