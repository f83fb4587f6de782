using Nacre.Core.Errors;
using Nacre.Query.Syntax;

namespace Nacre.Query.Tests.Syntax;

/// <summary>What the texts of each clause mean, shown as canonical text: a missing or a wrong parenthesis tells.</summary>
[TestFixture]
public sealed class QueryParserTests
{
    // SELECT
    [TestCase("select * from c", "SELECT * FROM c")]
    [TestCase("SELECT VALUE 1", "SELECT VALUE 1")]
    [TestCase("SELECT c.a, c.b AS x, c.d y FROM c", "SELECT c.a, c.b AS x, c.d AS y FROM c")]
    [TestCase("SELECT c.a AS value FROM c", "SELECT c.a AS value FROM c")]
    [TestCase("SELECT DISTINCT TOP 5 c.a FROM c", "SELECT DISTINCT TOP 5 c.a FROM c")]
    [TestCase("SELECT TOP @n DISTINCT c.a FROM c", "SELECT DISTINCT TOP @n c.a FROM c")]
    [TestCase("SELECT VALUE {a: c.a, 'b c': [1, c.b, []], \"d\": {}} FROM c", "SELECT VALUE {\"a\": c.a, \"b c\": [1, c.b, []], \"d\": {}} FROM c")]
    // FROM
    [TestCase("SELECT * FROM c.children", "SELECT * FROM c.children")]
    [TestCase("SELECT * FROM Families.children[0] AS k", "SELECT * FROM Families.children[0] AS k")]
    [TestCase("SELECT * FROM t IN c['tags']", "SELECT * FROM t IN c.tags")]
    [TestCase("SELECT t FROM c x JOIN t IN x.tags JOIN u IN t.parts", "SELECT t FROM c AS x JOIN t IN x.tags JOIN u IN t.parts")]
    [TestCase("SELECT * FROM (SELECT c.a FROM c) AS s", "SELECT * FROM (SELECT c.a FROM c) AS s")]
    [TestCase("SELECT c.id FROM c JOIN (SELECT VALUE t FROM t IN c.tags WHERE t = 'a') s", "SELECT c.id FROM c JOIN (SELECT VALUE t FROM t IN c.tags WHERE t = \"a\") AS s")]
    [TestCase("SELECT c.id FROM c JOIN m IN (SELECT VALUE [1,2])", "SELECT c.id FROM c JOIN m IN (SELECT VALUE [1, 2])")]
    // WHERE
    [TestCase("SELECT * FROM c WHERE c.a=1 and c.b=2 Or c.d=3", "SELECT * FROM c WHERE c.a = 1 AND c.b = 2 OR c.d = 3")]
    [TestCase("SELECT * FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags)", "SELECT * FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags)")]
    // GROUP BY, ORDER BY, OFFSET
    [TestCase("SELECT c.a, COUNT(1) AS n FROM c GROUP BY c.a, c.b", "SELECT c.a, COUNT(1) AS n FROM c GROUP BY c.a, c.b")]
    [TestCase("SELECT * FROM c ORDER BY c.a, c.b DESC, LOWER(c.d) asc", "SELECT * FROM c ORDER BY c.a ASC, c.b DESC, LOWER(c.d) ASC")]
    [TestCase("SELECT * FROM c OFFSET 10 LIMIT @n", "SELECT * FROM c OFFSET 10 LIMIT @n")]
    // Comments and blanks
    [TestCase("SELECT -- all\n * /* of\n them */ FROM c --", "SELECT * FROM c")]
    [TestCase("\uFEFFSELECT\t*\r\nFROM\u00A0c", "SELECT * FROM c")]
    public void Parse_AClause_IsPrintedInItsCanonicalForm(string text, string canonical)
    {
        SelectQuery query = Parsed(text);

        Assert.That(query.ToString(), Is.EqualTo(canonical));
        Assert.That(TreeText.Of(Parsed(canonical)), Is.EqualTo(TreeText.Of(query)));
    }

