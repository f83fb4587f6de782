using System.Globalization;
using CsCheck;
using Nacre.Query.Functions;
using Nacre.Query.Tests.Functions;
using Nacre.Query.Tests.Values;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Spatial;

[TestFixture]
public sealed class SpatialFunctionsTests
{
    private const string Square = "Polygon [[[0,0],[10,0],[10,10],[0,10],[0,0]]]";
    private const string SquareClockwise = "Polygon [[[0,0],[0,10],[10,10],[10,0],[0,0]]]";
    private const string SquareWithHole = "Polygon [[[0,0],[10,0],[10,10],[0,10],[0,0]],[[4,4],[4,6],[6,6],[6,4],[4,4]]]";
    private const string SquareWithHoleLeft = "Polygon [[[0,0],[10,0],[10,10],[0,10],[0,0]],[[4,4],[6,4],[6,6],[4,6],[4,4]]]";
    private const string AcrossAntimeridian = "Polygon [[[170,-10],[-170,-10],[-170,10],[170,10],[170,-10]]]";
    private const string NorthCap = "Polygon [[[0,60],[120,60],[-120,60],[0,60]]]";
    private const string SouthCap = "Polygon [[[0,-60],[-120,-60],[120,-60],[0,-60]]]";
    private const string PoleAsVertex = "Polygon [[[0,80],[90,80],[0,90],[0,80]]]";
    private const string OverThePole = "Polygon [[[0,80],[90,80],[180,80],[0,80]]]";
    private const string Two = "MultiPolygon [[[[0,0],[1,0],[1,1],[0,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,6],[5,5]]]]";

    [TestCase("Point [5,5]", Square, true)]
    [TestCase("Point [15,5]", Square, false)]
    [TestCase("Point [5,-5]", Square, false)]
    [TestCase("Point [0,0]", Square, true)]
    [TestCase("Point [5,0]", Square, true)]
    [TestCase("Point [0,5]", Square, true)]
    [TestCase("Point [-175,-5]", Square, false)]
    // An arc between points of one latitude runs nearer to the pole.
    [TestCase("Point [5,10.02]", Square, true)]
    [TestCase("Point [5,10.1]", Square, false)]
    // Clockwise: the rest of the earth.
    [TestCase("Point [5,5]", SquareClockwise, false)]
    [TestCase("Point [15,5]", SquareClockwise, true)]
    [TestCase("Point [0,90]", SquareClockwise, true)]
    [TestCase("Point [0,-90]", SquareClockwise, true)]
    [TestCase("Point [5,5]", SquareWithHole, false)]
    [TestCase("Point [5,5]", SquareWithHoleLeft, false)]
    [TestCase("Point [2,2]", SquareWithHole, true)]
    [TestCase("Point [4,5]", SquareWithHole, true)]
    [TestCase("Point [180,0]", AcrossAntimeridian, true)]
    [TestCase("Point [-180,0]", AcrossAntimeridian, true)]
    [TestCase("Point [-175,5]", AcrossAntimeridian, true)]
    [TestCase("Point [175,5]", AcrossAntimeridian, true)]
    [TestCase("Point [165,0]", AcrossAntimeridian, false)]
    [TestCase("Point [0,0]", AcrossAntimeridian, false)]
    [TestCase("Point [0,90]", NorthCap, true)]
    [TestCase("Point [45,90]", NorthCap, true)]
    [TestCase("Point [60,80]", NorthCap, true)]
    [TestCase("Point [180,74.1]", NorthCap, true)]
    [TestCase("Point [60,70]", NorthCap, false)]
    [TestCase("Point [0,-90]", NorthCap, false)]
    [TestCase("Point [0,-90]", SouthCap, true)]
    [TestCase("Point [0,90]", SouthCap, false)]
    [TestCase("Point [0,-89]", SouthCap, true)]
    [TestCase("Point [45,85]", PoleAsVertex, true)]
    [TestCase("Point [135,85]", PoleAsVertex, false)]
    [TestCase("Point [-45,89.9]", PoleAsVertex, false)]
    [TestCase("Point [0,90]", PoleAsVertex, true)]
    [TestCase("Point [90,85]", OverThePole, true)]
    [TestCase("Point [-90,85]", OverThePole, false)]
    [TestCase("Point [0.5,0.5]", Two, true)]
    [TestCase("Point [5.5,5.5]", Two, true)]
    [TestCase("Point [3,3]", Two, false)]
    [TestCase("LineString [[1,1],[9,9]]", Square, true)]
    [TestCase("LineString [[0,0],[10,0]]", Square, true)]
    [TestCase("LineString [[1,1],[9,9],[11,9]]", Square, false)]
    [TestCase("LineString [[1,5],[9,5]]", SquareWithHole, false)]
    [TestCase("LineString [[1,1],[3,1]]", SquareWithHole, true)]
    [TestCase("LineString [[0.5,0.5],[5.5,5.5]]", Two, false)]
    [TestCase("Polygon [[[1,1],[2,1],[2,2],[1,2],[1,1]]]", Square, true)]
    [TestCase("Polygon [[[8,8],[12,8],[12,12],[8,12],[8,8]]]", Square, false)]
    [TestCase("Polygon [[[3,3],[7,3],[7,7],[3,7],[3,3]]]", SquareWithHole, false)]
    [TestCase(SquareWithHole, Square, true)]
    [TestCase(Square, SquareWithHole, false)]
    [TestCase(Square, Square, true)]
    [TestCase(Square, SquareClockwise, false)]
    [TestCase(NorthCap, SquareClockwise, true)]
    [TestCase("Point [1,1]", "Point [1,1]", true)]
    [TestCase("Point [5,0]", "LineString [[0,0],[10,0]]", true)]
    [TestCase("LineString [[1,0],[2,0]]", "LineString [[0,0],[10,0]]", true)]
    [TestCase(Square, "Point [5,5]", false)]
    public void Within_Shapes_AreInsideOrNot(string inner, string outer, bool expected)
    {
        Assert.That(Call("ST_WITHIN", inner, outer).ToString(), Is.EqualTo(expected ? "true" : "false"));
    }

