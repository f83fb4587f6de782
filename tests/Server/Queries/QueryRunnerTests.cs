using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using Nacre.Query.Evaluation;
using Nacre.Server.Queries;
using Nacre.Server.Tests.Support;

namespace Nacre.Server.Tests.Queries;

/// <summary>Queries, over the wire, of a container with several ranges and a hierarchical key.</summary>
[TestFixture]
public sealed class QueryRunnerTests
{
    private const int Items = 60;
    private const int Tags = 3;

    private static readonly string[] Paged =
    [
        "SELECT * FROM c",
        "SELECT VALUE c.id FROM c",
        "SELECT c.id, t FROM c JOIN t IN c.tags",
        "SELECT VALUE c.n FROM c WHERE c.n >= @least OFFSET 3 LIMIT 20",
        "SELECT TOP 7 VALUE t FROM c JOIN t IN c.tags",
        "SELECT VALUE c.missing FROM c",
        "SELECT VALUE c.n FROM c ORDER BY c.n DESC",
        "SELECT c.id, c.user FROM c ORDER BY c.user, c.n DESC",
        "SELECT c.id, c.even FROM c ORDER BY c.even",
        "SELECT c.id, t FROM c JOIN t IN c.tags ORDER BY c.user OFFSET 2 LIMIT 131",
        "SELECT c.id, t FROM c JOIN t IN c.tags ORDER BY c.user DESC, t OFFSET 7 LIMIT 1000",
        "SELECT TOP 11 VALUE c.id FROM c WHERE c.n < 40 ORDER BY c.n % 2, c.n",
    ];

    private TestWire _wire = null!;

    [OneTimeSetUp]
    public async Task Start() => _wire = await StartAsync(null);

    [OneTimeTearDown]
    public async Task Stop() => await _wire.DisposeAsync();

    [Test]
    public async Task Query_Pages_AreThePiecesOfTheWhole([ValueSource(nameof(Paged))] string text, [Values(1, 2, 7, 20)] int pageRows)
    {
        List<string> whole = Rows(await PageAsync(Ask(text, 1000)));
        List<string> pieces = await AllAsync(_wire, Ask(text, pageRows));

        Assert.That(pieces, Is.EqualTo(whole));
    }

    [Test]
    public async Task Query_Whole_GivesTheRowsOfAllRanges()
    {
        List<string> ids = await AllAsync(_wire, Ask("SELECT VALUE c.id FROM c", 1000));
        List<string> tags = await AllAsync(_wire, Ask("SELECT VALUE t FROM c JOIN t IN c.tags", 1000));
        List<string> sorted = await AllAsync(_wire, Ask("SELECT VALUE c.n FROM c ORDER BY c.n DESC", 9));

        Assert.That(ids, Is.EquivalentTo(Enumerable.Range(0, Items).Select(i => $"\"{i}\"")));
        Assert.That(tags, Has.Count.EqualTo(Items * Tags));
        Assert.That(sorted, Is.EqualTo(Enumerable.Range(0, Items).Reverse().Select(i => i.ToString(CultureInfo.InvariantCulture))));
    }

    [TestCase("SELECT VALUE c.id FROM c WHERE c.n = 59 OR c.n = 2")]
    [TestCase("SELECT VALUE t FROM c JOIN t IN c.tags WHERE c.n > 50")]
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.id")]
    [TestCase("SELECT VALUE COUNT(1) FROM c")]
    public async Task Query_PagesThatMayLookAtFewItems_GiveTheSameRows(string text)
    {
        await using TestWire wire = await StartAsync(new QueryServing { MostLookedAt = 4 });

        List<string> pieces = await AllAsync(wire, Ask(text, 5));

        Assert.That(pieces, Is.EqualTo(Rows(await PageAsync(Ask(text, 1000)))));
    }

    [Test]
    public async Task Query_PageTimeIsOver_EndsThePageThatCanEnd()
    {
        await using TestWire wire = await StartAsync(new QueryServing { PageTime = TimeSpan.Zero });

        QueryResponse page = await PageAsync(Ask("SELECT VALUE c.id FROM c", 100), wire);
        QueryResponse sorted = await PageAsync(Ask("SELECT VALUE c.id FROM c ORDER BY c.n", 100), wire);

        Assert.That(page.ItemsLookedAt, Is.EqualTo(1));
        Assert.That(page.Continuation, Is.Not.Empty);
        Assert.That(sorted.Rows, Has.Count.EqualTo(Items));
    }

