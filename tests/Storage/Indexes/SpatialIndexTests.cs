using System.Globalization;
using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Indexing;
using Nacre.Core.Spatial;
using Nacre.Storage.Documents;
using Nacre.Storage.Tests.Documents;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Indexes;

/// <summary>Spatial indexes of a range. What cells hold is held against geometry in the query's own tests.</summary>
[TestFixture]
public sealed class SpatialIndexTests
{
    private static readonly IndexingPolicy Policy = IndexingPolicy.Parse(
        """
        {"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/hidden/*"}],
         "spatialIndexes":[{"path":"/location/*","types":["Point"]},{"path":"/*","types":["Point","Polygon"]}]}
        """).Value;

    private static RangeDefinition Indexed => Range() with { Indexing = Policy };

    [Test]
    public async Task FindSpatial_AroundAPoint_GivesWhatIsNearAndFewOthers()
    {
        await using var bench = new DocumentWorkbench(SmallOptions with { BufferBytes = 1 << 20 });
        bench.Activate(Indexed);
        for (int row = 0; row < 20; row++)
        {
            for (int column = 0; column < 20; column++)
            {
                Put(bench, $"{row}-{column}", Point(170 + column, row - 10));
            }
        }

        // 179 and -180 degrees are a degree apart, which is 111 km at the equator.
        HashSet<string> found = await FindAsync(bench, "/location", GeoRegion.Around(Place(-180, 0), 120_000));

        Assert.That(found, Is.SupersetOf(new[] { "10-9", "10-10", "10-11", "9-10", "11-10" }));
        Assert.That(found, Has.Count.LessThan(25));
    }

    [Test]
    public async Task FindSpatial_OfATypeThatTheIndexIsNotMeantFor_IsGivenAnywhere()
    {
        await using var bench = new DocumentWorkbench();
        bench.Activate(Indexed);
        Put(bench, "line", """{"type":"LineString","coordinates":[[10,10],[11,11]]}""");
        Put(bench, "point", Point(10, 10));
        Put(bench, "invalid", """{"type":"Point","coordinates":[10,100]}""");
        Put(bench, "text", "\"here\"");

        Assert.That(await FindAsync(bench, "/location", GeoRegion.Of(Place(-100, 50))), Is.EquivalentTo(new[] { "line" }));
        Assert.That(await FindAsync(bench, "/location", GeoRegion.Of(Place(10, 10))), Is.EquivalentTo(new[] { "line", "point" }));
    }

    [Test]
    public async Task FindSpatial_AfterReplaceAndDelete_GivesWhereItemsAreNow()
    {
        await using var bench = new DocumentWorkbench(SmallOptions with { BufferBytes = 1 << 20 });
        bench.Activate(Indexed);
        Put(bench, "a", Point(10, 10));
        Put(bench, "b", Point(10, 10));
        bench.Checkpoint();
        int before = bench.Machine.BufferedEntries;
        Put(bench, "a", Point(10, 20));
        Assert.That(bench.Machine.BufferedEntries - before, Is.EqualTo(3), "a cell goes and one comes, and a coordinate comes");
        bench.Write(Indexed, new ItemOperation(ItemOperationKind.Delete, Precondition.None, Key("b"), default));

        Assert.That(await FindAsync(bench, "/location", GeoRegion.Of(Place(10, 10))), Is.Empty);
        Assert.That(await FindAsync(bench, "/location", GeoRegion.Of(Place(10, 20))), Is.EquivalentTo(new[] { "a" }));
        bench.Checkpoint();
        Assert.That(DocumentVerifier.Verify(SmallOptions, bench.Disk.Open(), null, default).Findings, Is.Empty);
    }