    [TestCase(Square, "Polygon [[[5,5],[15,5],[15,15],[5,15],[5,5]]]", true)]
    [TestCase(Square, "Polygon [[[10,0],[20,0],[20,10],[10,10],[10,0]]]", true)]
    [TestCase(Square, "Polygon [[[11,0],[20,0],[20,10],[11,10],[11,0]]]", false)]
    [TestCase(Square, "Polygon [[[1,1],[2,1],[2,2],[1,2],[1,1]]]", true)]
    [TestCase(SquareWithHole, "Polygon [[[4.5,4.5],[5.5,4.5],[5.5,5.5],[4.5,5.5],[4.5,4.5]]]", false)]
    [TestCase(SquareWithHole, "Polygon [[[4.5,4.5],[9,4.5],[9,5.5],[4.5,5.5],[4.5,4.5]]]", true)]
    [TestCase(SquareClockwise, NorthCap, true)]
    [TestCase(NorthCap, SouthCap, false)]
    [TestCase("LineString [[-5,5],[15,5]]", Square, true)]
    [TestCase("LineString [[-5,15],[15,15]]", Square, false)]
    [TestCase("LineString [[170,0],[-170,0]]", "LineString [[180,-5],[180,5]]", true)]
    [TestCase("LineString [[170,0],[-170,0]]", "LineString [[0,-5],[0,5]]", false)]
    [TestCase("Point [5,5]", SquareWithHole, false)]
    [TestCase("Point [4,5]", SquareWithHole, true)]
    [TestCase("Point [1,1]", "MultiPolygon []", false)]
    public void Intersects_Shapes_MeetOrNot(string left, string right, bool expected)
    {
        Assert.That(Call("ST_INTERSECTS", left, right).ToString(), Is.EqualTo(expected ? "true" : "false"));
        Assert.That(Call("ST_INTERSECTS", right, left).ToString(), Is.EqualTo(expected ? "true" : "false"));
    }

    // Searched for along the arc with GeographicLib's distances.
    [TestCase("Point [5,10]", "LineString [[0,0],[10,0]]", 1105854.8332343725)]
    [TestCase("Point [0,0]", "LineString [[10,-10],[10,10]]", 1113194.9079327353)]
    [TestCase("Point [-20,50]", "LineString [[0,40],[40,60]]", 1913787.9000438221)]
    [TestCase("Point [-60,-10]", "LineString [[100,-5],[-100,30]]", 6158760.394336603)]
    [TestCase("Point [5,5]", Square, 0.0)]
    [TestCase("Point [11,0]", Square, 111319.49079327357)]
    [TestCase("Point [5,5]", SquareWithHole, 110000.0)]
    [TestCase("LineString [[12,0],[12,-1]]", Square, 222638.98158654716)]
    [TestCase("Point [-179,0]", "Point [179,0]", 222638.98158654716)]
    // The dialect's own examples.
    [TestCase("Point [-122.11758113953535,47.66901087006131]", "Point [-122.12826822304672,47.63980239335718]", 3345.269817267368)]
    [TestCase("Point [-122.11758113953535,47.66901087006131]", "Point [-96.84368664765994,46.81297794314663]", 1907438.421299902)]
    public void Distance_Shapes_IsTheShortest(string left, string right, double expected)
    {
        // The hole's value is only a round one.
        double tolerance = expected == 110000.0 ? 1_000 : Math.Max(expected * 1e-6, 1e-3);

        Assert.That(Call("ST_DISTANCE", left, right).Number, Is.EqualTo(expected).Within(tolerance));
        Assert.That(Call("ST_DISTANCE", right, left).Number, Is.EqualTo(expected).Within(tolerance));
    }

