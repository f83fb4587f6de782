using Nacre.Core.Errors;
using Nacre.Query.Binding;
using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Tests.Support;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Binding;

/// <summary>What names and calls mean, and what is refused for meaning nothing.</summary>
[TestFixture]
public sealed class QueryBinderTests
{
    [TestCase("SELECT VALUE c.a", 1, 14, "the name 'c' is not known here: the query has no FROM before it.")]
    [TestCase("SELECT d.a FROM c", 1, 8, "the name 'd' is not known here; known are c.")]
    [TestCase("SELECT c.a FROM c AS r", 1, 8, "the name 'c' is not known here; known are r.")]
    [TestCase("SELECT C.a FROM c", 1, 8, "the name 'C' is not known here; known are c.")]
    [TestCase("SELECT c.a FROM c JOIN t IN d.tags", 1, 29, "the name 'd' is not known here; known are c.")]
    [TestCase("SELECT c.a FROM c WHERE EXISTS(SELECT VALUE t FROM t IN x.tags)", 1, 57, "the name 'x' is not known here; known are c.")]
    [TestCase("SELECT c.a FROM c JOIN c IN c.tags", 1, 24, "two inputs are named \"c\": give one another name with AS.")]
    [TestCase("SELECT * ", 1, 1, "SELECT * needs a FROM.")]
    [TestCase("SELECT * FROM c JOIN t IN c.tags", 1, 1, "SELECT * needs a single input, and FROM has a JOIN: name what each row answers.")]
    [TestCase("SELECT * FROM c GROUP BY c.a", 1, 1, "SELECT * cannot stand with GROUP BY or aggregates: name what each group answers.")]
    [TestCase("SELECT c.a, c.b AS a FROM c", 1, 15, "two expressions of SELECT are named \"a\": give one another name with AS.")]
    [TestCase("SELECT VALUE {a: 1, 'a': 2}", 1, 21, "the object has two members \"a\".")]
    [TestCase("SELECT c.a, COUNT(1) FROM c", 1, 8, "'c' is read for a group: read a key of GROUP BY, or put it into an aggregate.")]
    [TestCase("SELECT c.b FROM c GROUP BY c.a", 1, 8, "'c' is read for a group: read a key of GROUP BY, or put it into an aggregate.")]
    [TestCase("SELECT c.a FROM c GROUP BY c.a ORDER BY c.b", 1, 41, "'c' is read for a group: read a key of GROUP BY, or put it into an aggregate.")]
    [TestCase("SELECT c.a, (SELECT VALUE c.b) AS x FROM c GROUP BY c.a", 1, 27, "'c' is read for a group: read a key of GROUP BY, or put it into an aggregate.")]
    [TestCase("SELECT c.a FROM c WHERE COUNT(1) > 1", 1, 25, "the aggregate COUNT can stand in SELECT and ORDER BY only, and in no other aggregate.")]
    [TestCase("SELECT c.a FROM c GROUP BY max(c.a)", 1, 28, "the aggregate MAX can stand in SELECT and ORDER BY only, and in no other aggregate.")]
    [TestCase("SELECT SUM(AVG(c.a)) FROM c", 1, 12, "the aggregate AVG can stand in SELECT and ORDER BY only, and in no other aggregate.")]
    [TestCase("SELECT COUNT() FROM c", 1, 8, "COUNT takes 1 argument, not 0.")]
    [TestCase("SELECT SUM(c.a, 1) FROM c", 1, 8, "SUM takes 1 argument, not 2.")]
    [TestCase("SELECT nosuch(1)", 1, 8, "there is no function 'nosuch'.")]
    [TestCase("SELECT udf.nosuch(1)", 1, 8, "there is no user-defined function 'nosuch'.")]
    [TestCase("SELECT ABS(1, 2)", 1, 8, "ABS takes 1 argument, not 2.")]
    [TestCase("SELECT CONCAT('a')", 1, 8, "CONCAT takes at least 2 arguments, not 1.")]
    [TestCase("SELECT CONTAINS('a')", 1, 8, "CONTAINS takes 2 to 3 arguments, not 1.")]
    [TestCase("SELECT VALUE @p", 1, 14, "the parameter @p has no value.")]
    [TestCase("SELECT TOP 1.5 * FROM c", 1, 12, "TOP takes a whole number from 0 to 2147483647.")]
    [TestCase("SELECT * FROM c OFFSET 0 LIMIT 3000000000", 1, 32, "LIMIT takes a whole number from 0 to 2147483647.")]
    [TestCase("SELECT * FROM c OFFSET 0.5 LIMIT 3", 1, 24, "OFFSET takes a whole number from 0 to 2147483647.")]
    [TestCase("SELECT TOP 1 * FROM c OFFSET 0 LIMIT 3", 1, 12, "TOP and OFFSET … LIMIT cannot stand in one query.")]
    [TestCase("SELECT\n  c.a\nFROM c\nWHERE c.b = d", 4, 13, "the name 'd' is not known here; known are c.")]
    public void Bind_WhatMeansNothing_IsRefusedWithItsPlace(string text, int line, int column, string message)
    {
        NacreError? error = Queries.BindingError(text);

        Assert.That(error?.Code, Is.EqualTo(ErrorCode.QuerySemantic));
        Assert.That(error?.Message, Is.EqualTo($"Line {line}, column {column}: {message}"));
    }