    [TestCase("SELECT c.tenant, COUNT(1) AS n FROM c GROUP BY c.tenant", 5)]
    [TestCase("SELECT DISTINCT c.user FROM c", 4)]
    [TestCase("SELECT DISTINCT VALUE c.user FROM c ORDER BY c.user", 4)]
    [TestCase("SELECT VALUE AVG(c.n) FROM c", 1)]
    [TestCase("SELECT 1 + 1 AS two", 1)]
    public async Task Query_ThatNeedsAllRows_HasOnePage(string text, int rows)
    {
        QueryResponse page = await PageAsync(Ask(text, 1));

        Assert.That(page.Rows, Has.Count.EqualTo(rows));
        Assert.That(page.Continuation, Is.Empty);
    }

    [Test]
    public async Task Query_PartitionKey_SeesItsItemsAlone()
    {
        QueryRequest prefix = Ask("SELECT VALUE COUNT(1) FROM c");
        prefix.PartitionKey = ItemMethods.Key("t3");
        QueryRequest whole = Ask("SELECT VALUE c.id FROM c", 1);
        whole.PartitionKey = ItemMethods.Key("t1", "u2");

        Assert.That(Rows(await PageAsync(prefix)), Is.EqualTo(new[] { "12" }));
        Assert.That(await AllAsync(_wire, whole), Is.EquivalentTo(Enumerable.Range(0, Items).Where(i => i % 5 == 1 && i / 5 % 4 == 2).Select(i => $"\"{i}\"")));
    }

    [Test]
    public async Task Query_Counters_TellWhatWasLookedAt()
    {
        QueryResponse page = await PageAsync(Ask("SELECT VALUE c.id FROM c WHERE c.n < 10", 1000));
        long bytes = Enumerable.Range(0, Items).Sum(i => (long)Json(i).Length);

        Assert.That(page.ItemsLookedAt, Is.EqualTo(Items));
        Assert.That(page.BytesRead, Is.EqualTo(bytes));
        Assert.That(page.RequestCharge, Is.EqualTo(1 + (0.05 * (Items + 10 + (bytes / 1024.0)))).Within(0.006));
        Assert.That(page.Plan, Is.Empty);
    }

    [Test]
    public async Task Query_Explain_TellsThePlan()
    {
        QueryRequest request = Ask("SELECT TOP 3 c.id FROM c JOIN t IN c.tags WHERE c.n > 1 ORDER BY c.n DESC");
        request.Explain = true;

        string[] plan = (await PageAsync(request)).Plan.Split('\n');

        Assert.That(plan, Is.EqualTo(new[]
        {
            "scan: all items, in each of 4 ranges", "read: /tags, /n, /id", "join: t in c.tags", "filter: c.n > 1", "sort: c.n desc", "limit: 3",
            "answer: page by page, in the order of the keys",
        }));
    }

    [Test]
    public async Task Query_ContinuationOfAnother_IsRefused()
    {
        string token = (await PageAsync(Ask("SELECT VALUE c.id FROM c", 1))).Continuation;
        QueryRequest other = Ask("SELECT VALUE c.n FROM c", 1);
        QueryRequest scoped = Ask("SELECT VALUE c.id FROM c", 1);
        scoped.PartitionKey = ItemMethods.Key("t1");
        QueryRequest told = Ask("SELECT VALUE c.id FROM c", 1);
        told.Parameters[0].Value = ByteString.CopyFromUtf8("11");
        QueryRequest rubbish = Ask("SELECT VALUE c.id FROM c", 1);
        string list = (await _wire.Client.CallAsync(ItemMethods.List, new ListItemsRequest { Database = "db", Container = "items", MaxItems = 1 })).Continuation;

        using (Assert.EnterMultipleScope())
        {
            foreach (QueryRequest request in new[] { other, scoped, told })
            {
                request.Continuation = token;
                Assert.That(await CodeAsync(request), Is.EqualTo(ErrorCode.ContinuationInvalid));
            }

            foreach (string text in new[] { token[1..], "rubbish", list })
            {
                rubbish.Continuation = text;
                Assert.That(await CodeAsync(rubbish), Is.EqualTo(ErrorCode.ContinuationInvalid));
            }
        }
    }

    [TestCase("SELECT VALUE t FROM c JOIN t IN c.tags")]
    [TestCase("SELECT VALUE t FROM c JOIN t IN c.tags ORDER BY c.n")]
    public async Task Query_ItemOfTheContinuationIsGone_GoesOnBehindIt(string text)
    {
        await using TestWire wire = await StartAsync(null);
        List<string> whole = await AllAsync(wire, Ask(text, 1000));
        QueryRequest request = Ask(text, 2);
        request.Continuation = (await PageAsync(request, wire)).Continuation;
        int first = int.Parse(whole[0].Trim('"').Split('-')[0], CultureInfo.InvariantCulture);
        await wire.Client.CallAsync(ItemMethods.Delete, new DeleteItemRequest
        {
            Database = "db", Container = "items", PartitionKey = ItemMethods.Key($"t{first % 5}", $"u{first / 5 % 4}"), Id = $"{first}",
        });

        Assert.That(await AllAsync(wire, request), Is.EqualTo(whole.Skip(Tags)));
    }

