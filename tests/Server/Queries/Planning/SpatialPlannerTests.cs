using Nacre.Core.Indexing;

namespace Nacre.Server.Tests.Queries.Planning;

/// <summary>Filters over geometries that spatial indexes find items for.</summary>
[TestFixture]
public sealed class SpatialPlannerTests
{
    private const int Items = 400;

    private const string Point = """{"type":"Point","coordinates":[3,4]}""";

    private const string Square = """{"type":"Polygon","coordinates":[[[2.5,3.5],[4.5,3.5],[4.5,5.5],[2.5,5.5],[2.5,3.5]]]}""";

    private static readonly IndexingPolicy Spatial = IndexingPolicy.Parse(
        """{"spatialIndexes":[{"path":"/place/?","types":["Point"]},{"path":"/way/?","types":["LineString"]},{"path":"/areas/[]/?","types":["Polygon"]}]}""").Value;

    private QueryBench _bench = null!;

    [OneTimeSetUp]
    public void Fill() => _bench = Filled(Spatial);

    [OneTimeTearDown]
    public ValueTask Empty() => _bench.DisposeAsync();

    [TestCase($"ST_DISTANCE(c.place, {Point}) < 50000", "/place within 50000 m of", 1)]
    [TestCase($"ST_DISTANCE({Point}, c.place) <= 120000", "/place within 120000 m of", 5)]
    [TestCase($"120000 > ST_DISTANCE(c.place, {Point})", "/place within 120000 m of", 5)]
    [TestCase($"ST_DISTANCE(c.place, {Point}) = 0", "/place within 0 m of", 1)]
    [TestCase($"ST_DISTANCE(c.place, {Point}) BETWEEN 100 AND 120000", "/place within 120000 m of", 4)]
    [TestCase($"ST_WITHIN(c.place, {Square})", "/place within {", 4)]
    [TestCase($"ST_INTERSECTS({Square}, c.place)", "/place meets {", 4)]
    [TestCase($"ST_INTERSECTS(c.way, {Square})", "/way meets {", 7)]
    [TestCase($"ST_WITHIN(c.way, {Square})", "/way within {", 1)]
    [TestCase($"ST_WITHIN({Point}, c.areas[0])", "/areas/[] holds {", 1)]
    [TestCase("ST_DISTANCE(c.place, @here) < 50000", "/place within 50000 m of", 1)]
    [TestCase($"ST_DISTANCE(c.place, {Point}) < -1", "/place within -1 m of", 0)]
    public async Task Query_SpatialFilter_LooksAtFewItemsAndGivesTheRowsOfAScan(string filter, string asked, int rows)
    {
        string text = $"SELECT VALUE c.id FROM c WHERE {filter}";
        Dictionary<string, string> parameters = new() { ["@here"] = Point };
        QueryBench.Answered indexed = await _bench.AskAsync(text, parameters: parameters);
        QueryBench.Answered scanned = await _bench.AskAsync(text, parameters: parameters, scans: true);

        Assert.That(indexed.Rows, Is.EqualTo(scanned.Rows));
        Assert.That(indexed.Rows, Has.Count.EqualTo(rows));
        Assert.That(indexed.Plan, Does.Contain($"\n  spatial: {asked}").And.Not.Contain("scan"));
        Assert.That(indexed.LookedAt, Is.LessThan(60));
    }

    /// <summary>A line's cover has several cells, and a query of all of them names it once.</summary>
    [Test]
    public async Task Query_LinesOfSeveralCells_ComeOnce()
    {
        const string Text = """SELECT VALUE c.id FROM c WHERE ST_DISTANCE(c.way, {"type":"LineString","coordinates":[[-1,3],[21,3]]}) < 1000""";

        QueryBench.Answered indexed = await _bench.AskAsync(Text);

        Assert.That(indexed.Plan, Does.Contain("spatial: /way"));
        Assert.That(indexed.Rows, Is.Unique.And.EqualTo((await _bench.AskAsync(Text, scans: true)).Rows));
    }

