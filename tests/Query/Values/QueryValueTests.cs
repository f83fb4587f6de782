using Nacre.Query.Values;

namespace Nacre.Query.Tests.Values;

[TestFixture]
public sealed class QueryValueTests
{
    [TestCase("5", 5L)]
    [TestCase("5.0", 5L)]
    [TestCase("-0.0", 0L)]
    [TestCase("5e2", 500L)]
    [TestCase("9007199254740993", 9007199254740993L)]
    [TestCase("9223372036854775807", long.MaxValue)]
    [TestCase("-9223372036854775808", long.MinValue)]
    [TestCase("1e18", 1_000_000_000_000_000_000L)]
    [TestCase("9223372036854775808", null)]
    [TestCase("18446744073709551615", null)]
    [TestCase("-9223372036854775809", null)]
    [TestCase("1e19", null)]
    [TestCase("1e400", null)]
    [TestCase("0.5", null)]
    [TestCase("\"5\"", null)]
    [TestCase("null", null)]
    public void TryGetInteger_Values_GivesTheExactInteger(string json, long? expected)
    {
        bool isInteger = QueryValueReader.Read(JsonGen.Utf8(json)).TryGetInteger(out long value);

        Assert.That(isInteger ? value : (long?)null, Is.EqualTo(expected));
    }

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(9.3e18)]
    public void TryGetInteger_ComputedNumberOutOfRange_IsNone(double number)
    {
        Assert.That(QueryValue.FromNumber(number).TryGetInteger(out _), Is.False);
    }

    [Test]
    public void Default_IsUndefined()
    {
        Assert.That(default(QueryValue).Kind, Is.EqualTo(ValueKind.Undefined));
        Assert.That(QueryValue.Undefined.IsDefined, Is.False);
        Assert.That(QueryValue.Null.IsDefined);
    }
}
