using System.Text;
using System.Text.Json;
using CsCheck;
using Nacre.Core;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Values;

[TestFixture]
public sealed class QueryValueReaderTests
{
    [TestCase("null", ValueKind.Null)]
    [TestCase("false", ValueKind.False)]
    [TestCase(" true ", ValueKind.True)]
    [TestCase("-1.5e3", ValueKind.Number)]
    [TestCase("\"x\"", ValueKind.String)]
    [TestCase("\n[1]\n", ValueKind.Array)]
    [TestCase("{}", ValueKind.Object)]
    public void Read_EachType_HasItsKind(string json, ValueKind expected)
    {
        Assert.That(Read(json).Kind, Is.EqualTo(expected));
    }

    [TestCase("\"plain\"", "plain")]
    [TestCase("""  "a\"\\\/\b\f\n\r\t"  """, "a\"\\/\b\f\n\r\t")]
    [TestCase("""  "\u0041\u00e9\u4e2d"  """, "Aé中")]
    [TestCase("""  "\ud83d\ude00"  """, "😀")]
    [TestCase("""  "x\u0000y"  """, "x\0y")]
    public void Read_String_HasItsEscapesResolved(string json, string expected)
    {
        Assert.That(Read(json).GetString(), Is.EqualTo(expected));
    }

    // Attributes cannot hold halves of pairs.
    [Test]
    public void Read_HalvesOfPairs_AreKept()
    {
        Assert.That(Read("\"\\ud83d\"").GetString(), Is.EqualTo("\uD83D"));
        Assert.That(Read("\"\\ude00\\ud83d\"").GetString(), Is.EqualTo("\uDE00\uD83D"));
        Assert.That(Read("\"\\ud83d\\ud83d\\ude00\"").GetString(), Is.EqualTo("\uD83D😀"));
    }

    [Test]
    public void Read_PairAsEscapes_HasTheBytesOfTheCharacter()
    {
        Assert.That(Read("\"\\ud83d\\ude00\"").Utf8.ToArray(), Is.EqualTo(Encoding.UTF8.GetBytes("😀")));
    }

    [TestCase("0", 0.0)]
    [TestCase("-0", -0.0)]
    [TestCase("123456789012345", 123456789012345.0)]
    [TestCase("0.1", 0.1)]
    [TestCase("123.456e-7", 123.456e-7)]
    [TestCase("9007199254740993", 9007199254740992.0)]
    [TestCase("1e400", double.PositiveInfinity)]
    [TestCase("-1e400", double.NegativeInfinity)]
    [TestCase("0.000000000000000000000000012345", 1.2345e-26)]
    public void Read_Number_IsTheNearestDoubleAndKeepsItsText(string json, double expected)
    {
        QueryValue value = Read(json);

        Assert.That(value.Number, Is.EqualTo(expected));
        Assert.That(value.ToString(), Is.EqualTo(json));
    }

