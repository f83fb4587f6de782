using Grpc.Core;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests.Support;

/// <summary>The methods of databases, containers and the account.</summary>
internal static class ApiMethods
{
    public static Method<GetAccountRequest, AccountInfo> GetAccount { get; } = Account<GetAccountRequest, AccountInfo>("Get");

    public static Method<ListKeysRequest, ListKeysResponse> ListKeys { get; } = Account<ListKeysRequest, ListKeysResponse>("ListKeys");

    public static Method<RegenerateKeyRequest, RegenerateKeyResponse> RegenerateKey { get; } =
        Account<RegenerateKeyRequest, RegenerateKeyResponse>("RegenerateKey");

    public static Method<GetEncryptionKeysRequest, EncryptionKeyStatus> GetEncryptionKeys { get; } =
        Account<GetEncryptionKeysRequest, EncryptionKeyStatus>("GetEncryptionKeys");

    public static Method<RotateEncryptionKeysRequest, EncryptionKeyStatus> RotateEncryptionKeys { get; } =
        Account<RotateEncryptionKeysRequest, EncryptionKeyStatus>("RotateEncryptionKeys");

    public static Method<CreateDatabaseRequest, Database> CreateDatabase { get; } =
        ItemMethods.Unary<CreateDatabaseRequest, Database>("nacre.v1.Databases", "Create");

    public static Method<GetDatabaseRequest, Database> GetDatabase { get; } =
        ItemMethods.Unary<GetDatabaseRequest, Database>("nacre.v1.Databases", "Get");

    public static Method<ListDatabasesRequest, ListDatabasesResponse> ListDatabases { get; } =
        ItemMethods.Unary<ListDatabasesRequest, ListDatabasesResponse>("nacre.v1.Databases", "List");

    public static Method<DeleteDatabaseRequest, DeleteDatabaseResponse> DeleteDatabase { get; } =
        ItemMethods.Unary<DeleteDatabaseRequest, DeleteDatabaseResponse>("nacre.v1.Databases", "Delete");

    public static Method<CreateContainerRequest, Container> CreateContainer { get; } =
        ItemMethods.Unary<CreateContainerRequest, Container>("nacre.v1.Containers", "Create");

    public static Method<GetContainerRequest, Container> GetContainer { get; } =
        ItemMethods.Unary<GetContainerRequest, Container>("nacre.v1.Containers", "Get");

    public static Method<ListContainersRequest, ListContainersResponse> ListContainers { get; } =
        ItemMethods.Unary<ListContainersRequest, ListContainersResponse>("nacre.v1.Containers", "List");

    public static Method<DeleteContainerRequest, DeleteContainerResponse> DeleteContainer { get; } =
        ItemMethods.Unary<DeleteContainerRequest, DeleteContainerResponse>("nacre.v1.Containers", "Delete");

    public static Method<SetIndexingRequest, Container> SetIndexing { get; } =
        ItemMethods.Unary<SetIndexingRequest, Container>("nacre.v1.Containers", "SetIndexing");

    public static Method<GetIndexingRequest, IndexingStatus> GetIndexing { get; } =
        ItemMethods.Unary<GetIndexingRequest, IndexingStatus>("nacre.v1.Containers", "GetIndexing");

    public static Method<RotateTokenKeyRequest, RotateTokenKeyResponse> RotateTokenKey { get; } =
        Account<RotateTokenKeyRequest, RotateTokenKeyResponse>("RotateTokenKey");

    public static Method<CreateUserRequest, User> CreateUser { get; } = ItemMethods.Unary<CreateUserRequest, User>("nacre.v1.Users", "Create");

    public static Method<GetUserRequest, User> GetUser { get; } = ItemMethods.Unary<GetUserRequest, User>("nacre.v1.Users", "Get");

    public static Method<ListUsersRequest, ListUsersResponse> ListUsers { get; } =
        ItemMethods.Unary<ListUsersRequest, ListUsersResponse>("nacre.v1.Users", "List");

    public static Method<DeleteUserRequest, DeleteUserResponse> DeleteUser { get; } =
        ItemMethods.Unary<DeleteUserRequest, DeleteUserResponse>("nacre.v1.Users", "Delete");

    public static Method<WritePermissionRequest, Permission> CreatePermission { get; } =
        ItemMethods.Unary<WritePermissionRequest, Permission>("nacre.v1.Permissions", "Create");

    public static Method<WritePermissionRequest, Permission> ReplacePermission { get; } =
        ItemMethods.Unary<WritePermissionRequest, Permission>("nacre.v1.Permissions", "Replace");

    public static Method<GetPermissionRequest, Permission> GetPermission { get; } =
        ItemMethods.Unary<GetPermissionRequest, Permission>("nacre.v1.Permissions", "Get");

    public static Method<ListPermissionsRequest, ListPermissionsResponse> ListPermissions { get; } =
        ItemMethods.Unary<ListPermissionsRequest, ListPermissionsResponse>("nacre.v1.Permissions", "List");

    public static Method<DeletePermissionRequest, DeletePermissionResponse> DeletePermission { get; } =
        ItemMethods.Unary<DeletePermissionRequest, DeletePermissionResponse>("nacre.v1.Permissions", "Delete");

    public static Method<GetTokenRequest, ResourceToken> GetToken { get; } =
        ItemMethods.Unary<GetTokenRequest, ResourceToken>("nacre.v1.Permissions", "GetToken");

    private static Method<TRequest, TResponse> Account<TRequest, TResponse>(string name)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
        where TResponse : class, Google.Protobuf.IMessage<TResponse>, new() =>
        ItemMethods.Unary<TRequest, TResponse>("nacre.v1.Account", name);
}
