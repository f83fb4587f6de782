using Google.Protobuf;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Integration.Tests.Support;
using Nacre.Protocol.V1;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests;

/// <summary>Indexing policies over a whole node: at a container's creation, and set while it serves.</summary>
[TestFixture]
public sealed class IndexingTests
{
    private const string OnlyA =
        """{"indexingMode":"consistent","automatic":true,"includedPaths":[{"path":"/a/?"}],"excludedPaths":[{"path":"/*"}]}""";

    private TestNode _node = null!;
    private TestClient _client = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _node = await TestNode.StartAsync();
        _client = _node.Client;
        await _client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "d" });
    }

    [OneTimeTearDown]
    public async Task Stop() => await _node.DisposeAsync();

    [Test]
    public async Task Create_WithoutAPolicy_IndexesEverything()
    {
        Container made = await MakeAsync("everything", "");

        Assert.That(made.IndexingPolicy, Is.EqualTo(IndexingPolicy.Default.ToJson()));
        Assert.That(await StatusAsync("everything"), Has.Property("IndexingPolicy").EqualTo(made.IndexingPolicy).And.Property("Etag").EqualTo(made.Etag));
        Assert.That((await StatusAsync("everything")).Ranges.Select(range => (range.Range, range.Ready, range.Progress)), Is.EqualTo(made.Ranges.Select(range => (range.Id, true, 1d))));
    }

    [Test]
    public async Task Create_WithAPolicy_ShowsItInOneShape()
    {
        Container made = await MakeAsync("chosen", """{ "excludedPaths": [ { "path": "/*" } ], "includedPaths": [ { "path": "/a/?" } ] }""");

        Assert.That(made.IndexingPolicy, Is.EqualTo(OnlyA));
        Assert.That((await _client.CallAsync(ApiMethods.GetContainer, new GetContainerRequest { Database = "d", Name = "chosen" })).IndexingPolicy, Is.EqualTo(OnlyA));
        Assert.That((await _client.CallAsync(ApiMethods.ListContainers, new ListContainersRequest { Database = "d" })).Containers.Single(c => c.Name == "chosen"), Is.EqualTo(made));
    }

    [TestCase("[]", ErrorCode.Malformed)]
    [TestCase("{", ErrorCode.Malformed)]
    [TestCase("""{"includedPaths":[{"path":"/a/?"}]}""", ErrorCode.Malformed)]
    [TestCase("""{"unknown":1}""", ErrorCode.Malformed)]
    [TestCase("""{"indexingMode":"lazy"}""", ErrorCode.Unsupported)]
    [TestCase("""{"vectorIndexes":[{"path":"/v","type":"flat"}]}""", ErrorCode.Unsupported)]
    public async Task Policy_ThatIsWrong_IsRefusedAtBothDoors(string policy, ErrorCode code)
    {
        await MakeAsync("kept", OnlyA, mayBeThere: true);

        Assert.That(await CodeOfSetAsync("kept", policy), Is.EqualTo(code));
        Assert.That(
            await _client.CodeOfAsync(ApiMethods.CreateContainer, new CreateContainerRequest { Database = "d", Name = "refused", PartitionKeyPaths = { "/pk" }, IndexingPolicy = policy }),
            Is.EqualTo(code));
        Assert.That((await StatusAsync("kept")).IndexingPolicy, Is.EqualTo(OnlyA));
        Assert.That(await _client.CodeOfAsync(ApiMethods.GetContainer, new GetContainerRequest { Database = "d", Name = "refused" }), Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public async Task Policy_TooLong_IsTooLarge()
    {
        await MakeAsync("short", OnlyA);

        string policy = $$"""{"includedPaths":[{"path":"/*"},{{string.Join(',', Enumerable.Range(0, 1500).Select(i => $$"""{"path":"/{{new string('p', 40)}}{{i}}/?"}"""))}}]}""";

        Assert.That(await CodeOfSetAsync("short", policy), Is.EqualTo(ErrorCode.TooLarge));
    }

    [Test]
    public async Task Set_WithoutAPolicy_IsMalformed()
    {
        await MakeAsync("empty", OnlyA);

        Assert.That(await CodeOfSetAsync("empty", ""), Is.EqualTo(ErrorCode.Malformed));
        Assert.That((await StatusAsync("empty")).IndexingPolicy, Is.EqualTo(OnlyA));
    }

    [Test]
    public async Task Set_OnAServingContainer_BuildsWhatIsNewToTheEnd()
    {
        const int Items = 300;
        Container made = await MakeAsync("changed", """{"indexingMode":"none"}""");
        for (int i = 0; i < Items; i++)
        {
            await _client.CallAsync(ItemMethods.Upsert, new WriteItemRequest { Database = "d", Container = "changed", Body = ByteString.CopyFromUtf8($$"""{"id":"{{i}}","pk":"p{{i}}","a":{{i}}}""") });
        }

        Container set = await _client.CallAsync(ApiMethods.SetIndexing, new SetIndexingRequest { Database = "d", Name = "changed", IndexingPolicy = OnlyA, IfMatch = made.Etag });
        ErrorCode stale = await _client.CodeOfAsync(ApiMethods.SetIndexing, new SetIndexingRequest { Database = "d", Name = "changed", IndexingPolicy = OnlyA, IfMatch = made.Etag });
        List<IndexingStatus> seen = [];
        do
        {
            seen.Add(await StatusAsync("changed"));
        }
        while (!seen[^1].Ranges.All(range => range.Ready));

        Assert.That(set.IndexingPolicy, Is.EqualTo(OnlyA));
        Assert.That(set.Etag, Is.Not.EqualTo(made.Etag));
        Assert.That(stale, Is.EqualTo(ErrorCode.PreconditionFailed));
        Assert.That(seen, Has.All.Property("IndexingPolicy").EqualTo(OnlyA).And.Property("Etag").EqualTo(set.Etag));
        Assert.That(seen[^1].Ranges.Sum(range => (long)range.Items), Is.EqualTo(Items));
        Assert.That(seen[^1].Ranges.Select(range => (range.Progress, range.ItemsLeft)), Is.All.EqualTo((1d, 0UL)));
        foreach (RangeIndexing range in seen.SelectMany(status => status.Ranges))
        {
            Assert.That(range.Progress, Is.InRange(0, 1));
            Assert.That(range.ItemsLeft, Is.EqualTo(range.Ready ? 0 : (ulong)Math.Ceiling(range.Items * (1 - range.Progress))));
        }
    }

    [Test]
    public async Task Set_SentAgainUnderItsKey_GivesTheSameAnswer()
    {
        await MakeAsync("again", OnlyA);
        var set = new SetIndexingRequest
        {
            Database = "d", Name = "again", IndexingPolicy = """{"indexingMode":"none"}""", Idempotency = new IdempotencyKey { ClientId = ByteString.CopyFrom(new byte[15].Append((byte)9).ToArray()), Sequence = 1 },
        };

        Container first = await _client.CallAsync(ApiMethods.SetIndexing, set);
        Container second = await _client.CallAsync(ApiMethods.SetIndexing, set);
        set.IndexingPolicy = OnlyA;

        Assert.That(second, Is.EqualTo(first));
        Assert.That(await _client.CodeOfAsync(ApiMethods.SetIndexing, set), Is.EqualTo(ErrorCode.IdempotencyMismatch));
    }

    [Test]
    public async Task Indexing_OfNoContainer_IsNotFound()
    {
        Assert.That(await CodeOfSetAsync("none", OnlyA), Is.EqualTo(ErrorCode.NotFound));
        Assert.That(await _client.CodeOfAsync(ApiMethods.GetIndexing, new GetIndexingRequest { Database = "d", Name = "none" }), Is.EqualTo(ErrorCode.NotFound));
    }

    [Test]
    public async Task Policy_AfterARestart_IsThere()
    {
        TestNode node = await TestNode.StartAsync();
        await node.Client.CallAsync(ApiMethods.CreateDatabase, new CreateDatabaseRequest { Name = "d" });
        await node.Client.CallAsync(ApiMethods.CreateContainer, new CreateContainerRequest { Database = "d", Name = "c", PartitionKeyPaths = { "/pk" } });
        await node.Client.CallAsync(ApiMethods.SetIndexing, new SetIndexingRequest { Database = "d", Name = "c", IndexingPolicy = OnlyA });

        await using TestNode again = await node.RestartAsync();

        // What was begun before is finished after.
        IndexingStatus status;
        do
        {
            status = await again.Client.CallAsync(ApiMethods.GetIndexing, new GetIndexingRequest { Database = "d", Name = "c" });
            Assert.That(status.IndexingPolicy, Is.EqualTo(OnlyA));
        }
        while (!status.Ranges.All(range => range.Ready));
    }

    private async Task<Container> MakeAsync(string name, string policy, bool mayBeThere = false)
    {
        var create = new CreateContainerRequest { Database = "d", Name = name, PartitionKeyPaths = { "/pk" }, IndexingPolicy = policy };
        return mayBeThere && await _client.CodeOfAsync(ApiMethods.CreateContainer, create) is var code && code is ErrorCode.None or ErrorCode.AlreadyExists
            ? await _client.CallAsync(ApiMethods.GetContainer, new GetContainerRequest { Database = "d", Name = name })
            : await _client.CallAsync(ApiMethods.CreateContainer, create);
    }

    private Task<ErrorCode> CodeOfSetAsync(string name, string policy) =>
        _client.CodeOfAsync(ApiMethods.SetIndexing, new SetIndexingRequest { Database = "d", Name = name, IndexingPolicy = policy });

    private Task<IndexingStatus> StatusAsync(string name) =>
        _client.CallAsync(ApiMethods.GetIndexing, new GetIndexingRequest { Database = "d", Name = name });
}