    [Test]
    public void Read_RandomNumbers_AgreeWithTheFramework()
    {
        JsonGen.Number.Sample(text =>
            Read(text).Number.Equals(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)), iter: 20_000);
    }

    [Test]
    public void TryGetMember_NamesWithAndWithoutEscapes_AreFound()
    {
        QueryValue value = Read("""{"x":{"b":1,"a":[]},"\u0062":"found","a":{},"\ud83d\ude00":7}""");

        Assert.That(Member(value, "b").ToString(), Is.EqualTo("\"found\""));
        Assert.That(Member(value, "😀").Number, Is.EqualTo(7));
        Assert.That(Member(Member(value, "x"), "a").Kind, Is.EqualTo(ValueKind.Array));
        Assert.That(Member(value, "c").IsDefined, Is.False);
        Assert.That(Member(value, "").IsDefined, Is.False);
    }

    [Test]
    public void TryGetMember_LongNameWithEscapes_IsFound()
    {
        string name = new('n', 1000);
        Assert.That(Member(Read($"{{\"\\u006e{name[1..]}\":1}}"), name).Number, Is.EqualTo(1));
    }

    [TestCase("[10, 11 ,12]", 0, "10")]
    [TestCase("[10, 11 ,12]", 2, "12")]
    [TestCase("[[1,2],{\"a\":3}]", 1, "{\"a\":3}")]
    [TestCase("[10]", 1, "undefined")]
    [TestCase("[10]", -1, "undefined")]
    [TestCase("[ ]", 0, "undefined")]
    [TestCase("{\"0\":1}", 0, "undefined")]
    [TestCase("\"abc\"", 0, "undefined")]
    public void TryGetElement_ByPosition_GivesTheElement(string json, long index, string expected)
    {
        QueryValueReader.TryGetElement(Read(json), index, out QueryValue element);

        Assert.That(element.ToString(), Is.EqualTo(expected));
    }

    [TestCase("[]", 0)]
    [TestCase("[ 1, [2, 3], \"[,]\" ]", 3)]
    [TestCase("{\"a\":{\"b\":1,\"c\":2},\"d\":\"}\"}", 2)]
    [TestCase("{ }", 0)]
    [TestCase("5", 0)]
    public void Count_Containers_CountsElementsAndMembers(string json, int expected)
    {
        Assert.That(QueryValueReader.Count(Read(json)), Is.EqualTo(expected));
    }

    [Test]
    public void Read_RandomJson_IsWhatTheFrameworkReads()
    {
        JsonGen.Value.Sample(json =>
        {
            using JsonDocument document = JsonDocument.Parse(json);
            AssertSame(Read(json), document.RootElement);
        }, iter: 20_000);
    }

    [TestCase("")]
    [TestCase("  ")]
    [TestCase("\"abc")]
    [TestCase("\"abc\\")]
    [TestCase("\"\\u12")]
    [TestCase("\"\\u12x4\"")]
    [TestCase("[1,[2]")]
    [TestCase("-")]
    [TestCase("x")]
    public void Read_BrokenText_StopsInsteadOfReadingOn(string json)
    {
        Assert.That(() => Read(json), Throws.InstanceOf<InvariantViolationException>());
    }

    private static void AssertSame(in QueryValue value, JsonElement expected)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Array:
                JsonElement.ArrayEnumerator elements = expected.EnumerateArray();
                int count = 0;
                foreach (QueryValue element in QueryValueReader.EnumerateArray(value))
                {
                    Assert.That(elements.MoveNext());
                    AssertSame(element, elements.Current);
                    QueryValueReader.TryGetElement(value, count++, out QueryValue byPosition);
                    Assert.That(byPosition, Is.EqualTo(element));
                }

                Assert.That(elements.MoveNext(), Is.False);
                Assert.That(QueryValueReader.Count(value), Is.EqualTo(count));
                break;
            case JsonValueKind.Object:
                JsonElement.ObjectEnumerator members = expected.EnumerateObject();
                foreach (ObjectMember member in QueryValueReader.EnumerateObject(value))
                {
                    Assert.That(members.MoveNext());
                    Assert.That(Encoding.UTF8.GetString(member.Name.Span), Is.EqualTo(members.Current.Name));
                    AssertSame(member.Value, members.Current.Value);
                    Assert.That(Member(value, members.Current.Name), Is.EqualTo(member.Value));
                }

                Assert.That(members.MoveNext(), Is.False);
                break;
            case JsonValueKind.String:
                // The framework cannot give a half of a pair as text; the raw text of both must then agree.
                AssertSameText(value, expected.GetRawText());
                break;
            default:
                Assert.That(value.ToString(), Is.EqualTo(expected.GetRawText()));
                break;
        }
    }

    private static void AssertSameText(in QueryValue value, string raw)
    {
        var expected = new StringBuilder();
        for (int at = 1; at < raw.Length - 1; at++)
        {
            if (raw[at] != '\\')
            {
                expected.Append(raw[at]);
            }
            else if (raw[++at] == 'u')
            {
                expected.Append((char)Convert.ToInt32(raw.Substring(at + 1, 4), 16));
                at += 4;
            }
            else
            {
                expected.Append("\"\\/\b\f\n\r\t"["\"\\/bfnrt".IndexOf(raw[at], StringComparison.Ordinal)]);
            }
        }

        Assert.That(value.GetString(), Is.EqualTo(expected.ToString()));
    }

    private static QueryValue Read(string json) => QueryValueReader.Read(JsonGen.Utf8(json));

    private static QueryValue Member(in QueryValue value, string name)
    {
        QueryValueReader.TryGetMember(value, Encoding.UTF8.GetBytes(name), out QueryValue member);
        return member;
    }
}