    // GeographicLib's areas, and the dialect's own example first.
    [TestCase("Polygon [[[31.8,-5],[32,-5],[32,-4.7],[31.8,-4.7],[31.8,-5]]]", 735970283.0522614, 1e-6)]
    [TestCase("Polygon [[[31.8,-5],[32,-5],[32,-4.7],[31.8,-4.7],[31.8,-5]]]", 735970287.9354534, 1e-6)]
    [TestCase("Polygon [[[5,50],[5.01,50],[5.01,50.01],[5,50.01],[5,50]]]", 797383.1356744766, 1e-6)]
    [TestCase(Square, 1227877191609.6267, 2e-4)]
    [TestCase(AcrossAntimeridian, 4948480469169.517, 2e-4)]
    [TestCase(NorthCap, 15797025696584.188, 5e-3)]
    [TestCase(SouthCap, 15797025696584.188, 5e-3)]
    [TestCase("Polygon [[[0,0],[90,0],[0,90],[0,0]]]", 63758202715511.055, 1e-9)]
    public void Area_Polygons_IsTheirShareOfTheEarth(string polygon, double expected, double tolerance)
    {
        Assert.That(Call("ST_AREA", polygon).Number, Is.EqualTo(expected).Within(expected * tolerance));
    }

    [Test]
    public void Area_BothSidesOfARing_AreTheWholeEarth()
    {
        double whole = 510_065_621_724_088.44;
        Assert.That(
            Call("ST_AREA", Square).Number + Call("ST_AREA", SquareClockwise).Number,
            Is.EqualTo(whole).Within(whole * 1e-12));
        Assert.That(
            Call("ST_AREA", SquareWithHole).Number, Is.EqualTo(Call("ST_AREA", SquareWithHoleLeft).Number).Within(1));
        Assert.That(Call("ST_AREA", SquareWithHole).Number, Is.LessThan(Call("ST_AREA", Square).Number));
    }

    [TestCase("Point [0,0]", null)]
    [TestCase("Point [180,-90]", null)]
    [TestCase("Point [0]", "A position")]
    [TestCase("Point [0,0,0,0]", "A position")]
    [TestCase("Point [\"0\",0]", "A position")]
    [TestCase("Point [181,0]", "Longitude values must be between -180 and 180 degrees.")]
    [TestCase("Point [0,90.1]", "Latitude values must be between -90 and 90 degrees.")]
    [TestCase("Point [1e400,0]", "Longitude")]
    [TestCase("MultiPoint [[0,0]]", "The type of a geometry")]
    [TestCase("LineString [[0,0],[1,1]]", null)]
    [TestCase("LineString [[0,0]]", "A LineString")]
    [TestCase("LineString [[0,0],[0,0]]", "A LineString")]
    [TestCase("LineString [[0,0],[180,0]]", "An edge")]
    [TestCase("LineString [1,2]", "A position")]
    [TestCase("Polygon []", "A polygon has at least one ring.")]
    [TestCase("Polygon [[[0,0],[1,0],[1,1]]]", "A ring")]
    [TestCase("Polygon [[[0,0],[1,0],[1,1],[0,1]]]", "A ring of a polygon ends")]
    [TestCase("Polygon [[[0,0],[1,0],[0,0],[0,0]]]", "A ring")]
    [TestCase("Polygon [[[0,0],[10,10],[10,0],[0,10],[0,0]]]", "The rings")]
    [TestCase("Polygon [[[0,0],[10,0],[5,0],[5,5],[0,0]]]", "The rings")]
    [TestCase("Polygon [[[0,0],[10,0],[10,10],[0,10],[0,0]],[[8,8],[12,8],[12,12],[8,8]]]", "The rings")]
    [TestCase(Square, null)]
    [TestCase(SquareClockwise, null)]
    [TestCase(SquareWithHole, null)]
    [TestCase(AcrossAntimeridian, null)]
    [TestCase(NorthCap, null)]
    [TestCase(PoleAsVertex, null)]
    [TestCase(Two, null)]
    public void IsValid_Shapes_AreValidOrHaveAReason(string shape, string? reason)
    {
        QueryValue detailed = Call("ST_ISVALIDDETAILED", shape);

        Assert.That(Call("ST_ISVALID", shape).ToString(), Is.EqualTo(reason is null ? "true" : "false"));
        Assert.That(detailed.ToString(), Does.StartWith(reason is null ? "{\"valid\":true}" : $"{{\"valid\":false,\"reason\":\"{reason}"));
    }

