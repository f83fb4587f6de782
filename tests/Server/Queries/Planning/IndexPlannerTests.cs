using System.Globalization;
using Nacre.Core.Indexing;
using Nacre.Protocol.V1;

namespace Nacre.Server.Tests.Queries.Planning;

/// <summary>Which plan is chosen, what it looks at, and that it gives what a scan gives.</summary>
[TestFixture]
public sealed class IndexPlannerTests
{
    private const int Items = 400;

    private static readonly IndexingPolicy Composite = IndexingPolicy.Parse(
        """{"includedPaths":[{"path":"/*"}],"excludedPaths":[],"compositeIndexes":[[{"path":"/kind"},{"path":"/n","order":"descending"}]]}""").Value;

    private QueryBench _bench = null!;

    [OneTimeSetUp]
    public void Fill() => _bench = Filled(ranges: 4, IndexingPolicy.Default);

    [OneTimeTearDown]
    public ValueTask Empty() => _bench.DisposeAsync();

    [TestCase("SELECT VALUE c.id FROM c WHERE c.n = 7", "lookup", 1)]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.n IN (7, 8, 900)", "lookup", 2)]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.n > 100 AND c.n < 104", "lookup", 3)]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.kind = 'k3' AND c.n >= 390", "lookup", 1)]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.n = 7 OR STARTSWITH(c.name, 'name-39')", "lookup", 12)]
    [TestCase("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 't17')", "lookup", 4)]
    [TestCase("SELECT VALUE t FROM c JOIN t IN c.tags WHERE t = 't17'", "lookup", 4)]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.kind = 'k3'", "lookup", 40)]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.n >= 260", "walk", 140)]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.n >= 0", "scan", 400)]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.n + 1 = 8", "scan", 400)]
    [TestCase("SELECT VALUE COUNT(1) FROM c", "count", 0)]
    [TestCase("SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'k3'", "count", 4)]
    [TestCase("SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'k3' AND c.n > 200", "count", 4)]
    [TestCase("SELECT MIN(c.n) AS l, MAX(c.n) AS m FROM c", "ends", 8)]
    [TestCase("SELECT c.kind, COUNT(1) AS n FROM c GROUP BY c.kind", "values", 0)]
    [TestCase("SELECT DISTINCT VALUE c.kind FROM c", "values", 0)]
    public async Task Query_Plan_LooksAtFewItemsAndGivesTheRowsOfAScan(string text, string plan, int looked)
    {
        QueryBench.Answered indexed = await _bench.AskAsync(text);
        QueryBench.Answered scanned = await _bench.AskAsync(text, scans: true);

        Assert.That(indexed.Rows, Is.EquivalentTo(scanned.Rows));
        Assert.That(indexed.Rows, Is.Not.Empty);
        Assert.That(indexed.Plan, Does.StartWith(plan), indexed.Plan);
        Assert.That(indexed.LookedAt, Is.EqualTo(looked), indexed.Plan);
        Assert.That(scanned.LookedAt, Is.EqualTo(Items));
        Assert.That(scanned.Plan, Does.StartWith("scan"));
    }

    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.n DESC", 5)]
    [TestCase("SELECT TOP 9 VALUE c.id FROM c ORDER BY c.name", 100)]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.n > 200 ORDER BY c.n OFFSET 3 LIMIT 10", 4)]
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.rare", 7)]
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.rare DESC", 7)]
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.mixed, c.n DESC", 7)]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.kind = 'k3' ORDER BY c.n DESC", 5)]
    public async Task Query_Sorted_HasTheOrderAndThePagesOfAScan(string text, int pageRows)
    {
        QueryBench.Answered indexed = await _bench.AskAsync(text, pageRows);
        QueryBench.Answered scanned = await _bench.AskAsync(text, pageRows, scans: true);

        Assert.That(indexed.Rows, Is.EqualTo(scanned.Rows));
        Assert.That(indexed.LookedAt, Is.LessThan(scanned.LookedAt));
    }

    [Test]
    public async Task Query_FirstOfAnOrder_LooksAtThoseAndOneMore()
    {
        QueryBench.Answered indexed = await _bench.AskAsync("SELECT TOP 5 VALUE c.n FROM c ORDER BY c.n DESC");

        Assert.That(indexed.Rows, Is.EqualTo(new[] { "399", "398", "397", "396", "395" }));
        Assert.That(indexed.Plan, Does.StartWith("order: by the index of /n desc, 4 ranges merged"));
        Assert.That(indexed.LookedAt, Is.EqualTo(5));
    }

    [TestCase("SELECT TOP 5 VALUE c.id FROM c ORDER BY c.kind, c.n DESC", "(/kind, /n descending)")]
    [TestCase("SELECT TOP 5 VALUE c.id FROM c ORDER BY c.kind DESC, c.n", "(/kind, /n descending) backwards")]
    [TestCase("SELECT TOP 5 VALUE c.id FROM c WHERE c.kind = 'k7' ORDER BY c.n, c.id", "/n")]
    public async Task Query_CompositeIndex_GivesTheOrder(string text, string index)
    {
        await using QueryBench bench = Filled(ranges: 3, Composite);

        QueryBench.Answered indexed = await bench.AskAsync(text, 2);

        Assert.That(indexed.Plan, Does.StartWith($"order: by the index of {index}, "));
        Assert.That(indexed.Rows, Is.EqualTo((await bench.AskAsync(text, scans: true)).Rows));
        Assert.That(indexed.Pages[0].ItemsLookedAt, Is.LessThan(12));
    }

    /// <summary>Pages go on where they ended, whatever became of the indexes meanwhile.</summary>
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.kind, c.n")]
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.mixed DESC")]
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.rare")]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.kind IN ('k3', 'k4', 'k5')")]
    public async Task Query_IndexesChangeBetweenPages_EachRowComesOnce(string text)
    {
        await using QueryBench bench = Filled(ranges: 3, IndexingPolicy.Default);
        List<string> whole = (await bench.AskAsync(text, scans: true)).Rows;
        IndexingPolicy[] policies = [Composite, IndexingPolicy.None, IndexingPolicy.Default];
        int page = 0;

        QueryBench.Answered pieces = await bench.AskAsync(text, 20, between: () =>
        {
            if (page++ % 2 == 0)
            {
                bench.SetIndexing(policies[page / 2 % policies.Length]);
            }

            bench.Bench.Maintain();
            bench.Bench.Reopen();
        });

        Assert.That(pieces.Error?.Message, Is.Null);
        Assert.That(pieces.Rows, Is.EqualTo(whole));
    }

    /// <summary>What changes may come or not; what does not change comes exactly once.</summary>
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.kind, c.n")]
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.rare DESC")]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.kind IN ('k3', 'k4', 'k5')")]
    public async Task Query_ItemsChangeBetweenPages_OthersComeOnce(string text)
    {
        await using QueryBench bench = Filled(ranges: 3, IndexingPolicy.Default);
        List<string> whole = (await bench.AskAsync(text, scans: true)).Rows;
        int page = 0;

        QueryBench.Answered pieces = await bench.AskAsync(text, 15, between: () =>
        {
            page++;
            bench.Delete(Json(page * 10));
            bench.Upsert(Json(page * 10 + 1, shift: 3));
            bench.Upsert(Json(Items + page));
        });

        static bool IsOld(string id) => int.Parse(id.Trim('"'), CultureInfo.InvariantCulture) is < Items and var number && number % 10 > 1;
        Assert.That(pieces.Rows.Where(IsOld), Is.EqualTo(whole.Where(IsOld)));
        Assert.That(page, Is.GreaterThan(3));
    }

    [TestCase("SELECT VALUE COUNT(1) FROM c", "count")]
    [TestCase("SELECT VALUE COUNT(1) FROM c WHERE c.n > 200", "count")]
    [TestCase("SELECT c.kind, COUNT(1) AS n FROM c GROUP BY c.kind", "scan")]
    [TestCase("SELECT MIN(c.n) AS l, MAX(c.n) AS m FROM c", "scan")]
    [TestCase("SELECT DISTINCT VALUE c.name FROM c", "scan")]
    [TestCase("SELECT VALUE c.id FROM c ORDER BY c.n DESC", "scan")]
    [TestCase("SELECT VALUE c.id FROM c WHERE c.n < 9", "lookup")]
    [TestCase("SELECT VALUE c.id FROM c JOIN t IN c.tags WHERE t = 't17' OR c.n > 5", "scan")]
    public async Task Query_PartitionKey_SeesItsItemsAlone(string text, string plan)
    {
        await using QueryBench bench = Filled(ranges: 4, IndexingPolicy.Default, "/pk");
        var key = new PartitionKey { Values = { new PartitionKeyValue { Text = "p2" } } };

        QueryBench.Answered indexed = await bench.AskAsync(text, key: key);
        QueryBench.Answered scanned = await bench.AskAsync(text, key: key, scans: true);

        Assert.That(indexed.Rows, Is.EqualTo(scanned.Rows));
        Assert.That(scanned.LookedAt, Is.EqualTo(Items / 5));
        Assert.That(indexed.LookedAt, Is.LessThanOrEqualTo(scanned.LookedAt));
        Assert.That(indexed.Plan, Does.StartWith(plan), indexed.Plan);
    }

    [Test]
    public async Task Query_ItemsThatNoIndexKnows_AreLookedAt()
    {
        await using QueryBench bench = Filled(ranges: 2, IndexingPolicy.Default);
        bench.Upsert($$"""{"id":"many","pk":"p1","n":7,"kind":"k3","tags":[{{string.Join(',', Enumerable.Range(0, 9_000))}}]}""");

        foreach (string text in (string[])
            ["SELECT VALUE c.id FROM c WHERE c.n = 7", "SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'k3'", "SELECT TOP 9 VALUE c.id FROM c ORDER BY c.n", "SELECT TOP 1 VALUE c.id FROM c ORDER BY c.kind",
             "SELECT c.kind, COUNT(1) AS n FROM c GROUP BY c.kind", "SELECT VALUE COUNT(1) FROM c", "SELECT VALUE MAX(c.n) FROM c"])
        {
            QueryBench.Answered indexed = await bench.AskAsync(text);
            Assert.That(indexed.Rows, Is.EquivalentTo((await bench.AskAsync(text, scans: true)).Rows), text);
            Assert.That(indexed.Plan, Does.Not.StartWith("scan"), text);
        }
    }

    [Test]
    public async Task Query_Policy_LeavesThePathOut_IsScanned()
    {
        await using QueryBench bench = Filled(ranges: 2, IndexingPolicy.Parse("""{"includedPaths":[{"path":"/kind/?"}],"excludedPaths":[{"path":"/*"}]}""").Value);

        Assert.That((await bench.AskAsync("SELECT VALUE c.id FROM c WHERE c.n = 7")).Plan, Does.StartWith("scan"));
        Assert.That((await bench.AskAsync("SELECT VALUE c.id FROM c WHERE c.n = 7 AND c.kind = 'k7'")).Plan, Does.StartWith("lookup").Or.StartWith("walk"));
        Assert.That((await bench.AskAsync("SELECT TOP 2 VALUE c.id FROM c ORDER BY c.n")).Plan, Does.StartWith("scan"));
        Assert.That((await bench.AskAsync("SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'k7'")).Plan, Does.StartWith("count"));
    }

    [Test]
    public async Task Query_Charge_CountsIndexEntries()
    {
        QueryBench.Answered counted = await _bench.AskAsync("SELECT VALUE COUNT(1) FROM c");
        QueryBench.Answered found = await _bench.AskAsync("SELECT VALUE c.id FROM c WHERE c.n = 7");
        QueryResponse page = found.Pages[0];
        string line = found.Plan.Split('\n').Single(static line => line.StartsWith("index entries", StringComparison.Ordinal));
        int entries = int.Parse(line.Split(' ', ';')[4], CultureInfo.InvariantCulture);

        Assert.That(counted.Pages[0].RequestCharge, Is.EqualTo(1.05));
        Assert.That(entries, Is.GreaterThan(1));
        Assert.That(page.RequestCharge, Is.EqualTo(1 + (0.05 * (2 + (page.BytesRead / 1024.0))) + (0.002 * entries)).Within(0.006));
    }

    [Test]
    public async Task Query_Explain_IsATree()
    {
        QueryBench.Answered found = await _bench.AskAsync("SELECT VALUE c.id FROM c WHERE (c.n = 7 OR c.n = 9) AND c.kind = 'k7' AND c.name != 'x' ORDER BY c.id");

        Assert.That(found.Plan.Split('\n').Where(static line => !line.StartsWith("index entries", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "lookup: the items that indexes name, in each of 4 ranges", "  intersect:", "    range: /n = 7 or = 9", "    seek: /kind = \"k7\"", "    range: /name != \"x\"",
            "read: /n, /kind, /name, /id", "filter: (c.n = 7 OR c.n = 9) AND c.kind = \"k7\" AND c.name != \"x\"", "sort: c.id",
            "answer: page by page, in the order of the keys",
        }));
    }

    private static QueryBench Filled(int ranges, IndexingPolicy policy, string key = "/id")
    {
        var bench = new QueryBench(ranges, policy, key);
        for (int at = 0; at < Items; at++)
        {
            bench.Upsert(Json(at));
        }

        bench.Bench.Maintain();
        return bench;
    }

    private static string Json(int at, int shift = 0)
    {
        string rare = at % 20 == 0 ? $",\"rare\":{at % 7}" : "";
        string mixed = (at % 8) switch { 0 => "null", 1 => "true", 2 => $"{at % 3}", 3 => $"\"{at % 5}\"", 4 => $"[{at % 4},1]", 5 => $"{{\"z\":{at % 4}}}", _ => "\"\"" };
        return $$"""{"id":"{{at}}","pk":"p{{at % 5}}","n":{{at + shift}},"kind":"k{{(at + shift) % 10}}","name":"name-{{at}}","mixed":{{mixed}},"tags":["t{{at % 100}}","u"]{{rare}}}""";
    }
}