    [Test]
    public async Task FindSpatial_OfPathsThatNoPatternNames_FollowsWhatIsIndexed()
    {
        await using var bench = new DocumentWorkbench();
        bench.Activate(Indexed);
        bench.Write(Indexed, new ItemOperation(ItemOperationKind.Upsert, Precondition.None, Key("a"), Encoding.UTF8.GetBytes(
            $$$"""{"id":"a","pk":"p","places":[{{{Point(1, 2)}}},{{{Point(3, 4)}}}],"hidden":{"at":{{{Point(5, 6)}}}}}""")));
        IRangeIndex index = bench.Machine.OpenView().OpenIndex(Indexed.Range).Value;

        Assert.That(await FindAsync(bench, "/places/[]", GeoRegion.Of(Place(3, 4))), Is.EquivalentTo(new[] { "a" }));
        Assert.That(Kind(index, "/hidden/at"), Is.EqualTo(IndexRefKind.None), "its values are not indexed");
        Assert.That(Kind(index, "/nowhere"), Is.EqualTo(IndexRefKind.Empty));
        Assert.That(Kind(index, "/location"), Is.EqualTo(IndexRefKind.Full));
        Assert.That(Kind(index, "/location/within"), Is.EqualTo(IndexRefKind.Empty), "below a pattern, and included");
    }

    [Test]
    public async Task FindSpatial_WithoutASpatialIndex_KnowsNothing()
    {
        await using var bench = new DocumentWorkbench();
        RangeDefinition range = Range() with { Indexing = IndexingPolicy.Default };
        bench.Activate(range);

        Assert.That(Kind(bench.Machine.OpenView().OpenIndex(range.Range).Value, "/location"), Is.EqualTo(IndexRefKind.None));
    }

    /// <summary>An index of a policy that comes later is built while writes go on.</summary>
    [Test]
    public async Task SetIndexing_WithASpatialIndex_BuildsIt()
    {
        await using var bench = new DocumentWorkbench();
        RangeDefinition range = Range() with { Indexing = IndexingPolicy.Default };
        bench.Activate(range);
        for (int at = 0; at < 100; at++)
        {
            Put(bench, $"i{at}", Point(at, 10));
        }

        bench.SetIndexing(range, Policy);
        Put(bench, "late", Point(50, 10));
        bench.Maintain();

        Assert.That(await FindAsync(bench, "/location", GeoRegion.Of(Place(50, 10))), Is.EquivalentTo(new[] { "i50", "late" }));
        bench.Checkpoint();
        Assert.That(DocumentVerifier.Verify(SmallOptions, bench.Disk.Open(), null, default).Findings, Is.Empty);
    }

    private static IndexRefKind Kind(IRangeIndex index, string path) =>
        index.FindSpatial(DocumentPath.Parse(path).Value, GeoRegion.Of(Place(0, 0)), out _).Kind;

    private static async Task<HashSet<string>> FindAsync(DocumentWorkbench bench, string path, GeoRegion region)
    {
        IRangeIndex index = bench.Machine.OpenView().OpenIndex(Range().Range).Value;
        IndexRef found = index.FindSpatial(DocumentPath.Parse(path).Value, region, out IReadOnlyList<IndexBounds> bounds);
        var ids = new HashSet<string>();
        foreach (IndexBounds part in bounds)
        {
            foreach ((_, ItemNumber item, _) in await IndexModel.WalkAsync(index.Scan(found, part, descending: false)))
            {
                IndexedItem read = (await index.ReadAsync(item, default)).Value;
                using DocumentLease document = read.Document;
                ids.Add(System.Text.Json.JsonDocument.Parse(document.Utf8Json).RootElement.GetProperty("id").GetString()!);
            }
        }

        return ids;
    }

    private static void Put(DocumentWorkbench bench, string id, string location) =>
        bench.Write(Range(), new ItemOperation(ItemOperationKind.Upsert, Precondition.None, Key(id),
            Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","pk":"p","location":{{location}}}""")));

    private static string Point(double longitude, double latitude)
    {
        longitude = longitude > 180 ? longitude - 360 : longitude;
        return string.Create(CultureInfo.InvariantCulture, $$"""{"type":"Point","coordinates":[{{longitude}},{{latitude}}]}""");
    }

    private static Geometry Place(double longitude, double latitude) =>
        new() { Type = SpatialTypes.Point, Point = GeoPoint.FromDegrees(longitude, latitude) };
}
