using System.Globalization;
using System.Text;
using Nacre.Core.Errors;
using Nacre.Query.Evaluation;
using Nacre.Query.Functions;
using Nacre.Query.Tests.Support;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Evaluation;

/// <summary>Hostile queries end at a limit with a refusal that names it.</summary>
[TestFixture]
public sealed class LimitTests
{
    private static readonly QueryLimits Small = new() { MaxSteps = 1_000_000, MaxHeldBytes = 200_000, MaxValueBytes = 50_000 };

    private static string Numbers(int count) => $"{{\"n\":[{string.Join(",", Enumerable.Range(0, count))}],\"s\":\"{new string('a', count)}\"}}";

    [TestCase("SELECT VALUE COUNT(1) FROM c JOIN a IN c.n JOIN b IN c.n JOIN d IN c.n", "steps")]
    [TestCase("SELECT VALUE c.s LIKE '%a%a%a%a%a%a%a%a%b' FROM c JOIN a IN c.n JOIN b IN c.n", "steps")]
    [TestCase("SELECT VALUE (SELECT VALUE COUNT(1) FROM x IN c.n JOIN y IN c.n) FROM c JOIN a IN c.n", "steps")]
    [TestCase("SELECT VALUE EXISTS(SELECT VALUE 1 FROM x IN c.n JOIN y IN c.n JOIN z IN c.n WHERE false = true) FROM c", "steps")]
    [TestCase("SELECT a, b FROM c JOIN a IN c.n JOIN b IN c.n ORDER BY a", "hold more than")]
    [TestCase("SELECT DISTINCT a, b FROM c JOIN a IN c.n JOIN b IN c.n", "hold more than")]
    [TestCase("SELECT a, b, COUNT(1) AS n FROM c JOIN a IN c.n JOIN b IN c.n GROUP BY a, b", "hold more than")]
    [TestCase("SELECT a, b FROM c JOIN a IN c.n JOIN b IN c.n", "rows of one document")]
    [TestCase("SELECT VALUE ARRAY(SELECT a, b FROM a IN c.n JOIN b IN c.n) FROM c", "builds a value")]
    [TestCase("SELECT VALUE REPLICATE(c.s, 30) || REPLICATE(c.s, 30) || REPLICATE(c.s, 30) || REPLICATE(c.s, 30) || REPLICATE(c.s, 30) || REPLICATE(c.s, 30) FROM c", "builds a value")]
    public void Run_AHostileQuery_EndsAtALimit(string text, string message)
    {
        (_, NacreError? error) = Queries.Run(Queries.Pipeline(Queries.Bound(text), Small), [Numbers(300)]);

        Assert.That(error?.Code, Is.EqualTo(ErrorCode.QueryLimit), text);
        Assert.That(error?.Message, Does.Contain(message));
    }

    [Test]
    public void Run_OneItemOfTooManySteps_EndsAtTheItemsLimit()
    {
        QueryLimits limits = Small with { MaxItemSteps = 20_000 };
        QueryPipeline pipeline = Queries.Pipeline(Queries.Bound("SELECT VALUE COUNT(1) FROM c JOIN a IN c.n JOIN b IN c.n"), limits);
        for (int at = 0; at < 100; at++)
        {
            Assert.That(pipeline.Add(Encoding.UTF8.GetBytes(Numbers(20))).IsOk, Is.True);
        }

        Assert.That(pipeline.StepsUsed, Is.GreaterThan(2 * limits.MaxItemSteps));
        NacreError? error = pipeline.Add(Encoding.UTF8.GetBytes(Numbers(300))).Error;

        Assert.That(error?.Code, Is.EqualTo(ErrorCode.QueryLimit));
        Assert.That(error?.Message, Does.Contain("20000 steps that are allowed for one item"));
    }

    [Test]
    public void Run_TheFirstOfManySortedRows_HoldsFew()
    {
        QueryPipeline pipeline = Queries.Pipeline(Queries.Bound("SELECT TOP 5 VALUE c.v FROM c ORDER BY c.v DESC"), Small);
        for (int at = 0; at < 20_000; at++)
        {
            Assert.That(pipeline.Add(Encoding.UTF8.GetBytes($"{{\"v\":{at * 7919 % 20_000}}}")).IsOk);
        }

        Assert.That(pipeline.HeldBytes, Is.LessThan(20_000));
        List<string> rows = Queries.Run(pipeline, []).Rows;
        Assert.That(rows, Is.EqualTo(new[] { "19999", "19998", "19997", "19996", "19995" }));
    }

    [Test]
    public void Run_SubqueriesThatSort_LetGoAfterEachRow()
    {
        QueryPipeline pipeline = Queries.Pipeline(
            Queries.Bound("SELECT VALUE ARRAY(SELECT DISTINCT VALUE x FROM x IN c.n ORDER BY x DESC)[0] FROM c"), Small);

        (List<string> rows, NacreError? error) = Queries.Run(pipeline, Enumerable.Repeat(Numbers(300), 100));

        Assert.That(error, Is.Null);
        Assert.That(rows, Has.Count.EqualTo(100).And.All.EqualTo("299"));
        Assert.That(pipeline.HeldBytes, Is.Zero);
    }

    [Test]
    public void Run_ASubqueryInFrom_DoesNotLetGoOfTheRowsAroundIt()
    {
        QueryPipeline pipeline = Queries.Pipeline(Queries.Bound(
            "SELECT DISTINCT VALUE x FROM c JOIN x IN (SELECT DISTINCT VALUE c.n)"), Small);

        pipeline.Add(Encoding.UTF8.GetBytes(Numbers(300)));

        Assert.That(pipeline.HeldBytes, Is.GreaterThan(300 * 48));
    }

