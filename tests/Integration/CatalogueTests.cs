using Google.Protobuf;
using Nacre.Core.Errors;
using Nacre.Integration.Tests.Support;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests;

/// <summary>Databases and containers, over a whole node.</summary>
[TestFixture]
public sealed class CatalogueTests
{
    private TestNode _node = null!;
    private TestClient _client = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _node = await TestNode.StartAsync();
        _client = _node.Client;
    }

    [OneTimeTearDown]
    public async Task Stop() => await _node.DisposeAsync();

    [Test]
    public async Task Database_MadeShownDeleted_IsGone()
    {
        Database made = await _client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "d1" });
        Database shown = await _node.ReadOnlyClient.CallAsync(ApiMethods.GetDatabase, new GetDatabaseRequest { Name = "d1" });
        ErrorCode again = await _client.CodeOfAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "d1" });
        await _client.CallAsync(ApiMethods.DeleteDatabase, new DeleteDatabaseRequest { Name = "d1" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(shown, Is.EqualTo(made));
            Assert.That(made.Id, Is.Positive);
            Assert.That(again, Is.EqualTo(ErrorCode.AlreadyExists));
            Assert.That(await _client.CodeOfAsync(ApiMethods.GetDatabase, new GetDatabaseRequest { Name = "d1" }), Is.EqualTo(ErrorCode.NotFound));
            Assert.That(await _client.CodeOfAsync(ApiMethods.DeleteDatabase, new DeleteDatabaseRequest { Name = "d1" }), Is.EqualTo(ErrorCode.NotFound));
        }
    }

    [Test]
    public async Task Container_Made_ServesAtOnceAndTellsItsRanges()
    {
        await _client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "d2" });

        Container made = await _client.CallAsync(
            ApiMethods.CreateContainer,
            new CreateContainerRequest { Database = "d2", Name = "c", PartitionKeyPaths = { "/a", "/b" }, Ranges = 5 });
        ErrorCode written = await _client.CodeOfAsync(ItemMethods.Upsert, new WriteItemRequest
        {
            Database = "d2",
            Container = "c",
            Body = ByteString.CopyFromUtf8("""{"id":"1","a":"x","b":1}"""),
        });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(made.Ranges, Has.Count.EqualTo(5));
            Assert.That(made.Ranges[0].Min, Is.Empty);
            Assert.That(made.Ranges[^1].Max, Is.EqualTo("FF"));
            Assert.That(made.Ranges.Skip(1).Select(range => range.Min), Is.EqualTo(made.Ranges.SkipLast(1).Select(range => range.Max)));
            Assert.That(made.Ranges.Select(range => range.Shard).Distinct().Count(), Is.EqualTo(2), "over both data shards");
            Assert.That(written, Is.EqualTo(ErrorCode.None));
            Assert.That(await _client.CallAsync(ApiMethods.GetContainer, new GetContainerRequest { Database = "d2", Name = "c" }), Is.EqualTo(made));
        }
    }

    [Test]
    public async Task Container_MadeAgain_IsAnotherAndEmpty()
    {
        await _client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "d3" });
        var create = new CreateContainerRequest { Database = "d3", Name = "c", PartitionKeyPaths = { "/pk" } };
        Container first = await _client.CallAsync(ApiMethods.CreateContainer, create);
        var write = new WriteItemRequest { Database = "d3", Container = "c", Body = ByteString.CopyFromUtf8("""{"id":"1","pk":"x"}""") };
        ItemResponse item = await _client.CallAsync(ItemMethods.Upsert, write);

        await _client.CallAsync(ApiMethods.DeleteContainer, new DeleteContainerRequest { Database = "d3", Name = "c", IfMatch = first.Etag });
        ErrorCode gone = await _client.CodeOfAsync(ItemMethods.Upsert, write);
        Container second = await _client.CallAsync(ApiMethods.CreateContainer, create);
        write.IfMatch = item.Etag;
        ErrorCode oldTag = await _client.CodeOfAsync(ItemMethods.Replace, write);
        ListItemsResponse items = await _client.CallAsync(ItemMethods.List, new ListItemsRequest { Database = "d3", Container = "c" });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(gone, Is.EqualTo(ErrorCode.NotFound));
            Assert.That(second.Id, Is.Not.EqualTo(first.Id));
            Assert.That(oldTag, Is.AnyOf(ErrorCode.PreconditionFailed, ErrorCode.NotFound));
            Assert.That(items.Items, Is.Empty);
        }
    }

    [Test]
    public async Task Lists_PageByPage_GiveEveryNameOnceInOrder()
    {
        string[] names = [.. Enumerable.Range(0, 7).Select(i => $"list-{i}")];
        await _client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "d4" });
        foreach (string name in names.Reverse())
        {
            await _client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = name });
            await _client.CallAsync(
                ApiMethods.CreateContainer,
                new CreateContainerRequest { Database = "d4", Name = name, PartitionKeyPaths = { "/pk" }, Ranges = 1 });
        }

        var databases = new List<string>();
        var nextDatabases = new ListDatabasesRequest { MaxResults = 2 };
        do
        {
            ListDatabasesResponse page = await _client.CallAsync(ApiMethods.ListDatabases, nextDatabases);
            databases.AddRange(page.Databases.Select(database => database.Name));
            nextDatabases.Continuation = page.Continuation;
        }
        while (nextDatabases.Continuation.Length > 0);

        var containers = new List<string>();
        var nextContainers = new ListContainersRequest { Database = "d4", MaxResults = 3 };
        do
        {
            ListContainersResponse page = await _client.CallAsync(ApiMethods.ListContainers, nextContainers);
            containers.AddRange(page.Containers.Select(container => container.Name));
            nextContainers.Continuation = page.Continuation;
        }
        while (nextContainers.Continuation.Length > 0);

        Assert.That(databases.Where(name => name.StartsWith("list-", StringComparison.Ordinal)), Is.EqualTo(names));
        Assert.That(containers, Is.EqualTo(names));
    }

    [Test]
    public async Task Create_SentAgainUnderItsKey_GivesTheSameAnswer()
    {
        var create = new CreateDatabaseRequest { Name = "d5", Idempotency = Key(1) };

        Database first = await _client.CallAsync(ApiMethods.CreateDatabase, create);
        Database second = await _client.CallAsync(ApiMethods.CreateDatabase, create);
        create.Name = "d5-other";
        ErrorCode other = await _client.CodeOfAsync(ApiMethods.CreateDatabase, create);

        Assert.That(second, Is.EqualTo(first));
        Assert.That(other, Is.EqualTo(ErrorCode.IdempotencyMismatch));
    }

    [Test]
    public async Task Write_SentAgainUnderItsKey_TakesEffectOnce()
    {
        await _client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "d6" });
        await _client.CallAsync(ApiMethods.CreateContainer, new CreateContainerRequest { Database = "d6", Name = "c", PartitionKeyPaths = { "/pk" } });
        var create = new WriteItemRequest
        {
            Database = "d6",
            Container = "c",
            Body = ByteString.CopyFromUtf8("""{"id":"1","pk":"x"}"""),
            Idempotency = Key(2),
        };

        ItemResponse first = await _client.CallAsync(ItemMethods.Create, create);
        ItemResponse second = await _client.CallAsync(ItemMethods.Create, create);
        create.Body = ByteString.CopyFromUtf8("""{"id":"1","pk":"x","other":1}""");
        ErrorCode other = await _client.CodeOfAsync(ItemMethods.Create, create);

        Assert.That(second, Is.EqualTo(first));
        Assert.That(other, Is.EqualTo(ErrorCode.IdempotencyMismatch));
    }

    [TestCase("")]
    [TestCase("a/b")]
    [TestCase("a?b")]
    [TestCase(" a")]
    public async Task Create_BadName_IsMalformed(string name) => Assert.That(
        await _client.CodeOfAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = name }), Is.EqualTo(ErrorCode.Malformed));

    [Test]
    public async Task Create_NameTooLong_IsTooLarge() => Assert.That(
        await _client.CodeOfAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = new string('n', 256) }), Is.EqualTo(ErrorCode.TooLarge));

    [Test]
    public async Task CreateContainer_BadRequest_IsRefused()
    {
        await _client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "d7" });
        Task<ErrorCode> Code(CreateContainerRequest request) => _client.CodeOfAsync(ApiMethods.CreateContainer, request);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await Code(new() { Database = "d7", Name = "c" }), Is.EqualTo(ErrorCode.Malformed), "no path");
            Assert.That(await Code(new() { Database = "d7", Name = "c", PartitionKeyPaths = { "pk" } }), Is.EqualTo(ErrorCode.Malformed), "no slash");
            Assert.That(await Code(new() { Database = "d7", Name = "c", PartitionKeyPaths = { "/a", "/b", "/c", "/d" } }), Is.EqualTo(ErrorCode.Malformed), "four");
            Assert.That(await Code(new() { Database = "d7", Name = "c", PartitionKeyPaths = { "/a" }, Ranges = 65 }), Is.EqualTo(ErrorCode.Malformed), "65 ranges");
            Assert.That(await Code(new() { Database = "none", Name = "c", PartitionKeyPaths = { "/a" } }), Is.EqualTo(ErrorCode.NotFound), "no database");
        }
    }

    [Test]
    public async Task Delete_WithAnOlderTag_IsRefused() => Assert.That(
        await _client.CodeOfAsync(ApiMethods.DeleteDatabase, new DeleteDatabaseRequest { Name = await NewDatabaseAsync(), IfMatch = "ffff" }),
        Is.EqualTo(ErrorCode.PreconditionFailed));

    [Test]
    public async Task Everything_ByAReadOnlyKey_IsForbidden()
    {
        TestClient reader = _node.ReadOnlyClient;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await reader.CodeOfAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "f" }), Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(await reader.CodeOfAsync(ApiMethods.DeleteDatabase, new DeleteDatabaseRequest { Name = "f" }), Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(await reader.CodeOfAsync(ApiMethods.CreateContainer, new CreateContainerRequest { Name = "f" }), Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(await reader.CodeOfAsync(ApiMethods.DeleteContainer, new DeleteContainerRequest { Name = "f" }), Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(await reader.CodeOfAsync(ApiMethods.RegenerateKey, new RegenerateKeyRequest()), Is.EqualTo(ErrorCode.Forbidden));
            Assert.That(await reader.CodeOfAsync(ApiMethods.RotateEncryptionKeys, new RotateEncryptionKeysRequest()), Is.EqualTo(ErrorCode.Forbidden));
        }
    }

    private static IdempotencyKey Key(byte client) =>
        new() { ClientId = ByteString.CopyFrom(new byte[15].Append(client).ToArray()), Sequence = 1 };

    private async Task<string> NewDatabaseAsync()
    {
        await _client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "tagged" });
        return "tagged";
    }
}
