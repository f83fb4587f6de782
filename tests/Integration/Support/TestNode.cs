using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;
using Nacre.Server.Hosting;
using Nacre.Server.Options;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests.Support;

/// <summary>A whole node over a folder of its own, on a free port, with clients that trust its authority.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private const string RootKeyVariable = "NACRE_TEST_ROOT_KEY";

    private readonly List<GrpcChannel> _channels = [];
    static TestNode() => Environment.SetEnvironmentVariable(RootKeyVariable, Convert.ToBase64String(new byte[32].Select((_, i) => (byte)i).ToArray()));

    private TestNode(string folder, NacreNode node, ConnectionFile connection)
    {
        Folder = folder;
        Node = node;
        Connection = connection;
        Client = NewClient(connection.AccountKey);
        ReadOnlyClient = NewClient(connection.ReadOnlyKey);
    }

    public NacreNode Node { get; }

    public string Folder { get; }

    public ConnectionFile Connection { get; }

    public TestClient Client { get; }

    public TestClient ReadOnlyClient { get; }

    public string Audience => Node.Endpoint.Authority;

    public static NodeOptions OptionsFor(string folder) => new()
    {
        Data = folder,
        Listen = "127.0.0.1:0",
        RootKey = $"env:{RootKeyVariable}",
        Shards = 2,
        MemoryBudgetBytes = 64L << 20,
    };

    /// <summary>A folder that <see cref="DisposeAsync"/> removes.</summary>
    public static string NewFolder() => Directory.CreateTempSubdirectory("nacre-test-").FullName;

    public static async Task<TestNode> StartAsync(string? folder = null, NodeEnvironment? environment = null, Func<NodeOptions, NodeOptions>? change = null)
    {
        folder ??= NewFolder();
        NodeOptions options = OptionsFor(folder);
        Result<NacreNode> started = await NacreNode.StartAsync(change?.Invoke(options) ?? options, environment ?? new NodeEnvironment(), default);
        Assert.That(started.Error, Is.Null);
        return new TestNode(folder, started.Value, await started.Value.GetConnectionAsync(default));
    }

    public CallInvoker NewInvoker()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Connection.CaCertificate!));
        GrpcChannel channel = GrpcChannel.ForAddress(Node.Endpoint, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } },
            MaxReceiveMessageSize = null,
            DisposeHttpClient = true,
        });
        _channels.Add(channel);
        return channel.CreateCallInvoker();
    }

    public TestClient NewClient(string key) => new(
        NewInvoker(), new RequestSigner(Convert.FromBase64String(key), TimeProvider.System, CryptographicRandom.Instance), Audience);

    /// <summary>A client that signs with a resource token.</summary>
    public TestClient NewTokenClient(string token, TimeProvider? clock = null) =>
        new(NewInvoker(), new RequestSigner(token, clock ?? TimeProvider.System, CryptographicRandom.Instance), Audience);

    /// <summary>Makes a permission for a user, which is made where it is not there, and gives the permission.</summary>
    public async Task<Permission> GrantAsync(
        string user, string name, PermissionMode mode, string resource, PartitionKey? partitionKey = null)
    {
        string database = resource.Split('/')[1];
        await Client.CodeOfAsync(ApiMethods.CreateUser, new CreateUserRequest { Database = database, Name = user });
        return await Client.CallAsync(ApiMethods.CreatePermission, new WritePermissionRequest
        {
            Database = database, User = user, Name = name, Mode = mode, Resource = resource, PartitionKey = partitionKey,
        });
    }

    /// <summary>Draws a token from a permission.</summary>
    public async Task<string> TokenOfAsync(Permission permission, uint lifetimeSeconds = 0, TestClient? by = null) =>
        (await (by ?? Client).CallAsync(ApiMethods.GetToken, new GetTokenRequest
        {
            Database = permission.Database, User = permission.User, Name = permission.Name, LifetimeS = lifetimeSeconds,
        })).Token;

    /// <summary>Makes database <c>db</c> with container <c>items</c>, as the item methods of the tests name them.</summary>
    public async Task MakeContainerAsync(params string[] paths)
    {
        await Client.CallAsync(
            ItemMethods.Unary<CreateDatabaseRequest, Database>("nacre.v1.Databases", "Create"), new CreateDatabaseRequest { Name = "db" });
        await Client.CallAsync(
            ItemMethods.Unary<CreateContainerRequest, Protocol.V1.Container>("nacre.v1.Containers", "Create"),
            new CreateContainerRequest { Database = "db", Name = "items", PartitionKeyPaths = { paths.Length == 0 ? ["/pk"] : paths } });
    }

    /// <summary>Stops in order and starts over the same folder.</summary>
    public async Task<TestNode> RestartAsync()
    {
        await Node.StopAsync(default);
        CloseChannels();
        return await StartAsync(Folder);
    }

    /// <summary>Ends at once, as a crash would, and starts over the same folder.</summary>
    public async Task<TestNode> CrashAndStartAsync()
    {
        CloseChannels();
        await Node.DisposeAsync();
        return await StartAsync(Folder);
    }

    /// <summary>Stops in order; the folder stays.</summary>
    public async Task StopAsync()
    {
        CloseChannels();
        await Node.StopAsync(default);
        await Node.DisposeAsync();
    }

    /// <summary>Ends at once, as a crash would; the folder stays.</summary>
    public async Task EndAsync()
    {
        CloseChannels();
        await Node.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        CloseChannels();
        await Node.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private void CloseChannels()
    {
        _channels.ForEach(channel => channel.Dispose());
        _channels.Clear();
    }
}
