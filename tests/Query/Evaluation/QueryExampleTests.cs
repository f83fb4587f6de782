using Nacre.Query.Tests.Support;

namespace Nacre.Query.Tests.Evaluation;

/// <summary>The language clause by clause, on documents that fit on a page.</summary>
[TestFixture]
public sealed class QueryExampleTests
{
    private static readonly string[] Families =
    [
        """
        {"id":"AndersenFamily","lastName":"Andersen","address":{"state":"WA","county":"King","city":"Seattle"},"isRegistered":true,
         "children":[{"firstName":"Henriette","gender":"female","grade":5,"pets":[{"givenName":"Fluffy"}]}],"creationDate":1431620472}
        """,
        """
        {"id":"WakefieldFamily","address":{"state":"NY","county":"Manhattan","city":"NY"},"isRegistered":false,"creationDate":1431620462,
         "children":[{"givenName":"Jesse","gender":"female","grade":1,"pets":[{"givenName":"Goofy"},{"givenName":"Shadow"}]},
                     {"givenName":"Lisa","gender":"female","grade":8}]}
        """,
    ];

    [TestCase("SELECT VALUE f.id FROM Families f WHERE f.id = 'AndersenFamily'", "[\"AndersenFamily\"]")]
    [TestCase("SELECT f.address.city FROM Families f WHERE f.address.city = f.address.state", "[{\"city\":\"NY\"}]")]
    [TestCase("SELECT {\"Name\": f.id, \"City\": f.address.city} AS Family FROM Families f WHERE f.address.city = f.address.state",
        "[{\"Family\":{\"Name\":\"WakefieldFamily\",\"City\":\"NY\"}}]")]
    [TestCase("SELECT f.id, f.lastName FROM f", "[{\"id\":\"AndersenFamily\",\"lastName\":\"Andersen\"},{\"id\":\"WakefieldFamily\"}]")]
    [TestCase("SELECT f.address.state = 'NY', f.nothing, 2 FROM f", "[{\"$1\":false,\"$2\":2},{\"$1\":true,\"$2\":2}]")]
    [TestCase("SELECT VALUE f.lastName FROM f", "[\"Andersen\"]")]
    [TestCase("SELECT VALUE c.grade FROM c IN Families.children", "[5,1,8]")]
    [TestCase("SELECT * FROM Families.address.state", "[\"WA\",\"NY\"]")]
    [TestCase("SELECT * FROM Families.lastName", "[\"Andersen\"]")]
    [TestCase("SELECT VALUE COUNT(child) FROM child IN Families.children", "[3]")]
    [TestCase("SELECT f.id AS familyName, c.givenName AS child, p.givenName AS pet FROM Families f JOIN c IN f.children JOIN p IN c.pets",
        "[{\"familyName\":\"AndersenFamily\",\"pet\":\"Fluffy\"},{\"familyName\":\"WakefieldFamily\",\"child\":\"Jesse\",\"pet\":\"Goofy\"},{\"familyName\":\"WakefieldFamily\",\"child\":\"Jesse\",\"pet\":\"Shadow\"}]")]
    [TestCase("SELECT f.id FROM f JOIN f.nothing", "[]")]
    [TestCase("SELECT f.id FROM f JOIN n IN f.lastName", "[]")]
    [TestCase("SELECT VALUE f.id FROM f JOIN (SELECT VALUE c FROM c IN f.children WHERE c.grade > 4) AS k", "[\"AndersenFamily\",\"WakefieldFamily\"]")]
    [TestCase("SELECT VALUE [f.id, u.n] FROM f JOIN u IN (SELECT VALUE [{k: 'WA', n: 1}, {k: 'NY', n: 2}]) WHERE u.k = f.address.state",
        "[[\"AndersenFamily\",1],[\"WakefieldFamily\",2]]")]
    [TestCase("SELECT VALUE f.id FROM f WHERE EXISTS(SELECT VALUE p FROM c IN f.children JOIN p IN c.pets WHERE p.givenName = 'Shadow')", "[\"WakefieldFamily\"]")]
    [TestCase("SELECT VALUE ARRAY(SELECT VALUE c.grade FROM c IN f.children) FROM f", "[[5],[1,8]]")]
    [TestCase("SELECT f.id, (SELECT VALUE COUNT(1) FROM c IN f.children) AS n FROM f", "[{\"id\":\"AndersenFamily\",\"n\":1},{\"id\":\"WakefieldFamily\",\"n\":2}]")]
    [TestCase("SELECT VALUE f.children[1].givenName FROM f", "[\"Lisa\"]")]
    [TestCase("SELECT VALUE f.id FROM f ORDER BY f.address.city DESC", "[\"AndersenFamily\",\"WakefieldFamily\"]")]
    [TestCase("SELECT VALUE f.id FROM f ORDER BY f.creationDate", "[\"WakefieldFamily\",\"AndersenFamily\"]")]
    [TestCase("SELECT VALUE f.id FROM f ORDER BY f.lastName", "[\"WakefieldFamily\",\"AndersenFamily\"]")]
    [TestCase("SELECT TOP 1 VALUE f.id FROM f", "[\"AndersenFamily\"]")]
    [TestCase("SELECT VALUE f.id FROM f OFFSET 1 LIMIT 5", "[\"WakefieldFamily\"]")]
    [TestCase("SELECT VALUE f.id FROM f OFFSET 0 LIMIT 0", "[]")]
    [TestCase("SELECT DISTINCT VALUE c.gender FROM f JOIN c IN f.children", "[\"female\"]")]
    [TestCase("SELECT f.isRegistered, COUNT(1) AS n, MAX(c.grade) AS top FROM f JOIN c IN f.children GROUP BY f.isRegistered",
        "[{\"isRegistered\":true,\"n\":1,\"top\":5},{\"isRegistered\":false,\"n\":2,\"top\":8}]")]
    [TestCase("SELECT UPPER(f.lastName) AS name, COUNT(1) AS n FROM f GROUP BY UPPER(f.lastName)", "[{\"name\":\"ANDERSEN\",\"n\":1},{\"n\":1}]")]
    [TestCase("SELECT VALUE AVG(c.grade) FROM c IN f.children", "[4.666666666666667]")]
    [TestCase("SELECT VALUE {n: COUNT(1), sum: SUM(c.grade) + 1} FROM c IN f.children", "[{\"n\":3,\"sum\":15}]")]
    public void Run_OverFamilies_Answers(string text, string expected) => Assert.That(Queries.Rows(text, Families), Is.EqualTo(expected));