    [TestCase("SELECT VALUE c.id FROM c")]
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.n")]
    public async Task Query_ThatOutlastsItsView_GoesOnInAnother(string text)
    {
        await using TestWire wire = await StartAsync(null);
        List<string> whole = await AllAsync(wire, Ask(text, 1000));
        var shard = new ExpiringShard(wire.Shard, moves: 3);
        wire.Routes.Current = TestWire.RoutesOver(shard, 4, "/tenant", "/user");

        List<string> rows = await AllAsync(wire, Ask(text, 1000));

        Assert.That(rows, Is.EqualTo(whole));
        Assert.That(shard.Views, Is.GreaterThan(10));
    }

    [Test]
    public async Task Query_ViewsThatAreGoneAtOnce_AreUnavailable()
    {
        await using TestWire wire = await StartAsync(null);
        wire.Routes.Current = TestWire.RoutesOver(new ExpiringShard(wire.Shard, moves: 0), 4, "/tenant", "/user");

        Assert.That(await wire.Client.CodeOfAsync(ItemMethods.Query, Ask("SELECT * FROM c")), Is.EqualTo(ErrorCode.Unavailable));
    }

    [Test]
    public async Task Query_TextOfNoQuery_TellsLineAndColumn()
    {
        ErrorDetail detail = await ErrorAsync(Ask("SELECT *\n  FRO c"));
        ErrorDetail unknown = await ErrorAsync(Ask("SELECT d.x FROM c"));

        Assert.That((ErrorCode)detail.Code, Is.EqualTo(ErrorCode.QuerySyntax));
        Assert.That(detail.Message, Does.StartWith("Line 2, column 3: "));
        Assert.That((ErrorCode)unknown.Code, Is.EqualTo(ErrorCode.QuerySemantic));
        Assert.That(unknown.Message, Does.StartWith("Line 1, column 8: "));
    }

    [TestCase("least", "1")]
    [TestCase("@least", "{")]
    [TestCase("@least", "")]
    [TestCase("@least", "1 2")]
    [TestCase("@n", "1")]
    public async Task Query_BadParameter_IsMalformed(string name, string value)
    {
        QueryRequest request = Ask("SELECT VALUE c.id FROM c");
        request.Parameters.Add(new QueryParameter { Name = "@n", Value = ByteString.CopyFromUtf8("null") });
        request.Parameters.Add(new QueryParameter { Name = name, Value = ByteString.CopyFromUtf8(value) });

        Assert.That(await CodeAsync(request), Is.EqualTo(ErrorCode.Malformed));
    }

    [TestCase(-1)]
    [TestCase(1001)]
    public async Task Query_CountOutOfRange_IsMalformed(int rows) =>
        Assert.That(await CodeAsync(Ask("SELECT * FROM c", rows)), Is.EqualTo(ErrorCode.Malformed));

    [TestCase("SELECT VALUE COUNT(1) FROM c JOIN a IN c.tags JOIN b IN c.tags JOIN d IN c.tags JOIN e IN c.tags JOIN f IN c.tags")]
    [TestCase("SELECT * FROM c ORDER BY c.tags, c.n")]
    [TestCase("SELECT DISTINCT c.id, a, b FROM c JOIN a IN c.tags JOIN b IN c.tags")]
    [TestCase("SELECT c.id, COUNT(1) AS n FROM c GROUP BY c.id")]
    public async Task Query_PastALimit_IsRefusedByName(string text)
    {
        await using TestWire wire = await StartAsync(new QueryServing { Limits = new QueryLimits { MaxSteps = 10_000, MaxHeldBytes = 8_000 } });

        ErrorDetail error = await ErrorAsync(Ask(text, 1000), wire);

        Assert.That((ErrorCode)error.Code, Is.EqualTo(ErrorCode.QueryLimit), error.Message);
        Assert.That(error.Message, Does.Match("10,?000|8,?000"));
    }

    [Test]
    public async Task Query_OnePageOfTooManyBytes_IsRefused()
    {
        await using TestWire wire = await TestWire.StartAsync();
        string filler = new('x', 1_500_000);
        for (int i = 0; i < 4; i++)
        {
            await wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write($$"""{"id":"{{i}}","pk":"a","filler":"{{filler}}"}"""));
        }

