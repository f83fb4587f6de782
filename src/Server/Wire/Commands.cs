using Google.Protobuf.Reflection;
using Nacre.Protocol.V1;
using Nacre.Security.Authorisation;
using Nacre.Server.Administration;
using Nacre.Server.Items;
using Nacre.Server.Pipeline;
using Nacre.Server.Streaming;

namespace Nacre.Server.Wire;

/// <summary>
/// The command table: every method of the API, who may ask for it, and what serves it. A method that is not
/// here does not exist.
/// </summary>
internal static class Commands
{
    /// <summary>Reads an item.</summary>
    public static UnaryCommand<ReadItemRequest, ItemResponse> Read { get; } = new(
        ItemsService, "Read", ReadItem, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.ReadAsync);

    /// <summary>Makes an item that is not there.</summary>
    public static UnaryCommand<WriteItemRequest, ItemResponse> Create { get; } = new(
        ItemsService, "Create", WriteItem, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.CreateAsync);

    /// <summary>Makes or replaces an item.</summary>
    public static UnaryCommand<WriteItemRequest, ItemResponse> Upsert { get; } = new(
        ItemsService, "Upsert", WriteItem, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.UpsertAsync);

    /// <summary>Replaces an item.</summary>
    public static UnaryCommand<WriteItemRequest, ItemResponse> Replace { get; } = new(
        ItemsService, "Replace", WriteItem, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.ReplaceAsync);

    /// <summary>Removes an item.</summary>
    public static UnaryCommand<DeleteItemRequest, ItemResponse> Delete { get; } = new(
        ItemsService, "Delete", WriteItem, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.DeleteAsync);

    /// <summary>Lists items.</summary>
    public static UnaryCommand<ListItemsRequest, ListItemsResponse> List { get; } = new(
        ItemsService, "List", ReadItem, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.ListAsync);