    [TestCase($"ST_DISTANCE(c.place, {Point}) > 50000")]
    [TestCase($"NOT (ST_DISTANCE(c.place, {Point}) >= 50000)")]
    [TestCase($"ST_DISTANCE(c.place, {Point}) < 50000 OR c.n + 1 = 2")]
    [TestCase("ST_ISVALID(c.place)")]
    public async Task Query_OtherFilters_AreScanned(string filter)
    {
        QueryBench.Answered answered = await _bench.AskAsync($"SELECT VALUE c.id FROM c WHERE {filter}");

        Assert.That(answered.Plan, Does.StartWith("scan").And.Not.Contain("spatial"));
    }

    [Test]
    public async Task Query_WithoutASpatialIndex_DoesNotNameOne()
    {
        await using QueryBench bench = Filled(IndexingPolicy.Default);

        QueryBench.Answered alone = await bench.AskAsync($"SELECT VALUE c.id FROM c WHERE ST_DISTANCE(c.place, {Point}) < 50000");
        QueryBench.Answered both = await bench.AskAsync($"SELECT VALUE c.id FROM c WHERE ST_DISTANCE(c.place, {Point}) < 50000 AND c.n < 90");

        Assert.That(alone.Plan, Does.StartWith("scan").And.Not.Contain("spatial"));
        Assert.That(both.Plan, Does.StartWith("lookup").Or.StartWith("walk"));
        Assert.That(both.Plan, Does.Contain("\n  range: /n < 90").And.Not.Contain("spatial"));
        Assert.That(both.Rows, Is.EqualTo(alone.Rows));
    }

    [Test]
    public async Task Query_SpatialAndOthers_AreJoinedByNumbers()
    {
        QueryBench.Answered found = await _bench.AskAsync(
            $"SELECT VALUE c.n FROM c WHERE (ST_WITHIN(c.place, {Square}) OR c.n = 7) AND c.n < 100 ORDER BY c.n DESC");

        Assert.That(found.Rows, Is.EqualTo(new[] { "84", "83", "7" }));
        Assert.That(found.Plan.Split('\n')[1..5], Is.EqualTo(new[]
        {
            "  intersect:", "    union:", "      spatial: /place within {\"type\":\"Polygon\",\"coordinates\":[[[2.5,3.5],[4.5,3.5],[4.5,5.5],…", "      seek: /n = 7",
        }), found.Plan);
    }

    [Test]
    public async Task Query_ItemThatNoIndexHas_IsFound()
    {
        await using QueryBench bench = Filled(Spatial);
        bench.Upsert($$"""{"id":"many","n":7,"place":{{Point}},"list":[{{string.Join(',', Enumerable.Range(0, 9_000))}}]}""");

        QueryBench.Answered found = await bench.AskAsync($"SELECT VALUE c.id FROM c WHERE ST_DISTANCE(c.place, {Point}) < 50000");

        Assert.That(found.Plan, Does.Contain("spatial"));
        Assert.That(found.Rows, Is.EquivalentTo(new[] { "\"83\"", "\"many\"" }));
    }

    private static QueryBench Filled(IndexingPolicy policy)
    {
        var bench = new QueryBench(ranges: 3, policy, "/id");
        for (int at = 0; at < Items; at++)
        {
            int x = at % 20;
            int y = at / 20;
            string way = at % 5 == 0 ? "{\"type\":\"LineString\",\"coordinates\":[[1]]}" : $$"""{"type":"LineString","coordinates":[[{{x}},{{y}}],[{{x}}.4,{{y}}.3],[{{x + (at % 3 * 2)}}.2,{{y + (at % 2)}}]]}""";
            bench.Upsert($$"""
                {"id":"{{at}}","n":{{at}},"place":{"type":"Point","coordinates":[{{x}},{{y}}]},"way":{{way}},
                 "areas":[{"type":"Polygon","coordinates":[[[{{x}}.5,{{y}}.5],[{{x + 1}}.5,{{y}}.5],[{{x + 1}}.5,{{y + 1}}.5],[{{x}}.5,{{y + 1}}.5],[{{x}}.5,{{y}}.5]]]}, 7]}
                """);
        }

        bench.Bench.Maintain();
        return bench;
    }
}
