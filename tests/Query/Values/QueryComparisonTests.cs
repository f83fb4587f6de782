using Nacre.Query.Values;

namespace Nacre.Query.Tests.Values;

[TestFixture]
public sealed class QueryComparisonTests
{
    // One value of each type; comparing it with itself is the table's diagonal.
    private static readonly string[] OneOfEach = ["null", "true", "1", "\"a\"", "[1]", "{\"a\":1}"];

    [TestCase("1", "1.0", "true", "false", "false", "true")]
    [TestCase("1", "2", "false", "true", "true", "true")]
    [TestCase("2", "1", "false", "true", "false", "false")]
    [TestCase("\"a\"", "\"b\"", "false", "true", "true", "true")]
    [TestCase("\"a\"", "\"\\u0061\"", "true", "false", "false", "true")]
    [TestCase("false", "true", "false", "true", "true", "true")]
    [TestCase("true", "true", "true", "false", "false", "true")]
    [TestCase("null", "null", "true", "false", "false", "true")]
    [TestCase("[1,{\"a\":2}]", "[1.0, {\"a\":2}]", "true", "false", "undefined", "undefined")]
    [TestCase("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", "true", "false", "undefined", "undefined")]
    [TestCase("[1]", "[2]", "false", "true", "undefined", "undefined")]
    public void Operators_OneType_Compare(string x, string y, string equal, string different, string less, string notAbove)
    {
        QueryValue left = Read(x);
        QueryValue right = Read(y);

        Assert.That(QueryComparison.Equal(left, right).ToString(), Is.EqualTo(equal));
        Assert.That(QueryComparison.NotEqual(left, right).ToString(), Is.EqualTo(different));
        Assert.That(QueryComparison.Less(left, right).ToString(), Is.EqualTo(less));
        Assert.That(QueryComparison.LessOrEqual(left, right).ToString(), Is.EqualTo(notAbove));
        Assert.That(QueryComparison.Greater(right, left).ToString(), Is.EqualTo(less));
        Assert.That(QueryComparison.GreaterOrEqual(right, left).ToString(), Is.EqualTo(notAbove));
    }

    [Test]
    public void Operators_DifferentTypesOrUndefined_AreUndefined()
    {
        QueryValue[] values = [QueryValue.Undefined, .. OneOfEach.Select(Read)];
        foreach (QueryValue left in values)
        {
            foreach (QueryValue right in values.Where(value => value.Kind != left.Kind || !left.IsDefined))
            {
                Assert.That(QueryComparison.Equal(left, right).IsDefined, Is.False, $"{left} = {right}");
                Assert.That(QueryComparison.NotEqual(left, right).IsDefined, Is.False, $"{left} != {right}");
                Assert.That(QueryComparison.Less(left, right).IsDefined, Is.False, $"{left} < {right}");
                Assert.That(QueryComparison.GreaterOrEqual(left, right).IsDefined, Is.False, $"{left} >= {right}");
            }
        }
    }

    [Test]
    public void Operators_NaN_IsNotEqualAndHasNoOrder()
    {
        QueryValue nan = QueryValue.FromNumber(double.NaN);

        Assert.That(QueryComparison.Equal(nan, nan), Is.EqualTo(QueryValue.False));
        Assert.That(QueryComparison.NotEqual(nan, nan), Is.EqualTo(QueryValue.True));
        Assert.That(QueryComparison.LessOrEqual(nan, nan), Is.EqualTo(QueryValue.False));
        Assert.That(QueryComparison.Less(nan, QueryValue.FromNumber(1)), Is.EqualTo(QueryValue.False));
    }

    private static QueryValue Read(string json) => QueryValueReader.Read(JsonGen.Utf8(json));
}
