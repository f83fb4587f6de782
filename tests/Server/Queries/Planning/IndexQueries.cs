using System.Globalization;
using Nacre.Query.Tests.Random;
using Nacre.Testing;

namespace Nacre.Server.Tests.Queries.Planning;

/// <summary>Texts of queries that indexes have something to say about, over <see cref="RandomDocuments"/> with the members of <see cref="RandomGeometries"/>.</summary>
/// <remarks>The same source gives the same queries.</remarks>
internal sealed class IndexQueries(SeededRandom random)
{
    private static readonly string[] Paths = ["c.a", "c.b", "c.d", "c.o.a", "c.o", "c.id", "c.pk", "c[\"größe\"]", "c[\"x y\"]", "c.tags", "c.tags[0]", "c.missing"];

    private static readonly string[] Operators = ["=", "=", "!=", "<", "<=", ">", ">="];

    private readonly RandomGeometries _geometries = new(random);

    public string Next() => random.Next(10) switch
    {
        0 => $"SELECT VALUE COUNT({(random.OneIn(4) ? Path() : "1")}) FROM c{Where(1)}",
        1 => $"SELECT MIN({Again(out string extreme)}) AS least, MAX({extreme}) AS most FROM c{(random.OneIn(2) ? "" : $" WHERE {extreme} > {Literal()}")}",
        2 => $"SELECT {Again(out string key)} AS k, COUNT(1) AS n FROM c{(random.OneIn(3) ? Where(1) : "")} GROUP BY {key}",
        3 => $"SELECT DISTINCT VALUE {Path()} FROM c{(random.OneIn(3) ? Where(1) : "")}",
        4 or 5 => $"SELECT {(random.OneIn(3) ? $"TOP {random.Next(9)} " : "")}c.id AS id, {Again(out string order)} AS v FROM c{(random.OneIn(2) ? "" : Where(2))} ORDER BY {order}{Direction()}{(random.OneIn(3) ? $", {Path()}{Direction()}" : "")}",
        6 => $"SELECT VALUE c.id FROM c{Where(2)} ORDER BY {Path()}{Direction()} OFFSET {random.Next(4)} LIMIT {random.Next(12)}",
        7 => $"SELECT c.id AS id, t AS t FROM c JOIN t IN c.tags WHERE t {Operator()} {Literal()}{(random.OneIn(2) ? "" : $" AND {Condition(1)}")}",
        8 => $"SELECT {(random.OneIn(2) ? "VALUE c.id" : "c.id AS id, p AS p")} FROM c JOIN p IN c.places WHERE {_geometries.Filter("p")}",
        _ => $"SELECT VALUE c.id FROM c{Where(3)}",
    };

    private string Where(int levels) => $" WHERE {Condition(levels)}";

    private string Condition(int levels) => random.Next(levels > 0 ? 16 : 12) switch
    {
        0 => $"{Path()} BETWEEN {Literal()} AND {Literal()}",
        1 => $"{Path()} IN ({Literal()}, {Literal()}, {Literal()})",
        2 => $"{(random.OneIn(3) ? "NOT " : "")}IS_DEFINED({Path()})",
        3 => $"STARTSWITH({Path()}, {Text()})",
        4 => $"{Path()} LIKE {(random.OneIn(2) ? "\"a%\"" : "\"ab\"")}",
        5 => $"ARRAY_CONTAINS(c.tags, {Literal()})",
        6 => $"EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t {Operator()} {Literal()})",
        7 => $"{Pick(["IS_NUMBER", "IS_STRING", "IS_NULL", "IS_BOOL", "IS_ARRAY", "IS_OBJECT"])}({Path()})",
        8 or 9 => $"{Path()} {Operator()} {Literal()}",
        10 or 11 => _geometries.Filter(),
        12 or 13 => $"({Condition(levels - 1)} AND {Condition(levels - 1)})",
        14 => $"({Condition(levels - 1)} OR {Condition(levels - 1)})",
        _ => $"NOT ({Condition(levels - 1)})",
    };

    private string Again(out string path) => path = Path();

    private string Path() => Pick(Paths);

    private string Operator() => Pick(Operators);

    private string Direction() => random.OneIn(2) ? " DESC" : "";

    private string Literal() => random.Next(7) switch
    {
        0 => Pick(["null", "true", "false", "[]", "{}", "undefined"]),
        1 or 2 or 3 => (random.Next(30) - 10).ToString(CultureInfo.InvariantCulture),
        _ => Text(),
    };

    private string Text() => $"\"{Pick(["", "a", "b", "ab", "abc", "aab", "bca", "ä", "😀", "10", "zzzz", new string('x', 128), new string('x', 130) + "b"])}\"";

    private string Pick(string[] items) => items[random.Next(items.Length)];
}