    /// <summary>Queries items.</summary>
    public static UnaryCommand<QueryRequest, QueryResponse> Query { get; } = new(
        ItemsService, "Query", ReadItem, isRouted: true, static r => new(r.Database, r.Container), ItemHandlers.QueryAsync);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Command> All { get; } =
    [
        Of<GetAccountRequest, AccountInfo>(AccountService, "Get", SeeAccount, AccountHandlers.GetAsync),
        Of<ListKeysRequest, ListKeysResponse>(AccountService, "ListKeys", ReadAccount, AccountHandlers.ListKeysAsync),
        Of<RegenerateKeyRequest, RegenerateKeyResponse>(
            AccountService, "RegenerateKey", WriteAccount, AccountHandlers.RegenerateKeyAsync),
        Of<GetEncryptionKeysRequest, EncryptionKeyStatus>(
            AccountService, "GetEncryptionKeys", ReadAccount, AccountHandlers.GetEncryptionKeysAsync),
        Of<RotateEncryptionKeysRequest, EncryptionKeyStatus>(
            AccountService, "RotateEncryptionKeys", WriteAccount, AccountHandlers.RotateEncryptionKeysAsync),
        Of<RotateTokenKeyRequest, RotateTokenKeyResponse>(
            AccountService, "RotateTokenKey", WriteAccount, AccountHandlers.RotateTokenKeyAsync),
        Of<SetConsistencyRequest, ConsistencySettings>(AccountService, "SetConsistency", WriteAccount, AccountHandlers.SetConsistencyAsync),

        Of<CreateDatabaseRequest, Database>(
            DatabasesService, "Create", WriteDatabase, DatabaseHandlers.CreateAsync, static r => new(r.Name, null)),
        Of<GetDatabaseRequest, Database>(
            DatabasesService, "Get", ReadDatabase, DatabaseHandlers.GetAsync, static r => new(r.Name, null)),
        Of<ListDatabasesRequest, ListDatabasesResponse>(DatabasesService, "List", ReadDatabase, DatabaseHandlers.ListAsync),
        Of<DeleteDatabaseRequest, DeleteDatabaseResponse>(
            DatabasesService, "Delete", WriteDatabase, DatabaseHandlers.DeleteAsync, static r => new(r.Name, null)),

        Of<CreateContainerRequest, Container>(
            ContainersService, "Create", WriteContainer, ContainerHandlers.CreateAsync, static r => new(r.Database, r.Name)),
        Of<GetContainerRequest, Container>(
            ContainersService, "Get", SeeContainer, ContainerHandlers.GetAsync, static r => new(r.Database, r.Name)),
        Of<ListContainersRequest, ListContainersResponse>(
            ContainersService, "List", ReadContainer, ContainerHandlers.ListAsync, static r => new(r.Database, null)),
        Of<DeleteContainerRequest, DeleteContainerResponse>(
            ContainersService, "Delete", WriteContainer, ContainerHandlers.DeleteAsync, static r => new(r.Database, r.Name)),
        Of<SetIndexingRequest, Container>(
            ContainersService, "SetIndexing", WriteContainer, IndexingHandlers.SetAsync, static r => new(r.Database, r.Name)),
        Of<GetIndexingRequest, IndexingStatus>(
            ContainersService, "GetIndexing", ReadContainer, IndexingHandlers.GetAsync, static r => new(r.Database, r.Name)),

        Of<CreateUserRequest, User>(UsersService, "Create", WriteUser, UserHandlers.CreateAsync, static r => new(r.Database, null)),
        Of<GetUserRequest, User>(UsersService, "Get", ReadUser, UserHandlers.GetAsync, static r => new(r.Database, null)),
        Of<ListUsersRequest, ListUsersResponse>(UsersService, "List", ReadUser, UserHandlers.ListAsync, static r => new(r.Database, null)),
        Of<DeleteUserRequest, DeleteUserResponse>(
            UsersService, "Delete", WriteUser, UserHandlers.DeleteAsync, static r => new(r.Database, null)),

        Of<WritePermissionRequest, Permission>(
            PermissionsService, "Create", WritePermission, PermissionHandlers.CreateAsync, static r => new(r.Database, null)),
        Of<GetPermissionRequest, Permission>(
            PermissionsService, "Get", ReadPermission, PermissionHandlers.GetAsync, static r => new(r.Database, null)),
        Of<ListPermissionsRequest, ListPermissionsResponse>(
            PermissionsService, "List", ReadPermission, PermissionHandlers.ListAsync, static r => new(r.Database, null)),
        Of<WritePermissionRequest, Permission>(
            PermissionsService, "Replace", WritePermission, PermissionHandlers.ReplaceAsync, static r => new(r.Database, null)),
        Of<DeletePermissionRequest, DeletePermissionResponse>(
            PermissionsService, "Delete", WritePermission, PermissionHandlers.DeleteAsync, static r => new(r.Database, null)),
        Of<GetTokenRequest, ResourceToken>(
            PermissionsService, "GetToken", TakeToken, PermissionHandlers.GetTokenAsync, static r => new(r.Database, null)),

        Of<CreateJoinTokenRequest, CreateJoinTokenResponse>(NodesService, "CreateJoinToken", WriteAccount, NodeHandlers.CreateJoinTokenAsync),
        Of<WithdrawJoinTokenRequest, WithdrawJoinTokenResponse>(NodesService, "WithdrawJoinToken", WriteAccount, NodeHandlers.WithdrawJoinTokenAsync),
        Of<GetAuthorityRequest, GetAuthorityResponse>(NodesService, "GetAuthority", AboutToJoin, NodeHandlers.GetAuthorityAsync),
        Of<JoinRequest, JoinResponse>(NodesService, "Join", Join, JoinHandler.JoinAsync),
        Of<ListNodesRequest, ListNodesResponse>(NodesService, "List", ReadAccount, NodeHandlers.ListAsync),
        Of<ChangeNodeRequest, Node>(NodesService, "Drain", WriteAccount, NodeHandlers.DrainAsync),
        Of<ChangeNodeRequest, Node>(NodesService, "Resume", WriteAccount, NodeHandlers.ResumeAsync),
        Of<ChangeNodeRequest, Node>(NodesService, "Remove", WriteAccount, NodeHandlers.RemoveAsync),
        Of<ChangeNodeRequest, Node>(NodesService, "Promote", WriteAccount, NodeHandlers.PromoteAsync),

        Read, Create, Upsert, Replace, Delete, List, Query, StreamCommand.Row,
    ];

