using Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>Every unary method that the SDK calls.</summary>
internal static class RpcMethods
{
    private const string Account = "nacre.v1.Account";
    private const string Nodes = "nacre.v1.Nodes";
    private const string Databases = "nacre.v1.Databases";
    private const string Containers = "nacre.v1.Containers";
    private const string Users = "nacre.v1.Users";
    private const string Permissions = "nacre.v1.Permissions";
    private const string Items = "nacre.v1.Items";

    public static readonly RpcMethod<AccountInfo> GetAccount = new(Account, "Get", AccountInfo.Parser, isRead: true);
    public static readonly RpcMethod<ListKeysResponse> ListKeys = new(Account, "ListKeys", ListKeysResponse.Parser, isRead: true);
    public static readonly RpcMethod<RegenerateKeyResponse> RegenerateKey = new(Account, "RegenerateKey", RegenerateKeyResponse.Parser, isRead: false);
    public static readonly RpcMethod<EncryptionKeyStatus> GetEncryptionKeys = new(Account, "GetEncryptionKeys", EncryptionKeyStatus.Parser, isRead: true);
    public static readonly RpcMethod<EncryptionKeyStatus> RotateEncryptionKeys = new(Account, "RotateEncryptionKeys", EncryptionKeyStatus.Parser, isRead: false);

    public static readonly RpcMethod<Protocol.V1.ConsistencySettings> SetConsistency = new(Account, "SetConsistency", Protocol.V1.ConsistencySettings.Parser, isRead: false);
    public static readonly RpcMethod<RotateTokenKeyResponse> RotateTokenKey = new(Account, "RotateTokenKey", RotateTokenKeyResponse.Parser, isRead: false);

    public static readonly RpcMethod<ListNodesResponse> ListNodes = new(Nodes, "List", ListNodesResponse.Parser, isRead: true);
    public static readonly RpcMethod<CreateJoinTokenResponse> CreateJoinToken = new(Nodes, "CreateJoinToken", CreateJoinTokenResponse.Parser, isRead: false);
    public static readonly RpcMethod<WithdrawJoinTokenResponse> WithdrawJoinToken = new(Nodes, "WithdrawJoinToken", WithdrawJoinTokenResponse.Parser, isRead: false);
    public static readonly RpcMethod<Node> DrainNode = new(Nodes, "Drain", Node.Parser, isRead: false);
    public static readonly RpcMethod<Node> ResumeNode = new(Nodes, "Resume", Node.Parser, isRead: false);
    public static readonly RpcMethod<Node> RemoveNode = new(Nodes, "Remove", Node.Parser, isRead: false);
    public static readonly RpcMethod<Node> PromoteNode = new(Nodes, "Promote", Node.Parser, isRead: false);

    public static readonly RpcMethod<Protocol.V1.Database> CreateDatabase = new(Databases, "Create", Protocol.V1.Database.Parser, isRead: false);
    public static readonly RpcMethod<Protocol.V1.Database> GetDatabase = new(Databases, "Get", Protocol.V1.Database.Parser, isRead: true);
    public static readonly RpcMethod<ListDatabasesResponse> ListDatabases = new(Databases, "List", ListDatabasesResponse.Parser, isRead: true);
    public static readonly RpcMethod<DeleteDatabaseResponse> DeleteDatabase = new(Databases, "Delete", DeleteDatabaseResponse.Parser, isRead: false);

    public static readonly RpcMethod<Protocol.V1.Container> CreateContainer = new(Containers, "Create", Protocol.V1.Container.Parser, isRead: false);
    public static readonly RpcMethod<Protocol.V1.Container> GetContainer = new(Containers, "Get", Protocol.V1.Container.Parser, isRead: true);
    public static readonly RpcMethod<ListContainersResponse> ListContainers = new(Containers, "List", ListContainersResponse.Parser, isRead: true);
    public static readonly RpcMethod<DeleteContainerResponse> DeleteContainer = new(Containers, "Delete", DeleteContainerResponse.Parser, isRead: false);
    public static readonly RpcMethod<Protocol.V1.Container> SetIndexing = new(Containers, "SetIndexing", Protocol.V1.Container.Parser, isRead: false);
    public static readonly RpcMethod<IndexingStatus> GetIndexing = new(Containers, "GetIndexing", IndexingStatus.Parser, isRead: true);

    public static readonly RpcMethod<Protocol.V1.User> CreateUser = new(Users, "Create", Protocol.V1.User.Parser, isRead: false);
    public static readonly RpcMethod<Protocol.V1.User> GetUser = new(Users, "Get", Protocol.V1.User.Parser, isRead: true);
    public static readonly RpcMethod<ListUsersResponse> ListUsers = new(Users, "List", ListUsersResponse.Parser, isRead: true);
    public static readonly RpcMethod<DeleteUserResponse> DeleteUser = new(Users, "Delete", DeleteUserResponse.Parser, isRead: false);

    public static readonly RpcMethod<Protocol.V1.Permission> CreatePermission = new(Permissions, "Create", Protocol.V1.Permission.Parser, isRead: false);
    public static readonly RpcMethod<Protocol.V1.Permission> GetPermission = new(Permissions, "Get", Protocol.V1.Permission.Parser, isRead: true);
    public static readonly RpcMethod<ListPermissionsResponse> ListPermissions = new(Permissions, "List", ListPermissionsResponse.Parser, isRead: true);
    public static readonly RpcMethod<Protocol.V1.Permission> ReplacePermission = new(Permissions, "Replace", Protocol.V1.Permission.Parser, isRead: false);
    public static readonly RpcMethod<DeletePermissionResponse> DeletePermission = new(Permissions, "Delete", DeletePermissionResponse.Parser, isRead: false);
    public static readonly RpcMethod<Protocol.V1.ResourceToken> GetToken = new(Permissions, "GetToken", Protocol.V1.ResourceToken.Parser, isRead: true);

    public static readonly RpcMethod<ItemResponse> CreateItem = new(Items, "Create", ItemResponse.Parser, isRead: false);
    public static readonly RpcMethod<ItemResponse> UpsertItem = new(Items, "Upsert", ItemResponse.Parser, isRead: false);
    public static readonly RpcMethod<ItemResponse> ReplaceItem = new(Items, "Replace", ItemResponse.Parser, isRead: false);
    public static readonly RpcMethod<ItemResponse> ReadItem = new(Items, "Read", ItemResponse.Parser, isRead: true);
    public static readonly RpcMethod<ItemResponse> DeleteItem = new(Items, "Delete", ItemResponse.Parser, isRead: false);
    public static readonly RpcMethod<ListItemsResponse> ListItems = new(Items, "List", ListItemsResponse.Parser, isRead: true);
    public static readonly RpcMethod<QueryResponse> Query = new(Items, "Query", QueryResponse.Parser, isRead: true);
}
