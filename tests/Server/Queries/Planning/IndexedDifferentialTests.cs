using System.Globalization;
using System.Text;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Protocol.V1;
using Nacre.Query.Binding;
using Nacre.Query.Evaluation;
using Nacre.Query.Syntax;
using Nacre.Query.Tests.Brute;
using Nacre.Query.Tests.Random;
using Nacre.Query.Values;
using Nacre.Server.Queries;
using Nacre.Testing;

namespace Nacre.Server.Tests.Queries.Planning;

/// <summary>
/// Random queries over random documents in a real shard, answered by whatever plan is chosen, against
/// <see cref="BruteEvaluator"/>: over one range and several, under several policies, while items change, and before, during
/// and after indexes are built anew.
/// </summary>
[TestFixture]
public sealed class IndexedDifferentialTests
{
    private const int QueriesOfABench = 25;

    private static readonly IndexingPolicy[] Policies =
    [
        IndexingPolicy.Default,
        IndexingPolicy.Parse(
            """
            {"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/d/*"}],
             "compositeIndexes":[[{"path":"/a"},{"path":"/b","order":"descending"}],[{"path":"/pk"},{"path":"/a"}],[{"path":"/b"},{"path":"/pk"},{"path":"/a","order":"descending"}]]}
            """).Value,
        IndexingPolicy.Parse("""{"includedPaths":[{"path":"/a/*"},{"path":"/tags/*"}],"excludedPaths":[{"path":"/*"}]}""").Value,
        IndexingPolicy.Parse(
            """
            {"includedPaths":[{"path":"/*"}],"excludedPaths":[{"path":"/d/*"}],
             "spatialIndexes":[{"path":"/place/?","types":["Point","LineString","Polygon","MultiPolygon"]},{"path":"/places/[]/?","types":["Point"]}]}
            """).Value,
        IndexingPolicy.Parse("""{"spatialIndexes":[{"path":"/*","types":["Point","Polygon"]}]}""").Value,
        IndexingPolicy.None,
    ];

    [Test]
    public Task Query_RandomOverIndexes_AnswersAsTheBruteForceDoes() => CompareAsync(1, benches: 80);

    [Test]
    [Category("Long")]
    public Task Query_ManyRandomOverIndexes_AnswerAsTheBruteForceDoes() => CompareAsync(1_000_000, benches: 4_000);

    private static async Task CompareAsync(ulong firstSeed, int benches)
    {
        HashSet<string> plans = [];
        for (ulong seed = firstSeed; seed < firstSeed + (ulong)benches; seed++)
        {
            await RunAsync(seed, plans);
        }

        // Each way of finding items had its turn, or the comparison would say little of it.
        Assert.That(plans, Is.SupersetOf(new[] { "scan", "lookup", "walk", "order", "count", "ends", "values", "spatial" }));
    }

    private static async Task RunAsync(ulong seed, HashSet<string> plans)
    {
        var random = new SeededRandom(seed);
        IndexingPolicy policy = Policies[random.OneIn(8) ? Policies.Length - 1 : random.Next(Policies.Length - 1)];
        await using var bench = new QueryBench(ranges: 1 + random.Next(4), policy, random.OneIn(2) ? "/pk" : "/id")
        {
            Serving = random.OneIn(3) ? new QueryServing { MostLookedAt = 1 + random.Next(20) } : new QueryServing(),
        };
        var documents = new RandomDocuments(random);
        int count = random.Next(60);
        for (int at = 0; at < count; at++)
        {
            bench.Upsert(WithPlaces(random, Odd(random, at, documents.Next(at))));
        }

        for (int at = 0; at < QueriesOfABench; at++)
        {
            Change(bench, random, documents, count);
            string text = random.OneIn(4) ? new RandomQueries(random).Next().ToString() : new IndexQueries(random).Next();
            string place = $"seed {seed}, query {at}: {text}";
            await CompareAsync(bench, random, text, place, plans);
        }
    }

    /// <summary>Writes an item, or has indexes built anew, some slices of it.</summary>
    private static void Change(QueryBench bench, SeededRandom random, RandomDocuments documents, int count)
    {
        if (count > 0 && random.OneIn(2))
        {
            int id = random.Next(count);
            string old = bench.Items.FirstOrDefault(json => json.Contains($"\"id\":\"{id}\"", StringComparison.Ordinal)) ?? "";
            string next = WithPlaces(random, documents.Next(id));
            if (old.Length > 0)
            {
                bench.Delete(old);
            }

            if (!random.OneIn(4))
            {
                bench.Upsert(next);
                if (random.OneIn(2))
                {
                    // Its partition key is the same: this one is a replace, after which the item keeps its number.
                    bench.Upsert(next.Insert(next.LastIndexOf('}'), ",\"late\":1"));
                }
            }
        }

        if (random.OneIn(12))
        {
            bench.SetIndexing(Policies[random.Next(Policies.Length)]);
        }

        for (int slices = random.Next(3); slices > 0; slices--)
        {
            bench.Bench.Machine.Maintain();
        }

        if (random.OneIn(20))
        {
            bench.Bench.Checkpoint();
        }
    }