    [TestCase("a + b * c", "a + b * c")]
    [TestCase("(a + b) * c", "(a + b) * c")]
    [TestCase("a - (b - c)", "a - (b - c)")]
    [TestCase("(a - b) - c", "a - b - c")]
    [TestCase("a || b || 'x' = 'y'", "a || b || \"x\" = \"y\"")]
    [TestCase("a & 1 = 1", "a & 1 = 1")]
    [TestCase("a & (b = 1)", "a & (b = 1)")]
    [TestCase("a | b ^ c & d << 1 >> 2 >>> 3", "a | b ^ c & d << 1 >> 2 >>> 3")]
    [TestCase("((a | b) ^ c) & d", "((a | b) ^ c) & d")]
    [TestCase("NOT a = b", "NOT a = b")]
    [TestCase("(NOT a) = b", "(NOT a) = b")]
    [TestCase("NOT (a AND b)", "NOT (a AND b)")]
    [TestCase("NOT NOT a", "NOT NOT a")]
    [TestCase("a OR b AND c", "a OR b AND c")]
    [TestCase("(a OR b) AND c", "(a OR b) AND c")]
    [TestCase("(a OR b) OR (c OR d)", "a OR b OR c OR d")]
    [TestCase("a AND (b AND c)", "a AND b AND c")]
    [TestCase("a < b = c < d", "a < b = c < d")]
    [TestCase("a < (b = c)", "a < (b = c)")]
    [TestCase("a <> b", "a != b")]
    [TestCase("a BETWEEN 1 + 1 AND 5 AND b", "a BETWEEN 1 + 1 AND 5 AND b")]
    [TestCase("a NOT BETWEEN 1 AND 2", "a NOT BETWEEN 1 AND 2")]
    [TestCase("a IN (1, 'b', @c)", "a IN (1, \"b\", @c)")]
    [TestCase("a NOT IN ((SELECT VALUE 1))", "a NOT IN ((SELECT VALUE 1))")]
    [TestCase("a LIKE '%x!%' ESCAPE '!'", "a LIKE \"%x!%\" ESCAPE \"!\"")]
    [TestCase("a NOT LIKE b || '%'", "a NOT LIKE b || \"%\"")]
    [TestCase("a ?? b ?? c", "a ?? b ?? c")]
    [TestCase("a ?? (b ?? c)", "a ?? (b ?? c)")]
    [TestCase("a OR b ?? c ? d : e ? f : g", "a OR b ?? c ? d : e ? f : g")]
    [TestCase("(a ? b : c) ? d : e", "(a ? b : c) ? d : e")]
    [TestCase("-1", "-1")]
    [TestCase("- -a", "-(-a)")]
    [TestCase("-(a + b) * ~c", "-(a + b) * ~c")]
    [TestCase("+a.b", "+a.b")]
    [TestCase("c.order.value", "c[\"order\"][\"value\"]")]
    [TestCase("c['a b'][0][@i]['x']", "c[\"a b\"][0][@i].x")]
    [TestCase("c[c.i + 1]", "c[c.i + 1]")]
    [TestCase("udf.tax(c.a, 1)", "udf.tax(c.a, 1)")]
    [TestCase("UDF.tax()", "udf.tax()")]
    [TestCase("udf.tax", "udf.tax")]
    [TestCase("array_contains(c.tags, 'a')[0].b", "array_contains(c.tags, \"a\")[0].b")]
    [TestCase("ARRAY(SELECT VALUE t FROM t IN c.tags)", "ARRAY(SELECT VALUE t FROM t IN c.tags)")]
    [TestCase("(SELECT VALUE COUNT(1) FROM t IN c.tags) > 1", "(SELECT VALUE COUNT(1) FROM t IN c.tags) > 1")]
    [TestCase("TRUE AND nUll != undefined", "true AND null != undefined")]
    [TestCase("'it\\'s \"\\u00e4\\n\\/'", "\"it's \\\"ä\\n/\"")]
    [TestCase("\"\\ud83d\"", "\"\\ud83d\"")]
    [TestCase("1.50 + .5 + 1e3 + 2E-2 + 9007199254740993", "1.50 + .5 + 1e3 + 2E-2 + 9007199254740993")]
    [TestCase("straße.größe", "straße.größe")]
    public void ParseExpression_OperatorsAndPaths_BindAsWritten(string text, string canonical)
    {
        SqlExpression expression = QueryParser.ParseExpression(text).Value;

        Assert.That(expression.ToString(), Is.EqualTo(canonical));
        Assert.That(TreeText.Of(QueryParser.ParseExpression(canonical).Value), Is.EqualTo(TreeText.Of(expression)));
    }

