using Google.Protobuf.Reflection;
using Nacre.Protocol.V1;
using Nacre.Server.Administration;
using Nacre.Server.Items;
using Nacre.Server.Pipeline;
using Nacre.Server.Streaming;

namespace Nacre.Server.Wire;

/// <summary>
/// The command table: every method of the API, what a caller needs for it, and what serves it. A method that is not
/// here does not exist.
/// </summary>
internal static class Commands
{
    /// <summary>Reads an item.</summary>
    public static UnaryCommand<ReadItemRequest, ItemResponse> Read { get; } = new(
        ItemsService, "Read", CommandAccess.Read, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.ReadAsync);

    /// <summary>Makes an item that is not there.</summary>
    public static UnaryCommand<WriteItemRequest, ItemResponse> Create { get; } = new(
        ItemsService, "Create", CommandAccess.Write, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.CreateAsync);

    /// <summary>Makes or replaces an item.</summary>
    public static UnaryCommand<WriteItemRequest, ItemResponse> Upsert { get; } = new(
        ItemsService, "Upsert", CommandAccess.Write, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.UpsertAsync);

    /// <summary>Replaces an item.</summary>
    public static UnaryCommand<WriteItemRequest, ItemResponse> Replace { get; } = new(
        ItemsService, "Replace", CommandAccess.Write, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.ReplaceAsync);

    /// <summary>Removes an item.</summary>
    public static UnaryCommand<DeleteItemRequest, ItemResponse> Delete { get; } = new(
        ItemsService, "Delete", CommandAccess.Write, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.DeleteAsync);

    /// <summary>Lists items.</summary>
    public static UnaryCommand<ListItemsRequest, ListItemsResponse> List { get; } = new(
        ItemsService, "List", CommandAccess.Read, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.ListAsync);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Command> All { get; } =
    [
        Of<GetAccountRequest, AccountInfo>(AccountService, "Get", CommandAccess.Read, AccountHandlers.GetAsync),
        Of<ListKeysRequest, ListKeysResponse>(AccountService, "ListKeys", CommandAccess.Read, AccountHandlers.ListKeysAsync),
        Of<RegenerateKeyRequest, RegenerateKeyResponse>(
            AccountService, "RegenerateKey", CommandAccess.Write, AccountHandlers.RegenerateKeyAsync),
        Of<GetEncryptionKeysRequest, EncryptionKeyStatus>(
            AccountService, "GetEncryptionKeys", CommandAccess.Read, AccountHandlers.GetEncryptionKeysAsync),
        Of<RotateEncryptionKeysRequest, EncryptionKeyStatus>(
            AccountService, "RotateEncryptionKeys", CommandAccess.Write, AccountHandlers.RotateEncryptionKeysAsync),

        Of<CreateDatabaseRequest, Database>(
            DatabasesService, "Create", CommandAccess.Write, DatabaseHandlers.CreateAsync, static r => new(r.Name, null)),
        Of<GetDatabaseRequest, Database>(
            DatabasesService, "Get", CommandAccess.Read, DatabaseHandlers.GetAsync, static r => new(r.Name, null)),
        Of<ListDatabasesRequest, ListDatabasesResponse>(DatabasesService, "List", CommandAccess.Read, DatabaseHandlers.ListAsync),
        Of<DeleteDatabaseRequest, DeleteDatabaseResponse>(
            DatabasesService, "Delete", CommandAccess.Write, DatabaseHandlers.DeleteAsync, static r => new(r.Name, null)),

        Of<CreateContainerRequest, Container>(
            ContainersService, "Create", CommandAccess.Write, ContainerHandlers.CreateAsync, static r => new(r.Database, r.Name)),
        Of<GetContainerRequest, Container>(
            ContainersService, "Get", CommandAccess.Read, ContainerHandlers.GetAsync, static r => new(r.Database, r.Name)),
        Of<ListContainersRequest, ListContainersResponse>(
            ContainersService, "List", CommandAccess.Read, ContainerHandlers.ListAsync, static r => new(r.Database, null)),
        Of<DeleteContainerRequest, DeleteContainerResponse>(
            ContainersService, "Delete", CommandAccess.Write, ContainerHandlers.DeleteAsync, static r => new(r.Database, r.Name)),

        Read, Create, Upsert, Replace, Delete, List, StreamCommand.Row,
    ];

    /// <summary>The services that the methods belong to, for reflection.</summary>
    public static IReadOnlyList<ServiceDescriptor> Services { get; } =
        [Account.Descriptor, Databases.Descriptor, Containers.Descriptor, Protocol.V1.Items.Descriptor];

    private static string AccountService => Account.Descriptor.FullName;

    private static string DatabasesService => Databases.Descriptor.FullName;

    private static string ContainersService => Containers.Descriptor.FullName;

    private static string ItemsService => Protocol.V1.Items.Descriptor.FullName;

    /// <summary>A row for a method that acts on no container's documents.</summary>
    /// <param name="service">The service's full name.</param>
    /// <param name="method">The method's name.</param>
    /// <param name="access">What the caller needs.</param>
    /// <param name="handler">Serves an admitted request.</param>
    /// <param name="resource">Finds in a request what it is about; null: the account.</param>
    private static UnaryCommand<TRequest, TResponse> Of<TRequest, TResponse>(
        string service, string method, CommandAccess access, UnaryCommand<TRequest, TResponse>.Handle handler,
        Func<TRequest, ResourceName>? resource = null)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
        where TResponse : class, Google.Protobuf.IMessage<TResponse> =>
        new(service, method, access, isRouted: false, resource ?? (static _ => ResourceName.Account), handler);
}