        QueryResponse page = await PageAsync(Ask("SELECT * FROM c ORDER BY c.id", 1000), wire);
        ErrorDetail distinct = await ErrorAsync(Ask("SELECT DISTINCT c.id, c.filler FROM c", 1000), wire);
        ErrorDetail sorted = await ErrorAsync(Ask("SELECT VALUE c.id FROM c ORDER BY c.filler", 1), wire);

        Assert.That(page.Rows, Has.Count.EqualTo(2), "a page ends before it has 4 MiB");
        Assert.That(await AllAsync(wire, Ask("SELECT VALUE c.id FROM c ORDER BY c.id", 1)), Is.EqualTo(new[] { "\"0\"", "\"1\"", "\"2\"", "\"3\"" }));
        Assert.That((ErrorCode)distinct.Code, Is.EqualTo(ErrorCode.QueryLimit));
        Assert.That(distinct.Message, Does.Contain("one page"));
        Assert.That((ErrorCode)sorted.Code, Is.EqualTo(ErrorCode.QueryLimit));
        Assert.That(sorted.Message, Does.Contain("Sort by something shorter"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Query_GivenUp_StopsWithinAnItem(CancellationToken cancellationToken)
    {
        await using TestWire wire = await StartAsync(new QueryServing { AtOnce = 1, Limits = new QueryLimits { MaxSteps = long.MaxValue, MaxItemSteps = long.MaxValue } });
        string joins = string.Concat(Enumerable.Range(0, 40).Select(i => $" JOIN t{i} IN c.tags"));
        using var patience = new CancellationTokenSource();
        Task<QueryResponse> endless = wire.Client.CallAsync(
            ItemMethods.Query, Ask($"SELECT VALUE COUNT(1) FROM c{joins}"), new CallOptions(cancellationToken: patience.Token));
        while (wire.Shard.Touches <= Items)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
        }

        await patience.CancelAsync();

        // It had the only place: this one is served once the other has stopped.
        Assert.That((await PageAsync(Ask("SELECT VALUE COUNT(1) FROM c"), wire)).Rows, Has.Count.EqualTo(1));
        Assert.That(async () => await endless, Throws.InstanceOf<RpcException>());
    }

    private static async Task<TestWire> StartAsync(QueryServing? serving)
    {
        TestWire wire = await TestWire.StartAsync(ranges: 4, serving: serving, paths: ["/tenant", "/user"]);
        for (int i = 0; i < Items; i++)
        {
            await wire.Client.CallAsync(ItemMethods.Upsert, ItemMethods.Write(Json(i)));
        }

        return wire;
    }

    private static string Json(int i) =>
        $$"""{"id":"{{i}}","tenant":"t{{i % 5}}","user":"u{{i / 5 % 4}}","n":{{i}},"even":{{(i % 2 == 0 ? "true" : "false")}},"tags":["{{i}}-a","{{i}}-b","{{i}}-c"]}""";

    private static QueryRequest Ask(string text, int rows = 0) => new()
    {
        Database = "db", Container = "items", Text = text, MaxItems = rows,
        Parameters = { new QueryParameter { Name = "@least", Value = ByteString.CopyFromUtf8("10") } },
    };

    private static List<string> Rows(QueryResponse page) => [.. page.Rows.Select(row => row.ToString(Encoding.UTF8))];

    private static async Task<List<string>> AllAsync(TestWire wire, QueryRequest request)
    {
        List<string> rows = [];
        do
        {
            QueryResponse page = await wire.Client.CallAsync(ItemMethods.Query, request.Clone());
            Assert.That(page.Rows, Has.Count.LessThanOrEqualTo(request.MaxItems));
            Assert.That(page.Continuation, Has.Length.LessThan(400));
            rows.AddRange(Rows(page));
            request.Continuation = page.Continuation;
        }
        while (request.Continuation.Length > 0);

        return rows;
    }

    private Task<QueryResponse> PageAsync(QueryRequest request, TestWire? wire = null) =>
        (wire ?? _wire).Client.CallAsync(ItemMethods.Query, request.Clone());

    private Task<ErrorCode> CodeAsync(QueryRequest request) => _wire.ReadOnlyClient.CodeOfAsync(ItemMethods.Query, request);

    private async Task<ErrorDetail> ErrorAsync(QueryRequest request, TestWire? wire = null)
    {
        try
        {
            await PageAsync(request, wire);
        }
        catch (RpcException e)
        {
            return TestClient.DetailOf(e);
        }

        throw new AssertionException($"'{request.Text}' was served.");
    }
}
