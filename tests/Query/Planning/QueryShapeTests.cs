using Nacre.Query.Planning;
using Nacre.Query.Tests.Support;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Planning;

/// <summary>What a planner is told of queries. That it is right is shown by tests over real indexes; here, that it is found.</summary>
[TestFixture]
public sealed class QueryShapeTests
{
    [TestCase("c.a = 1", "seek: /a = 1")]
    [TestCase("1 < c.a", "range: /a > 1")]
    [TestCase("c.a != null", "nothing: the filter can never be true")]
    [TestCase("c.a = undefined", "nothing: the filter can never be true")]
    [TestCase("c.a > 5 AND c.a <= 7", "range: /a > 5 and <= 7")]
    [TestCase("c.a > 5 AND c.a < 5", "nothing: the filter can never be true")]
    [TestCase("c.a BETWEEN 'a' AND 'b'", "range: /a >= \"a\" and <= \"b\"")]
    [TestCase("c.a IN (1, 'x', true)", "range: /a = 1 or = \"x\" or = true")]
    [TestCase("c.a = 1 OR c.a = 2 OR c.a = 3 OR c.a = 4 OR c.a = 5", "range: /a = 1 or one of 4 more")]
    [TestCase("c.a LIKE 'ab%'", "range: /a begins with \"ab\"")]
    [TestCase("STARTSWITH(c.a, 'ab')", "range: /a begins with \"ab\"")]
    [TestCase("STRINGEQUALS(c.a, 'ab')", "seek: /a = \"ab\"")]
    [TestCase("IS_DEFINED(c.a.b)", "range: /a/b is defined")]
    [TestCase("IS_NUMBER(c.a)", "range: /a is a number")]
    [TestCase("c.a", "seek: /a = true")]
    [TestCase("NOT c.a", "seek: /a = false")]
    [TestCase("NOT (c.a < 5)", "range: /a >= 5")]
    [TestCase("NOT (c.a = 1 OR c.b = 2)", "intersect:|  range: /a != 1|  range: /b != 2")]
    [TestCase("c.a = 1 AND c.b = 2", "intersect:|  seek: /a = 1|  seek: /b = 2")]
    [TestCase("c.a = 1 OR c.b = 2", "union:|  seek: /a = 1|  seek: /b = 2")]
    [TestCase("(c.a = 1 OR c.b = 2) AND c.d = 3", "intersect:|  union:|    seek: /a = 1|    seek: /b = 2|  seek: /d = 3")]
    [TestCase("ARRAY_CONTAINS([1, 2], c.a)", "range: /a = 1 or = 2")]
    public void Condition_OfAFilterThatIndexesKnowAll_IsExact(string filter, string expected)
    {
        QueryShape shape = Shape($"SELECT * FROM c WHERE {filter}");

        Assert.That(string.Join('|', shape.Condition!.Describe()), Is.EqualTo(expected));
        Assert.That(shape.IsFilterExact, Is.True);
    }

    [TestCase("ARRAY_CONTAINS(c.a, 'x')", "seek: /a/[] = \"x\"", true)]
    [TestCase("ARRAY_CONTAINS(c.a, 'x', true)", "seek: /a/[] = \"x\"", false)]
    [TestCase("ARRAY_CONTAINS(c.a, {\"n\": 1, \"m\": 2}, true)", "intersect:|  seek: /a/[] = {\"n\":1,\"m\":2}|  seek: /a/[]/n = 1|  seek: /a/[]/m = 2", false)]
    [TestCase("c.a[0].b = 'x'", "seek: /a/[]/b = \"x\"", false)]
    [TestCase("c.a = 1 AND c.b + 1 = 2", "seek: /a = 1", false)]
    [TestCase("c.a LIKE 'ab%c'", "range: /a begins with \"ab\"", false)]
    [TestCase("c.a = [1]", "seek: /a = [1]", false)]
    [TestCase("EXISTS(SELECT VALUE t FROM t IN c.a WHERE t.b > 1)", "intersect:|  range: /a/[]/b > 1|  range: /a/[] is defined", false)]
    [TestCase("IS_INTEGER(c.a)", "range: /a is a number", false)]
    public void Condition_OfAFilterThatIndexesKnowInPart_IsNotExact(string filter, string expected, bool isExact)
    {
        QueryShape shape = Shape($"SELECT * FROM c WHERE {filter}");

        Assert.That(string.Join('|', shape.Condition!.Describe()), Is.EqualTo(expected));
        Assert.That(shape.IsFilterExact, Is.EqualTo(isExact));
    }

