using System.Globalization;
using System.Text;
using CsCheck;
using Nacre.Core.Indexing;
using Nacre.Core.Spatial;
using Nacre.Query.Functions;
using Nacre.Query.Spatial;

namespace Nacre.Query.Tests.Spatial;

/// <summary>What a spatial index gives for a region, held against the relations that queries compute.</summary>
[TestFixture]
public sealed class GeoRegionTests
{
    private const SpatialTypes All =
        SpatialTypes.Point | SpatialTypes.LineString | SpatialTypes.Polygon | SpatialTypes.MultiPolygon;

    /// <summary>Where things happen: at poles, at the antimeridian, on edges and corners of faces, anywhere.</summary>
    private static readonly Gen<(double Longitude, double Latitude)> GenCentre = Gen.OneOf(
        Gen.OneOf((0.0, 90.0), (0.0, -90.0), (180.0, 0.0), (-180.0, 60.0), (45.0, 0.0), (45.0, 35.264389682754654), (0.0, 0.0), (-135.0, 45.0), (10.0, 89.9)),
        Gen.Select(Gen.Double[-180, 180], Gen.Double[-90, 90]));

    private static readonly Gen<(double Longitude, double Latitude, double Size)> GenPlace = Gen.Select(
        GenCentre, Gen.Double[-6, 2], (centre, size) => (centre.Longitude, centre.Latitude, Math.Pow(10, size)));

    private static readonly Gen<double> GenMetres = Gen.OneOf(Gen.Const(0.0), Gen.Double[-1, 7.4].Select(exponent => Math.Pow(10, exponent)));

    [Test]
    public void BoundsIn_AnyRegion_HaveWhateverMeetsIt()
    {
        int meet = 0;
        Gen.Select(GenPlace, Gen.Int, Gen.Int, Gen.Double[0, 3], GenMetres).Sample((place, seed, otherSeed, apart, metres) =>
        {
            Geometry item = Make(place.Longitude, place.Latitude, place.Size, new System.Random(seed));
            var random = new System.Random(otherSeed);
            Geometry asked = Make(
                place.Longitude + (place.Size * apart * (random.NextDouble() - 0.5)), place.Latitude + (place.Size * apart * (random.NextDouble() - 0.5)),
                place.Size * random.NextDouble() * 2, random);
            double distance = SpatialRelations.DistanceMetres(item, asked, Context());
            SpatialTypes types = seed % 3 == 0 && item.Type == SpatialTypes.Point ? SpatialTypes.Point : All;
            if (distance == 0 || SpatialRelations.Intersect(item, asked, Context()) || SpatialRelations.IsWithin(item, asked, Context()))
            {
                meet++;
                Assert.That(IsGiven(item, types, GeoRegion.Of(asked)), Is.True, "they meet");
            }

            if (distance <= metres)
            {
                Assert.That(IsGiven(item, types, GeoRegion.Around(asked, metres)), Is.True, "it is near");
            }

            // The farthest that a query with this bound still gives.
            Assert.That(IsGiven(item, types, GeoRegion.Around(asked, distance)), Is.True, "it is just so near");
        }, iter: 3000, threads: 1);
        Assert.That(meet, Is.GreaterThan(300), "the question was asked");
    }

    /// <summary>Bounds are not just all there is.</summary>
    [TestCase(10_000, 1.6)]
    [TestCase(1_000_000, 1.6)]
    public void BoundsIn_AroundAPoint_HaveLittleElse(double metres, double most)
    {
        var random = new System.Random(7);
        Geometry centre = Point(4.9, 52.3);
        IReadOnlyList<IndexBounds> bounds = GeoRegion.Around(centre, metres).BoundsIn(SpatialTypes.Point);
        int near = 0;
        int given = 0;
        for (int at = 0; at < 20_000; at++)
        {
            double reach = metres / 111_000 * 3;
            Geometry item = Point(4.9 + (reach * (random.NextDouble() - 0.5) / Math.Cos(52.3 * Math.PI / 180)), 52.3 + (reach * (random.NextDouble() - 0.5)));
            near += SpatialRelations.DistanceMetres(item, centre, Context()) <= metres ? 1 : 0;
            given += IsGiven(item, SpatialTypes.Point, bounds) ? 1 : 0;
        }

        Assert.That(near, Is.GreaterThan(1000));
        Assert.That(given, Is.InRange(near, near * most));
        Assert.That(bounds, Has.Count.LessThan(34));
    }

    /// <summary>A micrometre to the other side of an edge that all cells of a face end at.</summary>
    [TestCase(0, -1e-11)]
    [TestCase(-1e-11, 0)]
    public void BoundsIn_OfAPoint_HaveWhatCountsAsTheSameInTheNextCell(double longitude, double otherLongitude)
    {
        Geometry item = Point(longitude, 0);
        Geometry asked = Point(otherLongitude, 0);

        Assert.That(SpatialRelations.Intersect(item, asked, Context()), Is.True);
        Assert.That(IsGiven(item, SpatialTypes.Point, GeoRegion.Of(asked)), Is.True);
        Assert.That(IsGiven(item, SpatialTypes.Point, GeoRegion.Around(asked, 0)), Is.True);
    }