    [TestCase("true AND undefined", "undefined")]
    [TestCase("false AND undefined", "false")]
    [TestCase("true OR undefined", "true")]
    [TestCase("false OR undefined", "undefined")]
    [TestCase("true AND 1", "undefined")]
    [TestCase("NOT undefined", "undefined")]
    [TestCase("NOT 1", "undefined")]
    [TestCase("null = null", "true")]
    [TestCase("null = undefined", "undefined")]
    [TestCase("1 = '1'", "undefined")]
    [TestCase("1 != '1'", "undefined")]
    [TestCase("true = false", "false")]
    [TestCase("false < true", "true")]
    [TestCase("'a' < 'b'", "true")]
    [TestCase("'a' < 1", "undefined")]
    [TestCase("[1,2] = [1, 2]", "true")]
    [TestCase("[1] < [2]", "undefined")]
    [TestCase("{a: 1, b: 2} = {b: 2, a: 1}", "true")]
    [TestCase("{a: 1} != {a: 2}", "true")]
    [TestCase("5 BETWEEN 1 AND 5", "true")]
    [TestCase("5 NOT BETWEEN 1 AND 5", "false")]
    [TestCase("5 BETWEEN 'a' AND 7", "undefined")]
    [TestCase("5 IN (1, 2, 5)", "true")]
    [TestCase("5 IN (1, 2)", "false")]
    [TestCase("5 IN ('5')", "undefined")]
    [TestCase("5 NOT IN (1, 'a')", "undefined")]
    [TestCase("true IN (false)", "false")]
    [TestCase("undefined IN (undefined)", "undefined")]
    [TestCase("null ?? 1", "null")]
    [TestCase("undefined ?? 1", "1")]
    [TestCase("1 = 1 ? 'a' : 'b'", "\"a\"")]
    [TestCase("undefined ? 'a' : 'b'", "\"b\"")]
    [TestCase("'a' || 'b' || 'c'", "\"abc\"")]
    [TestCase("'a' || 1", "undefined")]
    [TestCase("7 % 3", "1")]
    [TestCase("-7 % 3", "-1")]
    [TestCase("1 + '1'", "undefined")]
    [TestCase("2 - 3 * 4 / 8", "0.5")]
    [TestCase("100 >> 2", "25")]
    [TestCase("100 << 2", "400")]
    [TestCase("100 >>> 0", "100")]
    [TestCase("-1 >>> 0", "4294967295")]
    [TestCase("-1 >> 1", "-1")]
    [TestCase("100 & 1000", "96")]
    [TestCase("100 | 1000", "1004")]
    [TestCase("100 ^ 1000", "908")]
    [TestCase("~1", "-2")]
    [TestCase("4294967297 & 3", "1")]
    [TestCase("-(-5)", "5")]
    [TestCase("+'a'", "undefined")]
    [TestCase("[1, undefined, 2]", "[1,2]")]
    [TestCase("{a: undefined, b: null}", "{\"b\":null}")]
    [TestCase("[10, 20][1]", "20")]
    [TestCase("[10, 20][2]", "undefined")]
    [TestCase("[10, 20]['0']", "undefined")]
    [TestCase("{a: 1}['a']", "1")]
    [TestCase("'abc'[0]", "undefined")]
    [TestCase("EXISTS(SELECT VALUE undefined)", "false")]
    [TestCase("EXISTS(SELECT VALUE null)", "true")]
    [TestCase("(SELECT VALUE undefined)", "undefined")]
    [TestCase("(SELECT 1 AS a)", "{\"a\":1}")]
    [TestCase("ARRAY(SELECT VALUE x FROM x IN (SELECT VALUE [3, 1, 2]) ORDER BY x)", "[1,2,3]")]
    [TestCase("'a😀b' LIKE 'a_b'", "true")]
    [TestCase("9007199254740993", "9007199254740993")]
    [TestCase("1.50", "1.5")]
    public void Run_AnExpression_Answers(string expression, string expected)
    {
        expected = expected == "undefined" ? "[{}]" : $"[{{\"v\":{expected}}}]";

        Assert.That(Queries.Rows($"SELECT VALUE {{v: {expression}}}"), Is.EqualTo(expected));
        // A member that is not there is no constant: the same, but not folded.
        string unfolded = expression.Replace("undefined", "c.nothing", StringComparison.Ordinal);
        Assert.That(Queries.Rows($"SELECT VALUE {{v: {unfolded}}} FROM c", "{}"), Is.EqualTo(expected));
    }