    [TestCase("ST_DISTANCE(c.a, @g) < 5", "spatial: /a within 5 m of {\"type\":\"Point\",\"coordinates\":[13.405,52.52]}")]
    [TestCase("ST_DISTANCE(@g, c.a) <= 5", "spatial: /a within 5 m of {\"type\":\"Point\",\"coordinates\":[13.405,52.52]}")]
    [TestCase("5 > ST_DISTANCE(c.a, @g)", "spatial: /a within 5 m of {\"type\":\"Point\",\"coordinates\":[13.405,52.52]}")]
    [TestCase("ST_DISTANCE(c.a, @g) IN (5)", null)]
    [TestCase("ST_DISTANCE(c.a, @g) BETWEEN 1 AND 5", "spatial: /a within 5 m of {\"type\":\"Point\",\"coordinates\":[13.405,52.52]}")]
    [TestCase("ST_DISTANCE(c.a, @g) BETWEEN undefined AND 5", "nothing: the filter can never be true")]
    [TestCase("ST_WITHIN(c.a[0], @g)", "spatial: /a/[] within {\"type\":\"Point\",\"coordinates\":[13.405,52.52]}")]
    [TestCase("ST_WITHIN(@g, c.a)", "spatial: /a holds {\"type\":\"Point\",\"coordinates\":[13.405,52.52]}")]
    [TestCase("ST_INTERSECTS({'type': 'Point', 'coordinates': [1, 2]}, c.a)", "spatial: /a meets {\"type\":\"Point\",\"coordinates\":[1,2]}")]
    [TestCase("ST_INTERSECTS(c.a, {'type': 'Point', 'coordinates': [1, 200]})", "nothing: the filter can never be true")]
    [TestCase("ST_INTERSECTS(c.a, '{\"type\": \"Point\", \"coordinates\": [1, 2]}')", "nothing: the filter can never be true")]
    [TestCase("ST_DISTANCE(c.a, 5) < 5", "nothing: the filter can never be true")]
    [TestCase("ST_DISTANCE(c.a, @g) > 5", null)]
    [TestCase("ST_DISTANCE(c.a, @g) >= 5", null)]
    [TestCase("ST_DISTANCE(c.a, @g) < c.b", null)]
    [TestCase("ST_DISTANCE(c.a, @g) <= 1e300 * 1e300", null)]
    [TestCase("ST_DISTANCE(c.a, c.b) < 5", null)]
    [TestCase("ST_DISTANCE(c, @g) < 5", null)]
    [TestCase("NOT (ST_DISTANCE(c.a, @g) >= 5)", null)]
    [TestCase("NOT ST_WITHIN(c.a, @g)", null)]
    [TestCase("ST_ISVALID(c.a)", null)]
    public void Condition_OfGeometries_IsARegion(string filter, string? expected)
    {
        Dictionary<string, QueryValue> parameters = new() { ["@g"] = QueryValueReader.Read("""{"type":"Point","coordinates":[13.405,52.52]}"""u8.ToArray()) };
        QueryShape shape = Queries.Bound($"SELECT * FROM c WHERE {filter}", parameters).Shape;

        Assert.That(shape.Condition is null ? null : string.Join('|', shape.Condition.Describe()), Is.EqualTo(expected));
        Assert.That(shape.IsFilterExact, Is.EqualTo(expected is not null && expected.StartsWith("nothing", StringComparison.Ordinal)));
    }

    [TestCase("c.a = c.b")]
    [TestCase("c.a + 1 = 2")]
    [TestCase("NOT IS_DEFINED(c.a)")]
    [TestCase("c.a = 1 OR c.b = c.d")]
    [TestCase("CONTAINS(c.a, 'x')")]
    [TestCase("STARTSWITH(c.a, 'x', true)")]
    [TestCase("NOT EXISTS(SELECT VALUE t FROM t IN c.a)")]
    [TestCase("c[\"\\uD800\"] = 1")]
    public void Condition_OfOtherFilters_SaysNothing(string filter)
    {
        QueryShape shape = Shape($"SELECT * FROM c WHERE {filter}");

        Assert.That(shape.Condition, Is.Null);
        Assert.That(shape.IsFilterExact, Is.False);
    }

