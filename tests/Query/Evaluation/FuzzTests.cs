using Nacre.Core.Errors;
using Nacre.Query.Binding;
using Nacre.Query.Evaluation;
using Nacre.Query.Syntax;
using Nacre.Query.Tests.Random;
using Nacre.Query.Tests.Support;
using Nacre.Query.Tests.Syntax;
using Nacre.Testing;

namespace Nacre.Query.Tests.Evaluation;

/// <summary>Texts that are nearly queries: whatever they are, they get an answer or a refusal.</summary>
[TestFixture]
public sealed class FuzzTests
{
    private const int Texts = 50_000;

    private static readonly string[] Pieces =
    [
        "SELECT", "VALUE", "*", "FROM", "c", "JOIN", "IN", "WHERE", "(", ")", "[", "]", "{", "}", ",", ".", ":", "?", "??", "\"", "'", "\\", "--", "/*",
        "*/", "@p0", "1", "1e308", "-", "~", "NOT", "BETWEEN", "AND", "OR", "LIKE", "ESCAPE", "EXISTS", "ARRAY", "GROUP BY", "ORDER BY", "OFFSET 0 LIMIT 1",
        "TOP 1", "DISTINCT", "COUNT(1)", "udf.f(", "undefined", "\0", "\uD83D", "😀", "c.a.b[0]", "||", ">>>", "<>", "RegexMatch(", "REPLICATE('x',", "1e9",
    ];

    private static readonly QueryLimits Small = new() { MaxSteps = 200_000, MaxHeldBytes = 100_000, MaxValueBytes = 10_000 };

    [Test]
    public void Parse_FuzzedTexts_GetAnAnswerOrARefusal()
    {
        var random = new SeededRandom(77);
        string[] documents = [.. Enumerable.Range(0, 3).Select(new RandomDocuments(random).Next)];
        int answered = 0;
        int refused = 0;
        string text = "";
        for (int at = 0; at < Texts; at++)
        {
            text = at % 4 == 0 ? new RandomQueries(random).Next().ToString() : text;
            text = Mutated(text, random);
            Result<SelectQuery> parsed = QueryParser.Parse(text);
            if (!parsed.IsOk)
            {
                Assert.That(parsed.Error.Message, Does.Match("^Line [0-9]+, column [0-9]+: ").And.EndsWith("."), text);
                refused++;
                continue;
            }

            string canonical = parsed.Value.ToString();
            Assert.That(TreeText.Of(QueryParserTests.Parsed(canonical)), Is.EqualTo(TreeText.Of(parsed.Value)), text);
            Result<BoundQuery> bound = QueryBinder.Bind(parsed.Value, Queries.NoParameters, NoUserFunctions.Instance);
            if (bound.IsOk)
            {
                Queries.Run(Queries.Pipeline(bound.Value, Small), documents);
                answered++;
            }
        }

        Assert.That(answered, Is.GreaterThan(Texts / 100));
        Assert.That(refused, Is.GreaterThan(Texts / 4));
    }

    private static string Mutated(string text, SeededRandom random)
    {
        int at = random.Next(text.Length + 1);
        int length = Math.Min(random.Next(8), text.Length - at);
        int from = random.Next(text.Length + 1);
        string copied = text.Substring(from, Math.Min(random.Next(20), text.Length - from));
        return random.Next(5) switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
            2 => text.Insert(at, " " + Pieces[random.Next(Pieces.Length)] + " "),
            3 => text.Insert(at, copied),
            _ => text.Remove(at, length).Insert(at, ((char)random.Next(0x180)).ToString()),
        };
    }
}