    private static async Task CompareAsync(QueryBench bench, SeededRandom random, string text, string place, HashSet<string> plans)
    {
        SelectQuery query = QueryParser.Parse(text).Value;
        Dictionary<string, QueryValue> parameters = RandomQueries.Parameters.ToDictionary(
            static pair => pair.Key, static pair => QueryValueReader.Read(Encoding.UTF8.GetBytes(pair.Value)), StringComparer.Ordinal);
        BoundQuery bound = QueryBinder.Bind(query, parameters, NoUserFunctions.Instance).Value;

        PartitionKey? key = null;
        IReadOnlyList<string> seen = bench.Items;
        if (random.OneIn(4))
        {
            bool isById = bench.KeyPath == "/id";
            int value = random.Next(isById ? 60 : 3);
            key = new PartitionKey { Values = { isById ? new PartitionKeyValue { Text = $"{value}" } : new PartitionKeyValue { Number = value } } };
            seen = [.. seen.Where(json => IsOf(json, isById, value))];
        }

        QueryBench.Answered answer = await bench.AskAsync(text, random.OneIn(2) ? 1000 : 1 + random.Next(7), key, RandomQueries.Parameters);
        if (answer.Error is { Code: ErrorCode.QueryLimit } refusal && refusal.Message.Contains("Sort by something shorter", StringComparison.Ordinal))
        {
            // Sorted by an array of thousands: no token holds such a place, and one page needs none.
            answer = await bench.AskAsync(text, 1000, key, RandomQueries.Parameters);
        }

        if (answer.Error is { Code: ErrorCode.QueryLimit } stopped && stopped.Message.Contains("allowed for one item", StringComparison.Ordinal))
        {
            // A join within an item that is stopped by its limit, on whatever way the item was found.
            return;
        }

        Assert.That(answer.Error?.Message, Is.Null, place);
        plans.UnionWith(answer.Plan.Split('\n').Select(static line => line.Split(':')[0].Trim()));

        var brute = new BruteEvaluator(RandomQueries.Parameters.ToDictionary(static pair => pair.Key, static pair => BruteValue.Parse(pair.Value), StringComparer.Ordinal));
        List<object?> documents = [.. seen.Select(BruteValue.Parse)];
        List<string> rows = [.. answer.Rows.Select(static row => BruteValue.Text(BruteValue.Parse(row)))];
        List<string> expected = [.. brute.Run(query, documents).Select(BruteValue.Text)];
        string detail = $"{place}\n{answer.Plan}\n{string.Join('\n', seen)}";
        if (bound.IsPaged || !bound.ReadsDocuments)
        {
            Assert.That(rows, Is.EqualTo(expected), detail);
            return;
        }

        // Groups come in any order, and so do the rows that DISTINCT lets pass: which of them TOP and LIMIT give is open.
        Assert.That(rows, Has.Count.EqualTo(expected.Count), detail);
        List<string> all = [.. brute.Run(query with { Top = null, Offset = null, Limit = null }, documents).Select(BruteValue.Text)];
        Assert.That(rows.GroupBy(static row => row, StringComparer.Ordinal).All(same => same.Count() <= all.Count(row => row == same.Key)), Is.True, $"{detail}\nrows {string.Join('\n', rows)}\nof {string.Join('\n', all)}");
    }

    private static string WithPlaces(SeededRandom random, string json) => json.Insert(json.LastIndexOf('}'), new RandomGeometries(random).Members());

    private static bool IsOf(string json, bool isById, int value)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return isById ? document.RootElement.GetProperty("id").GetString() == value.ToString(CultureInfo.InvariantCulture)
            : document.RootElement.GetProperty("pk").GetDouble() == value;
    }

    /// <summary>Now and then a document that indexes do not have as it is: long texts, numbers of many digits, halves of pairs, too many values.</summary>
    private static string Odd(SeededRandom random, int id, string json)
    {
        if (!random.OneIn(12))
        {
            return json;
        }

        string value = random.Next(6) switch
        {
            0 => $"\"{new string('x', 128)}\"",
            1 => $"\"{new string('x', 130)}{random.Next(3)}\"",
            2 => "9007199254740993",
            3 => "0.1000000000000000055511151231257827",
            4 when random.OneIn(4) => $"[{string.Join(',', Enumerable.Range(0, 9_000))}]",
            _ => $"\"{new string('x', 127)}ä\"",
        };
        return $$"""{"id":"{{id}}","pk":{{random.Next(3)}},"a":{{value}},"b":{{value}},"tags":[1,"a",{{(value[0] == '[' ? "2" : value)}}]}""";
    }
}
