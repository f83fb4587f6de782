using CsCheck;
using Nacre.Query.Functions;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Functions;

/// <summary>What tables of examples cannot hold: halves of surrogate pairs, hostile inputs, limits.</summary>
[TestFixture]
public sealed class StringFunctionsTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.OneOf("a", "b", "ab", "é", "中", "😀", "\uD83D", "\uDE00", "\uD7FF", " ", "A", "É")).Array[0, 8].Select(string.Concat);

    [Test]
    public void Concat_HalvesThatMeet_BecomeOneCharacter()
    {
        QueryValue joined = Call("CONCAT", "x\uD83D", "\uDE00y");

        Assert.That(joined, Is.EqualTo(QueryValue.FromString("x😀y")));
        Assert.That(joined.ToString(), Is.EqualTo("\"x😀y\""));
    }

    [Test]
    public void Left_InTheMiddleOfAPair_GivesTheHalf()
    {
        Assert.That(Call("LEFT", "a😀b", 2).GetString(), Is.EqualTo("a\uD83D"));
        Assert.That(Call("RIGHT", "a😀b", 2).GetString(), Is.EqualTo("\uDE00b"));
        Assert.That(Call("SUBSTRING", "a😀😀b", 2, 2).GetString(), Is.EqualTo("\uDE00\uD83D"));
    }

    [Test]
    public void ToString_HalfOfAPair_IsEscapedAndComesBack()
    {
        QueryValue array = QueryValueReader.Read("[\"\\ud83d\",\"\\u00e9\"]"u8.ToArray());

        QueryValue text = Call("TOSTRING", array);

        Assert.That(text.GetString(), Is.EqualTo("[\"\\ud83d\",\"é\"]"));
        Assert.That(Call("STRINGTOARRAY", text), Is.EqualTo(array));
        Assert.That(Call("STRINGTOARRAY", "[\"\uD83D\"]"), Is.EqualTo(Call("STRINGTOARRAY", "[\"\\ud83d\"]")));
    }

    [Test]
    public void PositionsAndParts_RandomText_AgreeWithUtf16()
    {
        Gen.Select(Text, Text, Gen.Int[0, 10], Gen.Int[0, 10]).Sample((text, other, start, count) =>
        {
            int from = Math.Min(start, text.Length);
            string part = text.Substring(from, Math.Min(count, text.Length - from));
            Assert.That(Call("SUBSTRING", text, start, count).GetString(), Is.EqualTo(start >= text.Length ? "" : part));
            Assert.That(Call("LEFT", text, count).GetString(), Is.EqualTo(text[..Math.Min(count, text.Length)]));
            Assert.That(Call("RIGHT", text, count).GetString(), Is.EqualTo(text[Math.Max(text.Length - count, 0)..]));
            Assert.That(Call("LENGTH", text).Number, Is.EqualTo(text.Length));
            Assert.That(Call("CONCAT", text, other).GetString(), Is.EqualTo(text + other));
            Assert.That(Call("UPPER", text).GetString(), Is.EqualTo(text.ToUpperInvariant()));
            Assert.That(Call("TRIM", text).GetString(), Is.EqualTo(text.Trim()));
            Assert.That(
                Call("STRINGEQUALS", text, other, QueryValue.True).Kind == ValueKind.True,
                Is.EqualTo(text.Equals(other, StringComparison.OrdinalIgnoreCase)));
        }, iter: 5_000);
    }

    [Test]
    public void Searches_RandomText_AgreeWithOrdinalSearchOfWholeCharacters()
    {
        Gen<string> whole = Text.Where(text => !text.Any(char.IsSurrogate));
        Gen.Select(whole, whole).Sample((text, wanted) =>
        {
            Assert.That(Call("INDEX_OF", text, wanted).Number, Is.EqualTo(text.IndexOf(wanted, StringComparison.Ordinal)));
            Assert.That(Call("LASTINDEXOF", text, wanted).Number, Is.EqualTo(text.LastIndexOf(wanted, StringComparison.Ordinal)));
            Assert.That(
                Call("CONTAINS", text, wanted, QueryValue.True).Kind == ValueKind.True,
                Is.EqualTo(text.Contains(wanted, StringComparison.OrdinalIgnoreCase)));
            Assert.That(
                wanted.Length == 0 ? text : Call("REPLACE", text, wanted, "_").GetString(),
                Is.EqualTo(wanted.Length == 0 ? text : text.Replace(wanted, "_", StringComparison.Ordinal)));
        }, iter: 5_000);
    }

    [Test]
    public void ByteSearch_LongNeedles_AgreeWithTheFramework()
    {
        // Few letters and repetitions make needles that nearly match everywhere.
        Gen.Select(Gen.Byte[0, 1].Array[0, 400], Gen.Byte[0, 1].Array[65, 80], Gen.Int[0, 300]).Sample((text, needle, at) =>
        {
            byte[] planted = [.. text.Take(at), .. needle, .. text.Skip(at), .. needle.Take(70)];
            FunctionContext context = TestContexts.New();
            foreach (byte[] haystack in new[] { text, planted })
            {
                Assert.That(ByteSearch.IndexOf(haystack, needle, context), Is.EqualTo(haystack.AsSpan().IndexOf(needle)));
                Assert.That(ByteSearch.LastIndexOf(haystack, needle, context), Is.EqualTo(haystack.AsSpan().LastIndexOf(needle)));
            }
        }, iter: 3_000);
    }

    [Test]
    public void Contains_NeedleThatNearlyMatchesEverywhere_TakesLinearSteps()
    {
        string text = new('a', 1_000_000);
        FunctionContext context = TestContexts.New();

        QueryValue found = Call(context, "CONTAINS", text, new string('a', 100_000) + "b");

        Assert.That(found, Is.EqualTo(QueryValue.False));
        Assert.That(context.StepsUsed, Is.LessThan(1_000_000));
    }

    [TestCase("^(a+)+$")]
    [TestCase("(a|a)*b")]
    [TestCase("(a|aa)+$")]
    [TestCase("(.*)*x")]
    public void RegexMatch_CatastrophicPatterns_ComeToAnEnd(string pattern)
    {
        string text = new string('a', 50_000) + "!";

        // With backtracking this would not come to an end.
        Assert.That(Call("REGEXMATCH", text, pattern).IsDefined);
    }

    [TestCase("(a{1000}){1000}")]
    [TestCase("((((a{20}){20}){20}){20}){20}")]
    [TestCase("a{99999999999}")]
    [TestCase("[ab]{5000}[cd]{5001}")]
    public void RegexMatch_PatternsThatGrow_AreUndefined(string pattern)
    {
        Assert.That(Call("REGEXMATCH", "aaa", pattern).IsDefined, Is.False);
    }

    [TestCase("a{3}b", 5)]
    [TestCase("(ab){3}", 10)]
    [TestCase("[a-z]{4}", 4)]
    [TestCase("[]{9}]", 1)]
    [TestCase("\\{9}", 2)]
    [TestCase("a{x}", 4)]
    public void PatternSize_Repetitions_AreWrittenOut(string pattern, int about)
    {
        Assert.That(PatternSize.Estimate(pattern, 1_000), Is.InRange(about - 1, about + 3));
    }

    [Test]
    public void RegexMatch_ManyPatterns_AreBuiltAnewNotKept()
    {
        FunctionContext context = TestContexts.New();
        for (int number = 0; number < 100; number++)
        {
            Assert.That(Call(context, "REGEXMATCH", $"x{number}y", $"^x{number}y$"), Is.EqualTo(QueryValue.True));
        }
    }

    private static QueryValue Call(string name, params object[] arguments) => Call(TestContexts.New(), name, arguments);

    private static QueryValue Call(FunctionContext context, string name, params object[] arguments)
    {
        Assert.That(ScalarFunctions.TryFind(name, out ScalarFunction? function));
        return function!.Invoke(
            [.. arguments.Select(argument => argument switch
            {
                string text => QueryValue.FromString(text),
                int number => QueryValue.FromNumber(number),
                _ => (QueryValue)argument,
            })],
            context);
    }
}
