using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Functions;

[TestFixture]
public sealed class FunctionContextTests
{
    [Test]
    public void Charge_PastTheBudget_ThrowsAndSaysTheLimit()
    {
        FunctionContext context = TestContexts.New(maxSteps: 10);
        context.Charge(10);

        var fault = Assert.Throws<FunctionLimitException>(() => context.Charge(1));

        Assert.That(fault!.Limit, Is.EqualTo(FunctionLimit.Steps));
        Assert.That(fault.Message, Does.Contain("10 steps"));
    }

    [Test]
    public void Charge_StepsThatWouldWrap_AreRefused()
    {
        FunctionContext context = TestContexts.New(maxSteps: 10);

        Assert.Throws<FunctionLimitException>(() => context.Charge(long.MaxValue));
        Assert.Throws<FunctionLimitException>(() => context.Charge(0));
    }

    [Test]
    public void Charge_ManySmallOnes_AreSummedUpExactly()
    {
        FunctionContext context = TestContexts.New(maxSteps: 100_000);
        for (int step = 0; step < 100_000; step++)
        {
            context.Charge(1);
        }

        Assert.That(context.StepsUsed, Is.EqualTo(100_000));
        Assert.Throws<FunctionLimitException>(() => context.Charge(1));
    }

    [Test]
    public void Charge_AfterCancellation_ThrowsWithinAFewThousandSteps()
    {
        using var source = new CancellationTokenSource();
        FunctionContext context = TestContexts.New(cancellation: source.Token);
        context.Charge(1);
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() =>
        {
            for (int step = 0; step < 10_000; step++)
            {
                context.Charge(1);
            }
        });
    }

    // Each would build a value above the limit of 1,000 bytes.
    [TestCase("REPLICATE(\"abcdefghij\", 101)")]
    [TestCase("REPLACE(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", \"a\", \"0123456789012345678901234567890123456789\")")]
    [TestCase("ARRAY_CONCAT([\"LONG\"], [\"LONG\"])")]
    [TestCase("CONCAT(\"LONG\", \"LONG\")")]
    [TestCase("STRINGJOIN([\"LONG\",\"LONG\"], \"\")")]
    [TestCase("SETUNION([\"LONG\"], [\"LONG2\"])")]
    [TestCase("OBJECTTOARRAY({\"LONG\": \"LONG\"})")]
    [TestCase("STRINGSPLIT(\"a,a,a,a,a,a,a,a,a,a,LONG,LONG\", \",\")")]
    public void Invoke_ValueAboveTheLimit_ThrowsAndSaysTheLimit(string call)
    {
        var example = new Example(call.Replace("LONG", new string('x', 600), StringComparison.Ordinal), "");

        var fault = Assert.Throws<FunctionLimitException>(() => example.Run(TestContexts.New(maxValueBytes: 1_000)));

        Assert.That(fault!.Limit, Is.EqualTo(FunctionLimit.ValueBytes));
        Assert.That(fault.Message, Does.Contain("1000 bytes"));
    }

    [Test]
    public void Invoke_BigValues_ChargesForTheirSize()
    {
        FunctionContext context = TestContexts.New();
        byte[] json = JsonArray(10_000);
        QueryValue array = QueryValueReader.Read(json);
        foreach (string name in new[] { "ARRAY_LENGTH", "ARRAY_SUM", "ARRAY_MEDIAN", "ARRAY_MAX", "TOSTRING" })
        {
            long before = context.StepsUsed;
            Assert.That(ScalarFunctions.TryFind(name, out ScalarFunction? function));
            function!.Invoke([array], context);
            Assert.That(context.StepsUsed - before, Is.GreaterThan(json.Length / 20), name);
        }
    }

    [Test]
    public void Rand_ManyCalls_AreSpreadOverTheUnitInterval()
    {
        FunctionContext context = TestContexts.New();
        Assert.That(ScalarFunctions.TryFind("RAND", out ScalarFunction? function));
        double[] numbers = [.. Enumerable.Range(0, 2_000).Select(_ => function!.Invoke([], context).Number)];

        Assert.That(function!.IsPure, Is.False);
        Assert.That(numbers, Has.All.InRange(0.0, 0.9999999999999999));
        Assert.That(numbers.Average(), Is.InRange(0.45, 0.55));
        Assert.That(numbers.Distinct().Count(), Is.EqualTo(numbers.Length));
    }

    private static byte[] JsonArray(int count) =>
        System.Text.Encoding.UTF8.GetBytes($"[{string.Join(",", Enumerable.Range(0, count))}]");
}