    [TestCase("COUNT(c.v)", "4", "1", "null", "\"a\"", "[]", "")]
    [TestCase("COUNT(1)", "2", "1", "")]
    [TestCase("COUNT(1)", "0")]
    [TestCase("SUM(c.v)", "0")]
    [TestCase("SUM(c.v)", "6", "1", "2", "", "3")]
    [TestCase("SUM(c.v)", "undefined", "1", "\"2\"")]
    [TestCase("SUM(c.v)", "undefined", "1", "null")]
    [TestCase("SUM(c.v)", "0.6", "0.1", "0.2", "0.3")]
    [TestCase("AVG(c.v)", "2", "1", "", "3")]
    [TestCase("AVG(c.v)", "undefined")]
    [TestCase("AVG(c.v)", "undefined", "true")]
    [TestCase("MIN(c.v)", "undefined")]
    [TestCase("MIN(c.v)", "null", "1", "null", "\"a\"", "")]
    [TestCase("MAX(c.v)", "\"a\"", "1", "null", "\"a\"", "")]
    [TestCase("MIN(c.v)", "false", "1", "true", "false")]
    [TestCase("MAX(c.v)", "undefined", "1", "[1]")]
    [TestCase("MIN(c.v)", "undefined", "{}", "1")]
    public void Run_AnAggregate_Answers(string aggregate, string expected, params string[] values)
    {
        string[] documents = [.. values.Select(value => value.Length == 0 ? "{}" : $"{{\"v\":{value}}}")];

        Assert.That(Queries.Rows($"SELECT VALUE {aggregate} FROM c", documents), Is.EqualTo(expected == "undefined" ? "[]" : $"[{expected}]"));
        Assert.That(Queries.Rows($"SELECT {aggregate} AS a FROM c", documents), Is.EqualTo(expected == "undefined" ? "[{}]" : $"[{{\"a\":{expected}}}]"));
    }

