using CsCheck;
using Nacre.Query.Values;

namespace Nacre.Query.Tests.Values;

[TestFixture]
public sealed class QueryValueComparerTests
{
    private static readonly QueryValueComparer Comparer = QueryValueComparer.Instance;

    private static readonly Gen<QueryValue> Value = Gen.Frequency(
        (1, Gen.OneOf(
            QueryValue.Undefined, QueryValue.FromNumber(double.NaN), QueryValue.FromNumber(double.NegativeInfinity),
            QueryValue.FromString("\uD83D"), QueryValue.FromString("\uFFFF"), QueryValue.FromString("😀"))),
        (9, JsonGen.Value.Select(json => QueryValueReader.Read(JsonGen.Utf8(json)))));

    /// <summary>Each line is above the one before; what stands in one line is equal.</summary>
    private static readonly string[][] InOrder =
    [
        ["null"],
        ["false"],
        ["true"],
        ["-1e400"],
        ["-1", "-1.0", "-10e-1"],
        ["0", "-0", "0.0"],
        ["9007199254740992", "9007199254740993"],
        ["1e400", "1e500"],
        ["\"\"", " \"\""],
        ["\"A\"", "\"\\u0041\""],
        ["\"B\""],
        ["\"a\""],
        ["\"aa\""],
        ["\"é\""],
        ["\"\uD7FF\""],
        ["\"\\ud83d\""],
        ["\"\uFFFF\""],
        ["\"😀\"", "\"\\ud83d\\ude00\""],
        ["[]", "[ ]"],
        ["[null]"],
        ["[1]", "[1.0]"],
        ["[1,\"\\u0061\"]", "[ 1 , \"a\" ]"],
        ["[2]"],
        ["{}"],
        ["{\"a\":1}", "{\"\\u0061\": 1.0}"],
        ["{\"a\":1,\"b\":0}", "{\"b\":0,\"a\":1}"],
        ["{\"a\":2}"],
        ["{\"b\":0}"],
    ];

    [Test]
    public void Compare_TheTableOfTheOrder_Holds()
    {
        for (int left = 0; left < InOrder.Length; left++)
        {
            for (int right = 0; right < InOrder.Length; right++)
            {
                foreach (string x in InOrder[left])
                {
                    foreach (string y in InOrder[right])
                    {
                        QueryValue a = QueryValueReader.Read(JsonGen.Utf8(x));
                        QueryValue b = QueryValueReader.Read(JsonGen.Utf8(y));
                        Assert.That(Comparer.Compare(a, b), Is.EqualTo(left.CompareTo(right)), $"{x} against {y}");
                        Assert.That(Comparer.Equals(a, b), Is.EqualTo(left == right), $"{x} against {y}");
                        Assert.That(left != right || Comparer.GetHashCode(a) == Comparer.GetHashCode(b), $"{x} and {y}");
                    }
                }
            }
        }
    }

    [Test]
    public void Compare_Undefined_IsBelowNull()
    {
        Assert.That(Comparer.Compare(QueryValue.Undefined, QueryValue.Null), Is.LessThan(0));
    }

    [Test]
    public void Compare_RandomTriples_IsATotalOrderThatAgreesWithEqualsAndHash()
    {
        Gen.Select(Value, Value, Value).Sample((a, b, c) =>
        {
            int ab = Comparer.Compare(a, b);
            Assert.That(Comparer.Compare(a, a), Is.Zero);
            Assert.That(Comparer.Compare(b, a), Is.EqualTo(-ab));
            Assert.That(Comparer.Equals(a, b), Is.EqualTo(ab == 0));
            Assert.That(ab != 0 || Comparer.GetHashCode(a) == Comparer.GetHashCode(b));
            if (ab <= 0 && Comparer.Compare(b, c) <= 0)
            {
                Assert.That(Comparer.Compare(a, c), Is.LessThanOrEqualTo(0));
            }
        }, iter: 50_000);
    }

    [Test]
    public void Compare_ObjectsAndArrays_AllocatesNothing()
    {
        QueryValue left = QueryValueReader.Read(JsonGen.Utf8("""{"b":[1,2,{"x":"y"}],"a":"text","c":1.5}"""));
        QueryValue right = QueryValueReader.Read(JsonGen.Utf8("""{"a":"text","b":[1,2,{"x":"z"}],"c":1.5}"""));
        Comparer.Compare(left, right);
        long before = GC.GetAllocatedBytesForCurrentThread();

        int order = Comparer.Compare(left, right);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(order, Is.LessThan(0));
    }
}
