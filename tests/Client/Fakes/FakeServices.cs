using Google.Protobuf;
using Grpc.Core;
using Nacre.Protocol.V1;

namespace Nacre.Client.Tests.Fakes;

internal sealed class FakeAccountService(FakeState state) : Account.AccountBase
{
    public override Task<AccountInfo> Get(GetAccountRequest request, ServerCallContext context) => Task.FromResult(new AccountInfo
    {
        ClusterId = ByteString.CopyFrom(new byte[16]),
        ServerVersion = "0.0.0-fake",
        DataShards = 2,
        MaxDocumentBytes = 2 * 1024 * 1024,
        MaxBatchOperations = 100,
        TimeMs = 1_700_000_000_000,
        ClientEndpoints = { state.ClientEndpoints },
        ShardLeaders = { state.ShardLeaders },
        Consistency = new Protocol.V1.ConsistencySettings { Level = Protocol.V1.ConsistencyLevel.Strong },
    });

    public override Task<ListKeysResponse> ListKeys(ListKeysRequest request, ServerCallContext context) => Task.FromResult(new ListKeysResponse
    {
        Keys = { Enumerable.Range(1, 4).Select(kind => new AccountKeyInfo { Kind = (Protocol.V1.AccountKeyKind)kind, KeyId = $"key{kind}" }) },
    });

    public override Task<RegenerateKeyResponse> RegenerateKey(RegenerateKeyRequest request, ServerCallContext context) => Task.FromResult(new RegenerateKeyResponse
    {
        Info = new AccountKeyInfo { Kind = request.Kind, KeyId = "new" },
        Key = Convert.ToBase64String(state.KeyBytes),
    });

    public override Task<EncryptionKeyStatus> GetEncryptionKeys(GetEncryptionKeysRequest request, ServerCallContext context) => Task.FromResult(Status());

    public override Task<EncryptionKeyStatus> RotateEncryptionKeys(RotateEncryptionKeysRequest request, ServerCallContext context)
    {
        EncryptionKeyStatus status = Status();
        status.ReencryptionRunning = request.Reencrypt;
        return Task.FromResult(status);
    }

    private static EncryptionKeyStatus Status() => new()
    {
        RootKeyId = "root",
        RootKeyProvider = "file",
        DataKeys = { new DataKeyInfo { Id = 7, Domain = 1, State = "current" } },
    };
}

internal sealed class FakeDatabasesService(FakeState state) : Databases.DatabasesBase
{
    public override Task<Protocol.V1.Database> Create(CreateDatabaseRequest request, ServerCallContext context) => Task.FromResult(state.CreateDatabase(request.Name));

    public override Task<Protocol.V1.Database> Get(GetDatabaseRequest request, ServerCallContext context) => Task.FromResult(state.Database(request.Name));

    public override Task<ListDatabasesResponse> List(ListDatabasesRequest request, ServerCallContext context)
    {
        (List<Protocol.V1.Database> page, string continuation) = state.Databases(2, request.Continuation);
        return Task.FromResult(new ListDatabasesResponse { Databases = { page }, Continuation = continuation });
    }

    public override Task<DeleteDatabaseResponse> Delete(DeleteDatabaseRequest request, ServerCallContext context)
    {
        state.DeleteDatabase(request.Name, request.IfMatch);
        return Task.FromResult(new DeleteDatabaseResponse());
    }
}

internal sealed class FakeContainersService(FakeState state) : Containers.ContainersBase
{
    public override Task<Protocol.V1.Container> Create(CreateContainerRequest request, ServerCallContext context) => Task.FromResult(state.CreateContainer(request));

    public override Task<Protocol.V1.Container> Get(GetContainerRequest request, ServerCallContext context) => Task.FromResult(state.Container(request.Database, request.Name));

    public override Task<ListContainersResponse> List(ListContainersRequest request, ServerCallContext context)
    {
        (List<Protocol.V1.Container> page, string continuation) = state.Containers(request.Database, request.MaxResults, request.Continuation);
        return Task.FromResult(new ListContainersResponse { Containers = { page }, Continuation = continuation });
    }

    public override Task<DeleteContainerResponse> Delete(DeleteContainerRequest request, ServerCallContext context)
    {
        state.DeleteContainer(request.Database, request.Name);
        return Task.FromResult(new DeleteContainerResponse());
    }

    public override Task<Protocol.V1.Container> SetIndexing(SetIndexingRequest request, ServerCallContext context) => Task.FromResult(state.SetIndexing(request));

    public override Task<IndexingStatus> GetIndexing(GetIndexingRequest request, ServerCallContext context) => Task.FromResult(state.Indexing(request));
}