    [Test]
    public void Run_OrderByMixedTypes_SortsByTypeFirst()
    {
        string[] documents = ["{\"v\":{}}", "{\"v\":\"b\"}", "{\"v\":[]}", "{\"v\":2}", "{\"v\":true}", "{}", "{\"v\":false}", "{\"v\":null}", "{\"v\":\"a\"}", "{\"v\":-1}"];

        Assert.That(Queries.Rows("SELECT * FROM c ORDER BY c.v", documents), Is.EqualTo(
            "[{},{\"v\":null},{\"v\":false},{\"v\":true},{\"v\":-1},{\"v\":2},{\"v\":\"a\"},{\"v\":\"b\"},{\"v\":[]},{\"v\":{}}]"));
        Assert.That(Queries.Rows("SELECT TOP 2 * FROM c ORDER BY c.v DESC", documents), Is.EqualTo("[{\"v\":{}},{\"v\":[]}]"));
    }

    [Test]
    public void Run_GroupByOddKeys_KeepsThemApart()
    {
        string[] documents = ["{\"v\":1}", "{\"v\":1.0}", "{\"v\":\"1\"}", "{\"v\":null}", "{}", "{\"v\":[1]}", "{\"v\":[ 1 ]}", "{\"v\":{\"a\":1,\"b\":2}}", "{\"v\":{\"b\":2,\"a\":1}}"];

        Assert.That(Queries.Rows("SELECT c.v, COUNT(1) AS n FROM c GROUP BY c.v", documents), Is.EqualTo(
            "[{\"v\":1,\"n\":2},{\"v\":\"1\",\"n\":1},{\"v\":null,\"n\":1},{\"n\":1},{\"v\":[1],\"n\":2},{\"v\":{\"a\":1,\"b\":2},\"n\":2}]"));
    }

    [Test]
    public void Run_WithoutFrom_HasOneRowWhateverTheDocumentsAre()
    {
        Assert.That(Queries.Rows("SELECT 1 AS a", "{}", "{}"), Is.EqualTo("[{\"a\":1}]"));
        Assert.That(Queries.Rows("SELECT VALUE COUNT(1)", "{}", "{}"), Is.EqualTo("[1]"));
    }

    [Test]
    public void Run_TheWholeItem_IsWrittenAsItWas()
    {
        Assert.That(Queries.Rows("SELECT * FROM c", " {\"a\" : 1.0e0, \"b\":\"\\u0041\"} "), Is.EqualTo("[{\"a\" : 1.0e0, \"b\":\"\\u0041\"}]"));
        Assert.That(Queries.Rows("SELECT c.a FROM c", "{\"a\":12345678901234567890123}"), Is.EqualTo("[{\"a\":12345678901234567890123}]"));
    }
}
