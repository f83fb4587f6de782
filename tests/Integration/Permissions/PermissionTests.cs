using Google.Protobuf;
using Nacre.Core.Errors;
using Nacre.Integration.Tests.Support;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests.Permissions;

/// <summary>Users, permissions and tokens over a whole node.</summary>
[TestFixture]
public sealed class PermissionTests
{
    private TestNode _node = null!;
    private TestClient _client = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _node = await TestNode.StartAsync();
        _client = _node.Client;
        await _client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "d" });
        await MakeAsync("c");
        foreach ((string tenant, string user, string id) in new[] { ("t1", "u1", "1"), ("t1", "u1", "2"), ("t1", "u2", "1"), ("t2", "u1", "1") })
        {
            await _client.CallAsync(ItemMethods.Create, Write(tenant, user, id));
        }
    }

    [OneTimeTearDown]
    public async Task Stop() => await _node.DisposeAsync();

    [Test]
    public async Task User_MadeShownListedDeleted_IsGone()
    {
        User made = await _client.CallAsync(ApiMethods.CreateUser, new CreateUserRequest { Database = "d", Name = "ann ö" });
        User shown = await _node.ReadOnlyClient.CallAsync(ApiMethods.GetUser, new GetUserRequest { Database = "d", Name = "ann ö" });
        ListUsersResponse listed = await _client.CallAsync(ApiMethods.ListUsers, new ListUsersRequest { Database = "d", MaxResults = 1000 });
        ErrorCode again = await _client.CodeOfAsync(ApiMethods.CreateUser, new CreateUserRequest { Database = "d", Name = "ann ö" });
        ErrorCode stale = await _client.CodeOfAsync(ApiMethods.DeleteUser, new DeleteUserRequest { Database = "d", Name = "ann ö", IfMatch = "ffffff" });
        await _client.CallAsync(ApiMethods.DeleteUser, new DeleteUserRequest { Database = "d", Name = "ann ö", IfMatch = made.Etag });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(shown, Is.EqualTo(made));
            Assert.That(listed.Users, Does.Contain(made));
            Assert.That(again, Is.EqualTo(ErrorCode.AlreadyExists));
            Assert.That(stale, Is.EqualTo(ErrorCode.PreconditionFailed));
            Assert.That(await _client.CodeOfAsync(ApiMethods.GetUser, new GetUserRequest { Database = "d", Name = "ann ö" }), Is.EqualTo(ErrorCode.NotFound));
        }
    }

    [Test]
    public async Task Permission_MadeShownReplacedDeleted_TellsWhatItAllows()
    {
        Permission made = await _node.GrantAsync("p1", "orders", PermissionMode.Read, "dbs/d/colls/c", ItemMethods.Key("t1"));
        Permission shown = await _node.ReadOnlyClient.CallAsync(ApiMethods.GetPermission, new GetPermissionRequest { Database = "d", User = "p1", Name = "orders" });
        ErrorCode second = await _client.CodeOfAsync(ApiMethods.CreatePermission, Wanted("p1", "other", PermissionMode.All, "dbs/d/colls/c", "t1"));
        WritePermissionRequest replace = Wanted("p1", "orders", PermissionMode.All, "dbs/d/colls/c/docs/1", "t1", "u1");
        replace.IfMatch = made.Etag;
        Permission replaced = await _client.CallAsync(ApiMethods.ReplacePermission, replace);
        ErrorCode stale = await _client.CodeOfAsync(ApiMethods.ReplacePermission, replace);
        ListPermissionsResponse listed = await _client.CallAsync(ApiMethods.ListPermissions, new ListPermissionsRequest { Database = "d", User = "p1" });
        await _client.CallAsync(ApiMethods.DeletePermission, new DeletePermissionRequest { Database = "d", User = "p1", Name = "orders" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(shown, Is.EqualTo(made));
            Assert.That(made.ContainerId, Is.Positive);
            Assert.That(second, Is.EqualTo(ErrorCode.AlreadyExists));
            Assert.That(replaced.Id, Is.EqualTo(made.Id));
            Assert.That(replaced.Mode, Is.EqualTo(PermissionMode.All));
            Assert.That(replaced.Resource, Is.EqualTo("dbs/d/colls/c/docs/1"));
            Assert.That(stale, Is.EqualTo(ErrorCode.PreconditionFailed));
            Assert.That(listed.Permissions.Single(), Is.EqualTo(replaced));
            Assert.That(await _client.CodeOfAsync(ApiMethods.GetToken, new GetTokenRequest { Database = "d", User = "p1", Name = "orders" }), Is.EqualTo(ErrorCode.NotFound));
        }
    }

    [Test]
    public async Task Create_BadRequest_IsRefused()
    {
        await _client.CallAsync(ApiMethods.CreateUser, new CreateUserRequest { Database = "d", Name = "bad" });
        Task<ErrorCode> Code(WritePermissionRequest request) => _client.CodeOfAsync(ApiMethods.CreatePermission, request);
        WritePermissionRequest tagged = Wanted("bad", "p", PermissionMode.Read, "dbs/d/colls/c");
        tagged.IfMatch = "1";

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Code(Wanted("bad", "p", PermissionMode.Unspecified, "dbs/d/colls/c")), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(await Code(Wanted("bad", "p", (PermissionMode)258, "dbs/d/colls/c")), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(await Code(Wanted("bad", "p", PermissionMode.Read, "dbs/d/colls/c/")), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(await Code(Wanted("bad", "p", PermissionMode.Read, "dbs/other/colls/c")), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(await Code(Wanted("bad", "p", PermissionMode.Read, "dbs/d/colls/c/docs/1", "t1")), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(await Code(Wanted("bad", "p", PermissionMode.Read, "dbs/d/colls/none")), Is.EqualTo(ErrorCode.NotFound));
            Assert.That(await Code(tagged), Is.EqualTo(ErrorCode.Malformed));
            Assert.That(await _client.CodeOfAsync(ApiMethods.GetToken, new GetTokenRequest { Database = "d", User = "none", Name = "p" }), Is.EqualTo(ErrorCode.NotFound));
        }
    }

    [TestCase(599u)]
    [TestCase(86_401u)]
    [TestCase(uint.MaxValue)]
    public async Task GetToken_LifetimeOutOfBounds_IsMalformed(uint seconds)
    {
        await _node.GrantAsync($"life{seconds}", "p", PermissionMode.Read, "dbs/d/colls/c");

        Assert.That(
            await _client.CodeOfAsync(ApiMethods.GetToken, new GetTokenRequest { Database = "d", User = $"life{seconds}", Name = "p", LifetimeS = seconds }),
            Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public async Task Create_SentAgainUnderItsKey_GivesTheSameAnswer()
    {
        await _client.CallAsync(ApiMethods.CreateUser, new CreateUserRequest { Database = "d", Name = "twice" });
        WritePermissionRequest create = Wanted("twice", "p", PermissionMode.Read, "dbs/d/colls/c");
        create.Idempotency = Key(7, 1);

        Permission first = await _client.CallAsync(ApiMethods.CreatePermission, create);
        Permission second = await _client.CallAsync(ApiMethods.CreatePermission, create);
        await _client.CallAsync(ApiMethods.DeletePermission, new DeletePermissionRequest { Database = "d", User = "twice", Name = "p" });
        ErrorCode deletedSince = await _client.CodeOfAsync(ApiMethods.CreatePermission, create);

        Assert.That(second, Is.EqualTo(first));
        Assert.That(deletedSince, Is.EqualTo(ErrorCode.NotFound));
    }

    [TestCase(ListOrder.Item)]
    [TestCase(ListOrder.Change)]
    public async Task List_ByABearer_GivesWhatItSeesAndNothingElse(ListOrder order)
    {
        TestClient prefix = await BearerAsync($"list{order}", "p", PermissionMode.Read, "dbs/d/colls/c", "t1");
        TestClient partition = await BearerAsync($"list{order}", "q", PermissionMode.Read, "dbs/d/colls/c", "t1", "u1");
        TestClient item = await BearerAsync($"list{order}", "r", PermissionMode.Read, "dbs/d/colls/c/docs/1", "t1", "u1");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ListAsync(prefix, order), Has.Count.EqualTo(3));
            Assert.That(await ListAsync(prefix, order, "t1", "u2"), Has.Count.EqualTo(1));
            Assert.That(await ListAsync(partition, order), Has.Count.EqualTo(2));
            Assert.That(await ListAsync(partition, order, "t1"), Has.Count.EqualTo(2), "a prefix above is narrowed");
            Assert.That(await ListAsync(_node.ReadOnlyClient, order), Has.Count.EqualTo(4));
            Assert.That(await item.CodeOfAsync(ItemMethods.List, new ListItemsRequest { Database = "d", Container = "c", Order = order }), Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(
                await partition.CodeOfAsync(ItemMethods.List, new ListItemsRequest { Database = "d", Container = "c", Order = order, PartitionKey = ItemMethods.Key("t2") }),
                Is.EqualTo(ErrorCode.Forbidden));
        }
    }

    [Test]
    public async Task List_ContinuationOfAnother_IsRefused()
    {
        TestClient partition = await BearerAsync("continues", "q", PermissionMode.Read, "dbs/d/colls/c", "t1", "u1");
        ListItemsResponse others = await _client.CallAsync(ItemMethods.List, new ListItemsRequest { Database = "d", Container = "c", MaxItems = 1 });

        ErrorCode code = await partition.CodeOfAsync(
            ItemMethods.List, new ListItemsRequest { Database = "d", Container = "c", Continuation = others.Continuation });

        Assert.That(code, Is.EqualTo(ErrorCode.ContinuationInvalid));
    }

    [Test]
    public async Task Write_UnderTheIdempotencyKeyOfAnother_IsTheCallersOwn()
    {
        TestClient bearer = await BearerAsync("borrows", "p", PermissionMode.All, "dbs/d/colls/c", "t3");
        WriteItemRequest write = Write("t3", "u1", "1");
        write.Idempotency = Key(9, 1);
        ItemResponse first = await _client.CallAsync(ItemMethods.Create, write);

        ErrorCode borrowed = await bearer.CodeOfAsync(ItemMethods.Create, write);
        ItemResponse again = await _client.CallAsync(ItemMethods.Create, write);
        WriteItemRequest forgets = Write("t3", "u1", "2");
        forgets.Idempotency = Key(9, 100, answeredBelow: 100);
        await bearer.CallAsync(ItemMethods.Create, forgets);
        ItemResponse stillKnown = await _client.CallAsync(ItemMethods.Create, write);

        Assert.That(borrowed, Is.EqualTo(ErrorCode.AlreadyExists), "executed, not answered from what is remembered of the other");
        Assert.That(again, Is.EqualTo(first));
        Assert.That(stillKnown, Is.EqualTo(first), "nor forgotten on its word");
    }

    [Test]
    public async Task Bearer_OfItsContainer_SeesAccountAndContainerAndNothingElseOfThem()
    {
        TestClient bearer = await BearerAsync("sees", "p", PermissionMode.Read, "dbs/d/colls/c/sprocs/s");

        Container container = await bearer.CallAsync(ApiMethods.GetContainer, new GetContainerRequest { Database = "d", Name = "c" });
        AccountInfo account = await bearer.CallAsync(ApiMethods.GetAccount, new GetAccountRequest());

        Assert.That(container.Ranges, Is.Not.Empty);
        Assert.That(account.ServerVersion, Is.Not.Empty);
    }

    [TestCase("e\u0301", "\u00e9")]
    [TestCase("K", "\u212a")]
    [TestCase("ss", "ß")]
    [TestCase("a", "A")]
    [TestCase("a", "a\u200b")]
    [TestCase("a%2Fb", "a%2fb")]
    public async Task Names_ThatLookAlike_OpenNothing(string own, string alike)
    {
        string a = $"alike-{own}-{alike.Length}";
        string b = $"alike-{alike}-{alike.Length}";
        await MakeAsync(a);
        await MakeAsync(b);
        await _client.CallAsync(ItemMethods.Create, Write("t1", "u1", alike, a));
        TestClient byContainer = await BearerAsync(a, "p", PermissionMode.All, $"dbs/d/colls/{a}");
        TestClient byItem = await BearerAsync(a, "q", PermissionMode.All, $"dbs/d/colls/{a}/docs/{own}", "t1", own);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await byContainer.CodeOfAsync(ItemMethods.Read, ReadOf(b, alike, "t1", "u1")), Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(await byContainer.CodeOfAsync(ItemMethods.Read, ReadOf(a, alike, "t1", "u1")), Is.EqualTo(ErrorCode.None));
            Assert.That(await byItem.CodeOfAsync(ItemMethods.Read, ReadOf(a, alike, "t1", own)), Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(await byItem.CodeOfAsync(ItemMethods.Read, ReadOf(a, own, "t1", alike)), Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(await byItem.CodeOfAsync(ItemMethods.Read, ReadOf(a, own, "t1", own)), Is.EqualTo(ErrorCode.NotFound));
        }
    }

    [Test]
    public async Task Ids_ThatLookLikePaths_OpenNothing()
    {
        string[] ids = ["..", ".", "1/../2", "docs/1", "%2e%2e", "1%00", "1\u0000", "1/", "/1", "1 ", " 1", "1?x", "1#x", "\\1"];
        TestClient bearer = await BearerAsync("paths", "p", PermissionMode.All, "dbs/d/colls/c/docs/1", "t1", "u1");

        foreach (string id in ids)
        {
            ErrorCode read = await bearer.CodeOfAsync(ItemMethods.Read, ReadOf("c", id, "t1", "u1"));
            ErrorCode database = await bearer.CodeOfAsync(ApiMethods.GetContainer, new GetContainerRequest { Database = $"d/{id}", Name = "c" });
            Assert.That(read, Is.AnyOf(ErrorCode.Forbidden, ErrorCode.Malformed), id);
            Assert.That(database, Is.EqualTo(ErrorCode.Forbidden), id);
        }
    }

    [Test]
    public async Task Tokens_AfterACrash_AreGoodAsBeforeAndWithdrawnAsBefore()
    {
        TestNode first = await TestNode.StartAsync();
        await first.MakeContainerAsync();
        await first.Client.CallAsync(ItemMethods.Create, ItemMethods.Write("""{"id":"1","pk":"x"}"""));
        string good = await first.TokenOfAsync(await first.GrantAsync("u", "p", PermissionMode.Read, "dbs/db/colls/items"));
        string gone = await first.TokenOfAsync(await first.GrantAsync("u", "q", PermissionMode.Read, "dbs/db/colls/items/docs/1", ItemMethods.Key("x")));
        await first.Client.CallAsync(ApiMethods.DeletePermission, new DeletePermissionRequest { Database = "db", User = "u", Name = "q" });
        await first.Client.CallAsync(ApiMethods.RotateTokenKey, new RotateTokenKeyRequest());

        await using TestNode second = await first.CrashAndStartAsync();

        Assert.That(await second.NewTokenClient(good).CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("1", "x")), Is.EqualTo(ErrorCode.None));
        Assert.That(await second.NewTokenClient(gone).CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("1", "x")), Is.EqualTo(ErrorCode.Unauthenticated));
        await second.Client.CallAsync(ApiMethods.RotateTokenKey, new RotateTokenKeyRequest());
        Assert.That(await second.NewTokenClient(good).CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("1", "x")), Is.EqualTo(ErrorCode.Unauthenticated), "two rotations later");
    }

    [Test]
    public async Task Tokens_AfterDataKeysWereRotatedAndDestroyed_AreGood()
    {
        TestNode node = await TestNode.StartAsync();
        await node.MakeContainerAsync();
        string token = await node.TokenOfAsync(await node.GrantAsync("u", "p", PermissionMode.Read, "dbs/db/colls/items"));
        await node.Client.CallAsync(ApiMethods.RotateEncryptionKeys, new RotateEncryptionKeysRequest { Scope = RotationScope.Data, Reencrypt = true });
        Assert.That(
            async () => (await node.Client.CallAsync(ApiMethods.GetEncryptionKeys, new GetEncryptionKeysRequest())).ReencryptionRunning,
            Is.False.After(delayInMilliseconds: 60_000, pollingInterval: 50));

        await using TestNode again = await node.CrashAndStartAsync();

        EncryptionKeyStatus keys = await again.Client.CallAsync(ApiMethods.GetEncryptionKeys, new GetEncryptionKeysRequest());
        Assert.That(keys.DataKeys.Select(key => key.State), Is.EqualTo(new[] { "retired", "current" }));
        Assert.That(await again.NewTokenClient(token).CodeOfAsync(ItemMethods.Read, ItemMethods.ReadOf("none", "x")), Is.EqualTo(ErrorCode.NotFound));
    }

    private static IdempotencyKey Key(byte client, ulong sequence, ulong answeredBelow = 0) =>
        new() { ClientId = ByteString.CopyFrom([.. new byte[15], client]), Sequence = sequence, AnsweredBelow = answeredBelow };

    private static WriteItemRequest Write(string tenant, string user, string id, string container = "c") => new()
    {
        Database = "d", Container = container, Body = ByteString.CopyFromUtf8($$"""{"id":"{{id}}","tenant":"{{tenant}}","user":"{{user}}"}"""),
    };

    private static ReadItemRequest ReadOf(string container, string id, params string[] key) =>
        new() { Database = "d", Container = container, Id = id, PartitionKey = ItemMethods.Key(key) };

    private static WritePermissionRequest Wanted(string user, string name, PermissionMode mode, string resource, params string[] key) => new()
    {
        Database = "d", User = user, Name = name, Mode = mode, Resource = resource, PartitionKey = key.Length == 0 ? null : ItemMethods.Key(key),
    };

    private static async Task<List<string>> ListAsync(TestClient client, ListOrder order, params string[] key)
    {
        var found = new List<string>();
        var request = new ListItemsRequest { Database = "d", Container = "c", Order = order, MaxItems = 1, PartitionKey = key.Length == 0 ? null : ItemMethods.Key(key) };
        do
        {
            ListItemsResponse page = await client.CallAsync(ItemMethods.List, request);
            found.AddRange(page.Items.Select(item => item.Body.ToStringUtf8()).Where(body => !body.Contains("\"t3\"", StringComparison.Ordinal)));
            request.Continuation = page.Continuation;
        }
        while (request.Continuation.Length > 0);
        return found;
    }

    private Task<Container> MakeAsync(string name) => _client.CallAsync(
        ApiMethods.CreateContainer, new CreateContainerRequest { Database = "d", Name = name, PartitionKeyPaths = { "/tenant", "/user" } });

    private async Task<TestClient> BearerAsync(string user, string name, PermissionMode mode, string resource, params string[] key) =>
        _node.NewTokenClient(await _node.TokenOfAsync(await _node.GrantAsync(user, name, mode, resource, key.Length == 0 ? null : ItemMethods.Key(key))));
}
