using System.Text;
using Nacre.Query.Binding;
using Nacre.Query.Evaluation;
using Nacre.Query.Evaluation.Aggregates;
using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Functions;
using Nacre.Query.Values;
using Nacre.Testing;

namespace Nacre.Query.Tests.Evaluation;

/// <summary>The pieces that a planner will use on their own.</summary>
[TestFixture]
public sealed class PieceTests
{
    private static FunctionContext Context(long steps = 1_000_000) => new(DateTimeOffset.UnixEpoch, new SeededRandom(1), 1000, steps, CancellationToken.None);

    [TestCase("", "", true)]
    [TestCase("%", "", true)]
    [TestCase("a%", "abc", true)]
    [TestCase("%c", "abc", true)]
    [TestCase("a%c", "ac", true)]
    [TestCase("a_c", "ac", false)]
    [TestCase("a__", "abc", true)]
    [TestCase("%%%", "x", true)]
    [TestCase("[a-c]x", "bx", true)]
    [TestCase("[a-c]x", "dx", false)]
    [TestCase("[^a-c]x", "dx", true)]
    [TestCase("[ac-]x", "-x", true)]
    [TestCase("[x", "[x", true)]
    [TestCase("[]x", "[]x", true)]
    [TestCase("50!%", "50%", true)]
    [TestCase("50!%", "50x", false)]
    [TestCase("!!", "!", true)]
    [TestCase("a!", "a!", true)]
    [TestCase("_😀_", "a😀b", true)]
    [TestCase("__", "😀", false)]
    [TestCase("A%", "abc", false)]
    [TestCase("%ab%ab", "abab", true)]
    [TestCase("%ab%ab", "ab", false)]
    public void LikePattern_IsMatch_FollowsThePattern(string pattern, string text, bool expected)
    {
        var like = new LikePattern(Encoding.UTF8.GetBytes(pattern), '!');

        Assert.That(like.IsMatch(Encoding.UTF8.GetBytes(text), Context()), Is.EqualTo(expected));
    }

    [TestCase("abc%", "abc", true)]
    [TestCase("abc", "abc", false)]
    [TestCase("ab_%", "ab", false)]
    [TestCase("%", "", true)]
    [TestCase("a😀!%%", "a😀%", true)]
    public void LikePattern_Prefix_IsWhatEachMatchBeginsWith(string pattern, string prefix, bool isPrefixOnly)
    {
        var like = new LikePattern(Encoding.UTF8.GetBytes(pattern), '!');

        Assert.That(like.Prefix, Is.EqualTo(prefix));
        Assert.That(like.IsPrefixOnly, Is.EqualTo(isPrefixOnly));
    }

    [Test]
    public void LikePattern_TheWorstPattern_TakesTextTimesPatternSteps()
    {
        const int Length = 2_000;
        var like = new LikePattern(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("%a", 50)) + "b"), -1);
        FunctionContext context = Context(10_000_000);

        Assert.That(like.IsMatch(Encoding.UTF8.GetBytes(new string('a', Length)), context), Is.False);
        Assert.That(context.StepsUsed, Is.LessThan(Length * 110));
    }

    [Test]
    public void ExactSum_AnyOrderAndAnyParts_GiveTheSameBits()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            var random = new SeededRandom(seed);
            double[] terms = [.. Enumerable.Range(0, 50).Select(_ => (random.Next(2_000_001) - 1_000_000) * Math.Pow(2, random.Next(120) - 60) / 3)];
            var sum = new ExactSum();
            Array.ForEach(terms, sum.Add);
            var first = new ExactSum();
            var second = new ExactSum();
            foreach (double term in terms.OrderBy(_ => random.NextUInt64()))
            {
                (random.OneIn(2) ? first : second).Add(term);
            }

            first.Add(second);
            Assert.That(BitConverter.DoubleToInt64Bits(first.Result()), Is.EqualTo(BitConverter.DoubleToInt64Bits(sum.Result())), $"seed {seed}");
        }
    }

    [TestCase(1.0, 1e100, 1.0, -1e100, 2.0)]
    [TestCase(1e16, 1.0, 1e-16, 0.0, 10000000000000002.0)]
    [TestCase(0.1, 0.2, 0.3, 0.4, 1.0)]
    [TestCase(double.MaxValue, double.MaxValue, 0.0, 0.0, double.PositiveInfinity)]
    [TestCase(double.PositiveInfinity, double.NegativeInfinity, 0.0, 0.0, double.NaN)]
    public void ExactSum_Result_IsRoundedOnce(double a, double b, double c, double d, double expected)
    {
        var sum = new ExactSum();
        sum.Add(a);
        sum.Add(b);
        sum.Add(c);
        sum.Add(d);

        Assert.That(sum.Result(), Is.EqualTo(expected));
    }

    [TestCase("""{"a":1,"b":2}""", "1|2||")]
    [TestCase("""{"b":{"a":7},"a":{"x":[10,{"y":5}]}}""", """{"x":[10,{"y":5}]}|{"a":7}|5|""")]
    [TestCase("""  { "z" : [1,2,{"a":9}], "\u0061" : { "x" : [ 0 , { "y" : "\n" } ] } } """, """{ "x" : [ 0 , { "y" : "\n" } ] }||"\n"|""")]
    [TestCase("""{"a":[5],"b":null,"c":{"d":{"e":true}}}""", "[5]|null||true")]
    [TestCase("{}", "|||")]
    public void DocumentFiller_Fill_FindsEachPath(string json, string values)
    {
        DocumentPath item = DocumentPath.NewItem();
        DocumentPath[] paths =
        [
            item.Member("a"), item.Member("b"), item.Member("a").Member("x").Element(1).Member("y"), item.Member("c").Member("d").Member("e"),
        ];
        for (int at = 0; at < paths.Length; at++)
        {
            paths[at].Slot = at;
        }

        QueryValue[] slots = [QueryValue.True, QueryValue.True, QueryValue.True, QueryValue.True];
        DocumentFiller.Fill(item, Encoding.UTF8.GetBytes(json), slots);

        Assert.That(string.Join("|", slots.Select(slot => slot.IsDefined ? slot.ToString() : "")), Is.EqualTo(values));
    }

    [Test]
    public void DocumentFiller_Fill_StopsBehindTheLastPath()
    {
        DocumentPath item = DocumentPath.NewItem();
        item.Member("a").Slot = 0;
        var slots = new QueryValue[1];

        // Broken behind the path: only a reader that stops there does not see it.
        DocumentFiller.Fill(item, "{\"a\":1,!"u8.ToArray(), slots);

        Assert.That(slots[0].Number, Is.EqualTo(1));
    }
}
