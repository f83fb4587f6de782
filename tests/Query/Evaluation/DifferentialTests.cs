using System.Buffers;
using System.Text;
using Nacre.Core.Errors;
using Nacre.Query.Binding;
using Nacre.Query.Evaluation;
using Nacre.Query.Syntax;
using Nacre.Query.Tests.Brute;
using Nacre.Query.Tests.Random;
using Nacre.Query.Tests.Support;
using Nacre.Query.Tests.Syntax;
using Nacre.Query.Values;
using Nacre.Testing;

namespace Nacre.Query.Tests.Evaluation;

/// <summary>Random queries over random documents against <see cref="BruteEvaluator"/>, which shares no code with the product.</summary>
[TestFixture]
public sealed class DifferentialTests
{
    private const int Cases = 2_000;
    private const int LongCases = 100_000;

    private static readonly IReadOnlyDictionary<string, QueryValue> Parameters =
        RandomQueries.Parameters.ToDictionary(pair => pair.Key, pair => Queries.Value(pair.Value), StringComparer.Ordinal);

    [Test]
    public void Run_RandomQueries_AnswerAsTheBruteForceDoes() => Compare(1, Cases);

    [Test]
    [Category("Long")]
    public void Run_ManyRandomQueries_AnswerAsTheBruteForceDoes() => Compare(1_000_000, LongCases);

    private static void Compare(ulong firstSeed, int cases)
    {
        var brute = new BruteEvaluator(RandomQueries.Parameters.ToDictionary(pair => pair.Key, pair => BruteValue.Parse(pair.Value), StringComparer.Ordinal));
        int rowsSeen = 0;
        int groupedSeen = 0;
        for (ulong seed = firstSeed; seed < firstSeed + (ulong)cases; seed++)
        {
            var random = new SeededRandom(seed);
            var source = new RandomDocuments(random);
            string[] documents = [.. Enumerable.Range(0, random.Next(24)).Select(source.Next)];
            SelectQuery generated = new RandomQueries(random).Next();
            string text = generated.ToString();
            SelectQuery query = QueryParserTests.Parsed(text);
            Assert.That(TreeText.Of(query), Is.EqualTo(TreeText.Of(generated)), $"seed {seed}: {text}");
            Assert.That(query.ToString(), Is.EqualTo(text), $"seed {seed}");

            BoundQuery bound = Queries.Bound(text, Parameters);
            (List<string> rows, NacreError? error) = Queries.Run(Queries.Pipeline(bound), documents);
            Assert.That(error?.Message, Is.Null, $"seed {seed}: {text}");

            List<string> expected = [.. brute.Run(query, [.. documents.Select(BruteValue.Parse)]).Select(BruteValue.Text)];
            Assert.That(rows.Select(row => BruteValue.Text(BruteValue.Parse(row))), Is.EqualTo(expected), $"seed {seed}: {text}\n{string.Join("\n", documents)}");
            rowsSeen += rows.Count;
            if (bound.IsGrouped && bound.ReadsDocuments)
            {
                groupedSeen++;
                Assert.That(InParts(bound, documents, random), Is.EqualTo(rows), $"seed {seed}, in parts: {text}");
            }
        }

        // Without rows, or groups, the comparison would say little.
        Assert.That(rowsSeen, Is.GreaterThan(cases));
        Assert.That(groupedSeen, Is.GreaterThan(cases / 10));
    }

    /// <summary>The same query over two parts of the documents, merged.</summary>
    private static List<string> InParts(BoundQuery query, string[] documents, SeededRandom random)
    {
        int cut = random.Next(documents.Length + 1);
        QueryPipeline merged = Queries.Pipeline(query);
        foreach (string[] part in (string[][])[documents[..cut], documents[cut..]])
        {
            QueryPipeline pipeline = Queries.Pipeline(query);
            foreach (string document in part.TakeWhile(_ => !pipeline.IsDone))
            {
                Assert.That(pipeline.Add(Encoding.UTF8.GetBytes(document)).IsOk);
            }

            var groups = new ArrayBufferWriter<byte>();
            pipeline.WriteGroups(groups);
            Assert.That(merged.AddGroups(groups.WrittenMemory).IsOk);
        }

        return Queries.Run(merged, []).Rows;
    }
}