    [Test]
    public void ParseExpression_AnOperator_NamesItsOwnPlace()
    {
        SqlExpression expression = QueryParser.ParseExpression("c.a\r\n +  c.b").Value;

        Assert.That(expression.Position, Is.EqualTo(new SourcePosition(6, 2, 2)));
        Assert.That(((BinaryExpression)expression).Right.Position, Is.EqualTo(new SourcePosition(11, 2, 7)));
    }

    [Test]
    public void Parse_AChainOfThousands_IsOneNode()
    {
        string text = "SELECT * FROM c WHERE " + string.Join(" OR ", Enumerable.Range(0, 5_000).Select(at => $"(c.id = '{at}' AND c.pk = {at})"));

        SelectQuery query = Parsed(text);

        Assert.That(((LogicalExpression)query.Where!).Operands, Has.Count.EqualTo(5_000));
        Assert.That(query.Depth, Is.LessThan(10));
    }

    [TestCase("(", ")")]
    [TestCase("-(", ")")]
    [TestCase("NOT ", "")]
    [TestCase("[", "]")]
    [TestCase("{a:", "}")]
    [TestCase("f(", ")")]
    [TestCase("1 + (", ")")]
    [TestCase("(SELECT VALUE ", ")")]
    [TestCase("true ? 1 : ", "")]
    [TestCase("c[", "]")]
    [TestCase("", " + 1")]
    [TestCase("", ".a")]
    [TestCase("", " ?? 1")]
    public void Parse_NestedTooDeeply_IsRefusedOnASmallStack(string before, string after)
    {
        const int Levels = 20_000;
        string inner = after == ".a" ? "c" : "1";
        string text = "SELECT VALUE " + string.Concat(Enumerable.Repeat(before, Levels)) + inner + string.Concat(Enumerable.Repeat(after, Levels));

        NacreError? error = OnASmallStack(() => QueryParser.Parse(text).Error);

        Assert.That(error?.Code, Is.EqualTo(ErrorCode.QueryLimit));
        Assert.That(error?.Message, Does.Match("^Line 1, column [0-9]+: the query is nested more than 256 levels deep"));
    }

    [Test]
    public void Parse_AtTheDeepestLevel_IsReadAndPrintedOnASmallStack()
    {
        const int Levels = QueryParser.MaxDepth - 3;
        string text = "SELECT VALUE " + new string('[', Levels) + "1" + new string(']', Levels);

        Assert.That(OnASmallStack(() => Parsed(text).ToString()), Is.EqualTo(text));
    }

    [Test]
    public void Parse_ATextTooLong_IsRefused()
    {
        NacreError? error = QueryParser.Parse(new string(' ', QueryParser.MaxTextLength + 1)).Error;

        Assert.That(error?.Code, Is.EqualTo(ErrorCode.QueryLimit));
    }

    internal static SelectQuery Parsed(string text)
    {
        Result<SelectQuery> result = QueryParser.Parse(text);
        Assert.That(result.Error?.Message, Is.Null, text);
        return result.Value;
    }

    internal static T OnASmallStack<T>(Func<T> read)
    {
        T? result = default;
        Exception? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = read();
            }
            catch (Exception caught)
            {
                fault = caught;
            }
        }, 512 * 1024);
        thread.Start();
        thread.Join();
        Assert.That(fault, Is.Null);
        return result!;
    }
}
