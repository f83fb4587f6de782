using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Time;
using Nacre.Integration.Tests.Support;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;
using Nacre.Server.Hosting;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests.Permissions;

/// <summary>A node with two databases, items, and a caller of every kind.</summary>
internal sealed class MatrixWorld : IAsyncDisposable
{
    private readonly ShiftedClock _clock = new();

    private MatrixWorld()
    {
    }

    public TestNode Node { get; private set; } = null!;

    /// <summary>A client of each kind; null signs nothing.</summary>
    public Dictionary<string, TestClient?> Callers { get; } = new() { ["nobody"] = null };

    public CallInvoker Invoker { get; private set; } = null!;

    public static async Task<MatrixWorld> StartAsync()
    {
        var world = new MatrixWorld();
        world.Node = await TestNode.StartAsync(environment: new NodeEnvironment { Time = world._clock });
        world.Invoker = world.Node.NewInvoker();
        await world.FillAsync();
        await world.MakeTokensAsync();
        return world;
    }

    public ValueTask DisposeAsync() => Node.DisposeAsync();

    private async Task FillAsync()
    {
        TestClient owner = Node.Client;
        foreach ((string database, string container) in new[] { ("d1", "c"), ("d1", "c2"), ("d2", "c"), ("d3", "c") })
        {
            await owner.CodeOfAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = database });
            await owner.CallAsync(ApiMethods.CreateContainer, new CreateContainerRequest
            {
                Database = database, Name = container, PartitionKeyPaths = { "/tenant", "/user" },
            });
            foreach ((string tenant, string user, string id) in new[] { ("t1", "u1", "1"), ("t1", "u1", "2"), ("t1", "u2", "1"), ("t2", "u1", "1") })
            {
                await owner.CallAsync(ItemMethods.Create, new WriteItemRequest
                {
                    Database = database,
                    Container = container,
                    Body = ByteString.CopyFromUtf8($$"""{"id":"{{id}}","tenant":"{{tenant}}","user":"{{user}}"}"""),
                });
            }
        }
    }

    private async Task MakeTokensAsync()
    {
        Callers["primary"] = Node.Client;
        Callers["primary-read-only"] = Node.ReadOnlyClient;
        Callers["secondary"] = await RegeneratedAsync(AccountKeyKind.Secondary);
        Callers["secondary-read-only"] = await RegeneratedAsync(AccountKeyKind.SecondaryReadOnly);
        foreach (PermissionMode mode in new[] { PermissionMode.Read, PermissionMode.All })
        {
            await GrantAsync($"container-{mode}", mode, "dbs/d1/colls/c");
            await GrantAsync($"prefix-{mode}", mode, "dbs/d1/colls/c", "t1");
            await GrantAsync($"partition-{mode}", mode, "dbs/d1/colls/c", "t1", "u1");
            await GrantAsync($"item-{mode}", mode, "dbs/d1/colls/c/docs/1", "t1", "u1");
            await GrantAsync($"attachment-{mode}", mode, "dbs/d1/colls/c/docs/1/attachments/a", "t1", "u1");
            await GrantAsync($"sproc-{mode}", mode, "dbs/d1/colls/c/sprocs/s");
            await GrantAsync($"trigger-{mode}", mode, "dbs/d1/colls/c/triggers/t");
            await GrantAsync($"udf-{mode}", mode, "dbs/d1/colls/c/udfs/f");
            await GrantAsync($"elsewhere-{mode}", mode, "dbs/d2/colls/c");
        }

        await MakeEndedTokensAsync();
    }

    private async Task MakeEndedTokensAsync()
    {
        TestClient owner = Node.Client;
        Permission revoked = await Node.GrantAsync("u-revoked", "p", PermissionMode.All, "dbs/d1/colls/c");
        Callers["revoked"] = Bearer(await Node.TokenOfAsync(revoked, 86_400));
        await owner.CallAsync(ApiMethods.DeletePermission, new DeletePermissionRequest { Database = "d1", User = "u-revoked", Name = "p" });

        Permission replaced = await Node.GrantAsync("u-replaced", "p", PermissionMode.All, "dbs/d1/colls/c");
        Callers["replaced"] = Bearer(await Node.TokenOfAsync(replaced, 86_400));
        await owner.CallAsync(ApiMethods.ReplacePermission, new WritePermissionRequest
        {
            Database = "d1", User = "u-replaced", Name = "p", Mode = PermissionMode.Read, Resource = "dbs/d1/colls/c",
        });

        Permission ofUser = await Node.GrantAsync("u-gone", "p", PermissionMode.All, "dbs/d1/colls/c");
        Callers["user-gone"] = Bearer(await Node.TokenOfAsync(ofUser, 86_400));
        await owner.CallAsync(ApiMethods.DeleteUser, new DeleteUserRequest { Database = "d1", Name = "u-gone" });

        Permission recreated = await Node.GrantAsync("u", "p", PermissionMode.All, "dbs/d3/colls/c");
        Callers["recreated"] = Bearer(await Node.TokenOfAsync(recreated, 86_400));
        await owner.CallAsync(ApiMethods.DeleteContainer, new DeleteContainerRequest { Database = "d3", Name = "c" });
        await owner.CallAsync(ApiMethods.CreateContainer, new CreateContainerRequest { Database = "d3", Name = "c", PartitionKeyPaths = { "/tenant", "/user" } });

        Permission byKey = await Node.GrantAsync("u-key", "p", PermissionMode.All, "dbs/d1/colls/c");
        Callers["key-regenerated"] = Bearer(await Node.TokenOfAsync(byKey, 86_400, Callers["secondary"]));
        Callers["secondary"] = await RegeneratedAsync(AccountKeyKind.Secondary);

        Permission expired = await Node.GrantAsync("u-expired", "p", PermissionMode.All, "dbs/d1/colls/c");
        Callers["expired"] = Bearer(await Node.TokenOfAsync(expired, 600));
        _clock.Advance(TimeSpan.FromMinutes(11));
        foreach (string caller in Callers.Keys.Where(caller => caller.Contains("primary", StringComparison.Ordinal) || caller.Contains("secondary", StringComparison.Ordinal)).ToArray())
        {
            Callers[caller] = Rekeyed(caller);
        }
    }

    private readonly Dictionary<string, string> _keys = [];

    /// <summary>The same key on the clock that was set forward.</summary>
    private TestClient Rekeyed(string caller) => new(
        Invoker,
        new RequestSigner(
            Convert.FromBase64String(_keys.GetValueOrDefault(caller, caller == "primary" ? Node.Connection.AccountKey : Node.Connection.ReadOnlyKey)),
            _clock, CryptographicRandom.Instance),
        Node.Audience);

    private async Task<TestClient> RegeneratedAsync(AccountKeyKind kind)
    {
        RegenerateKeyResponse drawn = await Node.Client.CallAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest { Kind = kind });
        _keys[kind == AccountKeyKind.Secondary ? "secondary" : "secondary-read-only"] = drawn.Key;
        return Node.NewClient(drawn.Key);
    }

    private async Task GrantAsync(string name, PermissionMode mode, string resource, params string[] key)
    {
        // Read and All are for the same resource: a user has one of the two.
        string user = mode == PermissionMode.All ? "u" : "u-read";
        Permission permission = await Node.GrantAsync(user, name, mode, resource, key.Length == 0 ? null : ItemMethods.Key(key));
        Callers[name] = Bearer(await Node.TokenOfAsync(permission, 86_400));
    }

    private TestClient Bearer(string token) => new(Invoker, new RequestSigner(token, _clock, CryptographicRandom.Instance), Node.Audience);
}