    [TestCase("SELECT * FROM c", "/")]
    [TestCase("SELECT c.a FROM c", "/a")]
    [TestCase("SELECT c.a.b, c.a FROM c WHERE c['x y'] = 1", "/\"x y\" /a /a/b")]
    [TestCase("SELECT VALUE c.tags[0].n FROM c", "/tags/0/n")]
    [TestCase("SELECT VALUE x.y FROM c.o AS x", "/o /o/y")]
    [TestCase("SELECT VALUE t.n FROM c JOIN t IN c.tags", "/tags")]
    [TestCase("SELECT VALUE 1 FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = c.a)", "/a /tags")]
    [TestCase("SELECT COUNT(1) AS n, c.a FROM c GROUP BY c.a", "/a")]
    [TestCase("SELECT VALUE COUNT(1) FROM c", "")]
    [TestCase("SELECT VALUE c[LOWER('A')] FROM c", "/a")]
    [TestCase("SELECT VALUE c[c.k] FROM c", "/ /k")]
    [TestCase("SELECT VALUE i.a FROM (SELECT VALUE inner.o FROM inner) AS i", "/o")]
    [TestCase("SELECT VALUE 1", "")]
    public void Bind_AQuery_KnowsThePathsItReads(string text, string paths)
    {
        BoundQuery query = Queries.Bound(text);

        Assert.That(string.Join(" ", query.Paths.Select(path => path.ToString()).Order(StringComparer.Ordinal)), Is.EqualTo(paths));
    }

    [TestCase("1 + 2 * 3", "7")]
    [TestCase("LOWER('AB') || 'c'", "\"abc\"")]
    [TestCase("[1, {a: 2}, undefined]", "[1,{\"a\":2}]")]
    [TestCase("5 IN (1, 5) AND NOT 'x' LIKE 'y'", "true")]
    [TestCase("c.a = 1 AND false", "false")]
    [TestCase("c.a = 1 OR true", "true")]
    [TestCase("{a: {b: 5}}.a['b']", "5")]
    [TestCase("@p", "{\"x\":1}")]
    [TestCase("@p.x + 1", "2")]
    public void Bind_ConstantParts_AreFolded(string expression, string value)
    {
        BoundQuery query = Queries.Bound($"SELECT VALUE {expression} FROM c", new Dictionary<string, QueryValue> { ["@p"] = Queries.Value("{\"x\":1}") });

        Assert.That((query.Plan.Projection as ConstantNode)?.Value.ToString(), Is.EqualTo(value));
    }

    [TestCase("RAND()")]
    [TestCase("c.a")]
    [TestCase("ARRAY_CONCAT([REPLICATE('0123456789', 900)], [REPLICATE('0123456789', 900), REPLICATE('0123456789', 900), REPLICATE('0123456789', 900), " +
        "REPLICATE('0123456789', 900), REPLICATE('0123456789', 900), REPLICATE('0123456789', 900), REPLICATE('0123456789', 900), REPLICATE('0123456789', 900)])")]
    public void Bind_WhatIsNotConstant_IsNotFolded(string expression)
    {
        Assert.That(Queries.Bound($"SELECT VALUE {expression} FROM c").Plan.Projection, Is.Not.InstanceOf<ConstantNode>());
    }

    [Test]
    public void Bind_TooManyJoins_IsRefused()
    {
        string joins = string.Concat(Enumerable.Range(0, QueryBinder.MaxSources).Select(at => $" JOIN t{at} IN c.tags"));

        Assert.That(Queries.BindingError("SELECT VALUE 1 FROM c" + joins)?.Code, Is.EqualTo(ErrorCode.QueryLimit));
    }
}