    /// <summary>The services that the methods belong to, for reflection.</summary>
    public static IReadOnlyList<ServiceDescriptor> Services { get; } =
        [
        Account.Descriptor, Databases.Descriptor, Containers.Descriptor, Users.Descriptor, Permissions.Descriptor, Nodes.Descriptor,
        Protocol.V1.Items.Descriptor,
    ];

    // What a method does, and who may ask for it. PermissionChecker decides by these, and nothing else does.
    private static AccessAction SeeAccount => new(ResourceKind.Account, AccessMode.Read, Callers.Keys | Callers.Tokens);

    private static AccessAction ReadAccount => new(ResourceKind.Account, AccessMode.Read, Callers.Keys);

    private static AccessAction WriteAccount => new(ResourceKind.Account, AccessMode.Write, Callers.ReadWriteKeys);

    private static AccessAction AboutToJoin => new(ResourceKind.Account, AccessMode.Read, Callers.JoinTokens);

    // Whoever joins has no account key; the handler checks the token in the request before anything else.
    private static AccessAction Join => new(ResourceKind.Account, AccessMode.Write, Callers.JoinTokens);

    private static AccessAction ReadDatabase => new(ResourceKind.Database, AccessMode.Read, Callers.Keys);

    private static AccessAction WriteDatabase => new(ResourceKind.Database, AccessMode.Write, Callers.ReadWriteKeys);

    private static AccessAction SeeContainer => new(ResourceKind.Container, AccessMode.Read, Callers.Keys | Callers.Tokens);

    private static AccessAction ReadContainer => new(ResourceKind.Container, AccessMode.Read, Callers.Keys);

    private static AccessAction WriteContainer => new(ResourceKind.Container, AccessMode.Write, Callers.ReadWriteKeys);

    private static AccessAction ReadUser => new(ResourceKind.User, AccessMode.Read, Callers.Keys);

    private static AccessAction WriteUser => new(ResourceKind.User, AccessMode.Write, Callers.ReadWriteKeys);

    private static AccessAction ReadPermission => new(ResourceKind.Permission, AccessMode.Read, Callers.Keys);

    private static AccessAction WritePermission => new(ResourceKind.Permission, AccessMode.Write, Callers.ReadWriteKeys);

    // It changes nothing, but who may only read must not get what may write.
    private static AccessAction TakeToken => new(ResourceKind.Permission, AccessMode.Read, Callers.ReadWriteKeys);

    private static AccessAction ReadItem => new(ResourceKind.Item, AccessMode.Read, Callers.Keys | Callers.Tokens);

    private static AccessAction WriteItem => new(ResourceKind.Item, AccessMode.Write, Callers.ReadWriteKeys | Callers.Tokens);

    private static string AccountService => Account.Descriptor.FullName;

    private static string DatabasesService => Databases.Descriptor.FullName;

    private static string ContainersService => Containers.Descriptor.FullName;

    private static string UsersService => Users.Descriptor.FullName;

    private static string PermissionsService => Permissions.Descriptor.FullName;

    private static string NodesService => Nodes.Descriptor.FullName;

    private static string ItemsService => Protocol.V1.Items.Descriptor.FullName;

    /// <summary>A row for a method that acts on no container's documents.</summary>
    /// <param name="service">The service's full name.</param>
    /// <param name="method">The method's name.</param>
    /// <param name="action">What it does, for the permission check.</param>
    /// <param name="handler">Serves an admitted request.</param>
    /// <param name="resource">Finds in a request what it is about; null: the account.</param>
    private static UnaryCommand<TRequest, TResponse> Of<TRequest, TResponse>(
        string service, string method, AccessAction action, UnaryCommand<TRequest, TResponse>.Handle handler,
        Func<TRequest, ResourceName>? resource = null)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
        where TResponse : class, Google.Protobuf.IMessage<TResponse> =>
        new(service, method, action, isRouted: false, resource ?? (static _ => ResourceName.Account), handler);
}