    [Test]
    public void Within_RandomPointsAndTriangles_AgreesWithTheSidesOfTheEdges()
    {
        Gen<double[]> point = Gen.Select(Gen.Double[-180, 180], Gen.Double[-90, 90], (longitude, latitude) => new[] { longitude, latitude });
        Gen.Select(point, point, point, point).Where((a, b, c, _) => Turn(a, b, c) > 1e-6).Sample((a, b, c, p) =>
        {
            // A triangle that runs counter-clockwise has inside what is to the left of all three edges.
            double[] sides = [Turn(a, b, p), Turn(b, c, p), Turn(c, a, p)];
            if (sides.Min(Math.Abs) > 1e-9)
            {
                string within = Call("ST_WITHIN", Text("Point", p), $"Polygon [[{Pair(a)},{Pair(b)},{Pair(c)},{Pair(a)}]]").ToString();
                Assert.That(within, Is.EqualTo(sides.All(side => side > 0) ? "true" : "false"));
            }
        }, iter: 20_000);
    }

    [Test]
    public void Relations_RandomShapes_AreConsistent()
    {
        Gen<string> shape = Gen.Select(Gen.Double[-165, 165], Gen.Double[-75, 75], Gen.Double[0.01, 12], Gen.Int[0, 2], (longitude, latitude, size, kind) =>
            kind switch
            {
                0 => Text("Point", [longitude, latitude]),
                1 => $"LineString [{Pair([longitude, latitude])},{Pair([longitude + size / 2, latitude + size])}]",
                _ => $"Polygon [[{Pair([longitude, latitude])},{Pair([longitude + size, latitude])},{Pair([longitude, latitude + size])},{Pair([longitude, latitude])}]]",
            });
        Gen.Select(shape, shape).Sample((left, right) =>
        {
            bool meet = Call("ST_INTERSECTS", left, right).Kind == ValueKind.True;
            double distance = Call("ST_DISTANCE", left, right).Number;
            Assert.That(Call("ST_INTERSECTS", right, left).Kind == ValueKind.True, Is.EqualTo(meet));
            Assert.That(distance == 0, Is.EqualTo(meet));
            Assert.That(Call("ST_DISTANCE", right, left).Number, Is.EqualTo(distance).Within(Math.Max(distance * 1e-6, 1e-3)));
            Assert.That(Call("ST_WITHIN", left, right).Kind != ValueKind.True || meet);
            Assert.That(Call("ST_WITHIN", left, left), Is.EqualTo(QueryValue.True));
        }, iter: 1_000);
    }

    [Test]
    public void Relations_HugePolygons_RunIntoTheStepLimit()
    {
        string ring = string.Join(",", Enumerable.Range(0, 20_000).Select(at =>
            Pair([40 * Math.Cos(at * Math.Tau / 20_000), 40 * Math.Sin(at * Math.Tau / 20_000)])));
        string polygon = $"Polygon [[{ring},[40,0]]]";
        FunctionContext context = TestContexts.New(maxSteps: 10_000_000);

        Assert.That(() => Call(context, "ST_INTERSECTS", polygon, polygon), Throws.InstanceOf<FunctionLimitException>());
    }

    /// <summary>Above zero when c is to the left of the arc from a to b: their triple product.</summary>
    private static double Turn(double[] a, double[] b, double[] c)
    {
        (double ax, double ay, double az) = Direction(a);
        (double bx, double by, double bz) = Direction(b);
        (double cx, double cy, double cz) = Direction(c);
        return cx * (ay * bz - az * by) + cy * (az * bx - ax * bz) + cz * (ax * by - ay * bx);

        static (double X, double Y, double Z) Direction(double[] point)
        {
            double longitude = double.DegreesToRadians(point[0]);
            double latitude = double.DegreesToRadians(point[1]);
            return (Math.Cos(latitude) * Math.Cos(longitude), Math.Cos(latitude) * Math.Sin(longitude), Math.Sin(latitude));
        }
    }

    private static string Text(string type, double[] point) => $"{type} {Pair(point)}";

    private static string Pair(double[] point) => string.Create(CultureInfo.InvariantCulture, $"[{point[0]:R},{point[1]:R}]");

    private static QueryValue Call(string name, params string[] shapes) => Call(TestContexts.New(), name, shapes);

    private static QueryValue Call(FunctionContext context, string name, params string[] shapes)
    {
        Assert.That(ScalarFunctions.TryFind(name, out ScalarFunction? function));
        return function!.Invoke(
            [.. shapes.Select(shape => QueryValueReader.Read(JsonGen.Utf8(
                $"{{\"type\":\"{shape[..shape.IndexOf(' ', StringComparison.Ordinal)]}\",\"coordinates\":{shape[shape.IndexOf(' ', StringComparison.Ordinal)..]}}}")))],
            context);
    }
}
