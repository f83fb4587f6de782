using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using CsCheck;
using Nacre.Core;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Values;

[TestFixture]
public sealed class QueryValueWriterTests
{
    [TestCase(0.0, "0")]
    [TestCase(-0.0, "0")]
    [TestCase(1.0, "1")]
    [TestCase(-2.5, "-2.5")]
    [TestCase(0.1, "0.1")]
    [TestCase(1e15, "1000000000000000")]
    [TestCase(9007199254740993.0, "9007199254740992")]
    [TestCase(1e18, "1000000000000000000")]
    [TestCase(1e19, "1E+19")]
    [TestCase(5e-324, "5E-324")]
    [TestCase(double.NaN, "\"NaN\"")]
    [TestCase(double.PositiveInfinity, "\"Infinity\"")]
    [TestCase(double.NegativeInfinity, "\"-Infinity\"")]
    public void Write_ComputedNumber_IsShortJson(double number, string expected)
    {
        Assert.That(QueryValue.FromNumber(number).ToString(), Is.EqualTo(expected));
    }

    [TestCase(long.MaxValue, "9223372036854775807")]
    [TestCase(long.MinValue, "-9223372036854775808")]
    [TestCase(9007199254740993, "9007199254740993")]
    [TestCase(42, "42")]
    public void Write_Integer_IsExact(long value, string expected)
    {
        Assert.That(QueryValue.FromInteger(value).ToString(), Is.EqualTo(expected));
    }

    [TestCase("plain", "\"plain\"")]
    [TestCase("\"\\/", "\"\\\"\\\\/\"")]
    [TestCase("\b\f\n\r\t\0\u001f\u007f", "\"\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\"")]
    [TestCase("é中😀\uD7FF\uE000", "\"é中😀\uD7FF\uE000\"")]
    public void Write_String_EscapesOnlyWhatMust(string text, string expected)
    {
        Assert.That(QueryValue.FromString(text).ToString(), Is.EqualTo(expected));
    }

    // Attributes cannot hold halves of pairs.
    [Test]
    public void Write_HalvesOfPairs_AreEscaped()
    {
        Assert.That(QueryValue.FromString("a\uD83Db").ToString(), Is.EqualTo("\"a\\ud83db\""));
        Assert.That(QueryValue.FromString("\uDE00\uD83D").ToString(), Is.EqualTo("\"\\ude00\\ud83d\""));
    }

    [Test]
    public void Write_Undefined_IsRefused()
    {
        Assert.That(
            () => QueryValueWriter.Write(QueryValue.Undefined, new ArrayBufferWriter<byte>()),
            Throws.InstanceOf<InvariantViolationException>());
    }

    [Test]
    public void Write_RandomJson_GoesBackAsItCame()
    {
        JsonGen.Value.Sample(json =>
        {
            byte[] written = Write(QueryValueReader.Read(JsonGen.Utf8(json)));

            // Strings are written with the fewest escapes; everything else is a slice.
            Assert.That(json[0] == '"' || Encoding.UTF8.GetString(written) == json);
            Assert.That(Utf8.IsValid(written));
            Assert.That(QueryValueReader.Read(written), Is.EqualTo(QueryValueReader.Read(JsonGen.Utf8(json))));
            using JsonDocument parsed = JsonDocument.Parse(written);
        }, iter: 20_000);
    }

    [Test]
    public void FromString_RandomUtf16_ComesBackAsItWas()
    {
        Gen.OneOf(Gen.Char['a', 'c'], Gen.Char['\uD7F0', '\uE010'], Gen.Char).Array[0, 12].Sample(units =>
        {
            string text = new(units);
            QueryValue value = QueryValue.FromString(text);
            QueryValue again = QueryValueReader.Read(Write(value));

            return value.GetString() == text && again.GetString() == text && again.Utf8.Span.SequenceEqual(value.Utf8.Span);
        }, iter: 20_000);
    }

    private static byte[] Write(in QueryValue value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        QueryValueWriter.Write(value, buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