    [Test]
    public void Run_AHugeInList_CostsAsMuchAsASmallOne()
    {
        string list = string.Join(",", Enumerable.Range(0, 50_000).Select(at => at.ToString(CultureInfo.InvariantCulture)));
        QueryPipeline pipeline = Queries.Pipeline(Queries.Bound($"SELECT VALUE c.v FROM c WHERE c.v IN ({list})"), Small with { MaxSteps = 100_000_000 });

        (List<string> rows, _) = Queries.Run(pipeline, Enumerable.Range(49_990, 20).Select(at => $"{{\"v\":{at}}}"));

        Assert.That(rows, Has.Count.EqualTo(10));
    }

    [Test]
    public void Run_AScalarSubqueryOfTwoRows_IsRefusedWithItsPlace()
    {
        (_, NacreError? error) = Queries.Run(Queries.Pipeline(Queries.Bound("SELECT VALUE (SELECT VALUE x FROM x IN c.n) FROM c")), [Numbers(2)]);

        Assert.That(error?.Code, Is.EqualTo(ErrorCode.QuerySemantic));
        Assert.That(error?.Message, Does.StartWith("Line 1, column 14: the subquery has more than one row"));
    }

    [Test]
    public void Run_Cancelled_Stops()
    {
        using var cancellation = new CancellationTokenSource();
        QueryPipeline pipeline = Queries.Pipeline(
            Queries.Bound("SELECT VALUE COUNT(1) FROM c JOIN a IN c.n JOIN b IN c.n JOIN d IN c.n"), cancellation: cancellation.Token);
        cancellation.Cancel();

        Assert.That(() => pipeline.Add(Encoding.UTF8.GetBytes(Numbers(300))), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Add_AfterTheLimitIsReached_IsDone()
    {
        QueryPipeline pipeline = Queries.Pipeline(Queries.Bound("SELECT TOP 2 * FROM c"));
        List<string> rows = [];
        foreach (string document in new[] { "{\"a\":1}", "{\"a\":2}" })
        {
            Assert.That(pipeline.IsDone, Is.False);
            pipeline.Add(Encoding.UTF8.GetBytes(document));
            Queries.Take(pipeline, rows);
        }

        Assert.That(pipeline.IsDone, Is.True);
        Assert.That(rows, Has.Count.EqualTo(2));
    }

    [Test]
    public void AddGroups_BytesThatNobodyWrote_AreRefused()
    {
        QueryPipeline source = Queries.Pipeline(Queries.Bound("SELECT c.a, SUM(c.b) AS s, MIN(c.b) AS m FROM c GROUP BY c.a"));
        source.Add("{\"a\":\"x\",\"b\":1.5}"u8.ToArray());
        var groups = new System.Buffers.ArrayBufferWriter<byte>();
        source.WriteGroups(groups);
        byte[] good = groups.WrittenSpan.ToArray();

        foreach (int length in Enumerable.Range(0, good.Length))
        {
            QueryPipeline target = Queries.Pipeline(Queries.Bound("SELECT c.a, SUM(c.b) AS s, MIN(c.b) AS m FROM c GROUP BY c.a"));
            Assert.That(target.AddGroups(good.AsMemory(0, length)).Error?.Code, Is.EqualTo(ErrorCode.Malformed), $"{length} bytes");
        }

        QueryPipeline other = Queries.Pipeline(Queries.Bound("SELECT c.a, AVG(c.b) AS s, MIN(c.b) AS m FROM c GROUP BY c.a"));
        Assert.That(other.AddGroups(good).Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public void Run_AUserFunction_IsCalledAndItsRefusalEndsTheQuery()
    {
        var functions = new Doubling();
        (List<string> rows, NacreError? error) = Queries.Run(
            Queries.Pipeline(Queries.Bound("SELECT VALUE udf.twice(c.v) FROM c", functions: functions), functions: functions),
            ["{\"v\":2}", "{}", "{\"v\":\"a\"}", "{\"v\":3}"]);

        Assert.That(rows, Is.EqualTo(new[] { "4" }));
        Assert.That(error?.Message, Is.EqualTo("no number"));
    }

    [Test]
    public async Task QueryRun_OverAStream_AnswersRowByRow()
    {
        int read = 0;
        async IAsyncEnumerable<ReadOnlyMemory<byte>> Documents()
        {
            while (true)
            {
                await Task.Yield();
                yield return Encoding.UTF8.GetBytes($"{{\"v\":{read++}}}");
            }
        }

        List<string> rows = [];
        await using var run = new QueryRun(Queries.Pipeline(Queries.Bound("SELECT TOP 3 VALUE c.v FROM c WHERE c.v % 2 = 1")), Documents(), CancellationToken.None);
        while (await run.MoveNextAsync())
        {
            rows.Add(run.Current.ToString());
        }

        Assert.That(rows, Is.EqualTo(new[] { "1", "3", "5" }));
        Assert.That(run.Error, Is.Null);
        Assert.That(read, Is.EqualTo(6));
    }

    private sealed class Doubling : IUserFunctions
    {
        public bool Contains(string name) => name == "twice";

        public Result<QueryValue> Invoke(string name, ReadOnlySpan<QueryValue> arguments, FunctionContext context) => arguments[0].Kind switch
        {
            ValueKind.Number => QueryValue.FromNumber(arguments[0].Number * 2),
            ValueKind.Undefined => QueryValue.Undefined,
            _ => new NacreError(ErrorCode.QuerySemantic, "no number"),
        };
    }
}