    [Test]
    public void Condition_OfAJoin_IsThatTheElementsAreThere()
    {
        QueryShape shape = Shape("SELECT t FROM c JOIN t IN c.tags WHERE t = 'x'");

        Assert.That(string.Join('|', shape.Condition!.Describe()), Is.EqualTo("intersect:|  seek: /tags/[] = \"x\"|  range: /tags/[] is defined"));
        Assert.That(shape.IsFilterExact, Is.False);
    }

    [TestCase("SELECT VALUE COUNT(1) FROM c", true)]
    [TestCase("SELECT COUNT(1) + 1 AS n FROM c WHERE c.a > 1", true)]
    [TestCase("SELECT VALUE COUNT(c.a) FROM c WHERE c.a > 1", true)]
    [TestCase("SELECT VALUE COUNT(c.a) FROM c", true)]
    [TestCase("SELECT VALUE COUNT(c.b) FROM c WHERE c.a > 1", false)]
    [TestCase("SELECT VALUE COUNT(1) FROM c WHERE c.a > c.b", false)]
    [TestCase("SELECT VALUE COUNT(1) FROM c JOIN t IN c.tags", false)]
    [TestCase("SELECT VALUE COUNT(1) FROM c GROUP BY c.a", false)]
    public void IsCount_WhereTheFilterSaysAll(string text, bool isCount) => Assert.That(Shape(text).IsCount, Is.EqualTo(isCount));

    [TestCase("SELECT MIN(c.a) AS l, MAX(c.a) AS m FROM c", "/a")]
    [TestCase("SELECT VALUE MAX(c.a) FROM c WHERE c.a < 5", "/a")]
    [TestCase("SELECT VALUE MAX(c.a) FROM c WHERE c.b < 5", null)]
    [TestCase("SELECT MIN(c.a) AS l, MAX(c.b) AS m FROM c", null)]
    [TestCase("SELECT MIN(c.a) AS l, COUNT(1) AS n FROM c", null)]
    public void Extreme_OfOnePath(string text, string? path) => Assert.That(Shape(text).Extreme?.ToString(), Is.EqualTo(path));

    [TestCase("SELECT c.a, COUNT(1) AS n FROM c GROUP BY c.a", "/a")]
    [TestCase("SELECT DISTINCT VALUE c.a.b FROM c WHERE c.a.b != 'x'", "/a/b")]
    [TestCase("SELECT LOWER(c.a) AS k, MAX(c.a) AS m FROM c GROUP BY LOWER(c.a)", "/a")]
    [TestCase("SELECT c.a, SUM(c.a) AS n FROM c GROUP BY c.a", null)]
    [TestCase("SELECT c.a, COUNT(1) AS n FROM c WHERE c.b = 1 GROUP BY c.a", null)]
    [TestCase("SELECT DISTINCT VALUE c.a + RAND() FROM c", null)]
    [TestCase("SELECT DISTINCT VALUE TOSTRING(c.a) FROM c", null)]
    [TestCase("SELECT VALUE c.a FROM c", null)]
    [TestCase("SELECT DISTINCT VALUE c.a[0] FROM c", null)]
    public void Alike_WhereOnePathIsAll(string text, string? path) => Assert.That(Shape(text).Alike?.ToString(), Is.EqualTo(path));

    [TestCase("SELECT * FROM c ORDER BY c.a DESC, c.b", "/a desc,/b")]
    [TestCase("SELECT * FROM c ORDER BY c.a, c.b + 1", "/a")]
    [TestCase("SELECT * FROM c ORDER BY c.a[0]", "")]
    [TestCase("SELECT DISTINCT c.a FROM c ORDER BY c.a", "")]
    public void Order_AsFarAsItIsOfPaths(string text, string expected) => Assert.That(
        string.Join(',', Shape(text).Order.Select(key => $"{key.Path}{(key.IsDescending ? " desc" : "")}")), Is.EqualTo(expected));

    private static QueryShape Shape(string text) => Queries.Bound(text).Shape;
}