    [Test]
    public void BoundsIn_OfNothing_AreNone()
    {
        Assert.That(GeoRegion.Around(Point(1, 2), -1).BoundsIn(All), Is.Empty);
        Assert.That(GeoRegion.Around(Point(1, 2), double.NaN).BoundsIn(All), Is.Empty);
        Assert.That(GeoRegion.Of(Read("""{"type":"MultiPolygon","coordinates":[]}""")).BoundsIn(All), Is.Empty);
        Assert.That(GeoRegion.WriteCells(Read("""{"type":"MultiPolygon","coordinates":[]}"""), All, default), Is.Zero);
    }

    [Test]
    public void BoundsIn_AllOfTheEarth_AreOne()
    {
        Assert.That(GeoRegion.Around(Point(1, 2), double.PositiveInfinity).BoundsIn(All), Has.Count.EqualTo(1));
        Assert.That(GeoRegion.Around(Point(1, 2), 30_000_000).BoundsIn(SpatialTypes.Point), Has.Count.EqualTo(1));
    }

    /// <summary>An eight has two halves that cancel out: which side of it is inside is decided by rounding.</summary>
    [Test]
    public void WriteCells_RingThatCrossesItself_IsAnywhere()
    {
        byte[] cells = new byte[GeoRegion.MaxIndexedCells * GeoRegion.CellBytes];
        int count = GeoRegion.WriteCells(Read("""{"type":"Polygon","coordinates":[[[-1,-1],[1,1],[1,-1],[-1,1],[-1,-1]]]}"""), All, cells);

        Assert.That((count, cells.AsSpan(0, GeoRegion.CellBytes).IndexOfAnyExcept((byte)0)), Is.EqualTo((1, -1)));
    }

    [Test]
    public void WriteCells_LineOfTooManyArcs_IsAnywhere()
    {
        string positions = string.Join(',', Enumerable.Range(0, 20_000).Select(at => $"[{at % 2},{(at % 2) + 1}]"));
        Geometry line = Read($$"""{"type":"LineString","coordinates":[{{positions}}]}""");

        Assert.That(IsGiven(line, All, GeoRegion.Of(Point(-100, -50))), Is.True);
        Assert.That(GeoRegion.Of(line).BoundsIn(All), Has.Count.EqualTo(1));
    }

    private static bool IsGiven(Geometry item, SpatialTypes types, GeoRegion region) => IsGiven(item, types, region.BoundsIn(types));

    private static bool IsGiven(Geometry item, SpatialTypes types, IReadOnlyList<IndexBounds> bounds)
    {
        byte[] cells = new byte[GeoRegion.MaxIndexedCells * GeoRegion.CellBytes];
        int count = GeoRegion.WriteCells(item, types, cells);
        return cells.Chunk(GeoRegion.CellBytes).Take(count).Any(cell => bounds.Any(part =>
            cell.AsSpan().SequenceCompareTo(part.From.Span) >= 0 && cell.AsSpan().SequenceCompareTo(part.To.Span) <= 0));
    }

    /// <summary>A geometry about a place, so many degrees large.</summary>
    private static Geometry Make(double longitude, double latitude, double size, System.Random random)
    {
        string json = random.Next(5) switch
        {
            0 or 1 => $$"""{"type":"Point","coordinates":{{Position(0.5, random.NextDouble() * 6.3)}}}""",
            2 => $$"""{"type":"LineString","coordinates":[{{string.Join(',', Enumerable.Range(0, random.Next(2, 6)).Select(_ => Position(random.NextDouble(), random.NextDouble() * 6.3)))}}]}""",
            3 => $$"""{"type":"Polygon","coordinates":[{{Ring(1)}}]}""",
            _ => $$"""{"type":"Polygon","coordinates":[{{Ring(1)}},{{Ring(0.3)}}]}""",
        };
        return GeoJsonReader.Read(Encoding.UTF8.GetBytes(json), out Geometry? geometry) is null ? geometry! : Point(0, 0);

        string Ring(double radius)
        {
            int corners = random.Next(3, 9);
            bool clockwise = random.Next(4) == 0;
            List<string> positions = [.. Enumerable.Range(0, corners).Select(at => Position(radius * (0.3 + (0.2 * random.NextDouble())), at * (clockwise ? -6.28 : 6.28) / corners))];
            return $"[{string.Join(',', positions)},{positions[0]}]";
        }

        string Position(double radius, double turn)
        {
            double north = Math.Clamp(latitude + (radius * size * Math.Sin(turn)), -90, 90);
            double east = longitude + (radius * size * Math.Cos(turn) / Math.Max(0.01, Math.Cos(latitude * Math.PI / 180)));
            east -= 360 * Math.Floor((east + 180) / 360);
            return string.Create(CultureInfo.InvariantCulture, $"[{east:R},{north:R}]");
        }
    }

    private static Geometry Read(string json)
    {
        Assert.That(GeoJsonReader.Read(Encoding.UTF8.GetBytes(json), out Geometry? geometry), Is.Null);
        return geometry!;
    }

    private static Geometry Point(double longitude, double latitude) =>
        new() { Type = SpatialTypes.Point, Point = GeoPoint.FromDegrees(longitude, latitude) };

    private static FunctionContext Context() =>
        new(DateTimeOffset.UnixEpoch, Core.Time.CryptographicRandom.Instance, 1 << 20, long.MaxValue / 2, default);
}
