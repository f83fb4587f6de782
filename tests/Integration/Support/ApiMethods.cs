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

    private static Method<TRequest, TResponse> Account<TRequest, TResponse>(string name)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
        where TResponse : class, Google.Protobuf.IMessage<TResponse>, new() =>
        ItemMethods.Unary<TRequest, TResponse>("nacre.v1.Account", name);
}
