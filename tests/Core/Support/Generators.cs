using CsCheck;
using Nacre.Core.Documents;

namespace Nacre.Core.Tests.Support;

/// <summary>Generators that the tests of documents and commands share.</summary>
internal static class Generators
{
    /// <summary>Well-formed text with zeros, members of all UTF-8 lengths, and many equal beginnings.</summary>
    public static Gen<string> Text { get; } =
        Gen.OneOf("\0", "\u0001", "a", "b", "ÿ", "\uFFFD", "漢", "😀", "\u007f").Array[0, 6].Select(string.Concat);

    /// <summary>An id that is allowed.</summary>
    public static Gen<string> Id { get; } =
        Gen.OneOf("a", "b", "ÿ", "漢", "😀", "-").Array[1, 5].Select(string.Concat);

    public static Gen<double> Number { get; } = Gen.OneOf(
        Gen.OneOf(0, 1, -1, double.MaxValue, double.MinValue, double.Epsilon, -double.Epsilon, 0.1),
        Gen.Double.Where(double.IsFinite),
        Gen.Int[-3, 3].Select(value => (double)value));

    public static Gen<PartitionKeyValue> Value { get; } = Gen.OneOf(
        Gen.OneOf(
            PartitionKeyValue.Undefined, PartitionKeyValue.Null, PartitionKeyValue.Of(false), PartitionKeyValue.Of(true)),
        Number.Select(PartitionKeyValue.Of),
        Text.Select(PartitionKeyValue.Of),
        Text.Select(PartitionKeyValue.Of));

    public static Gen<PartitionKey> Key { get; } = KeyOf(1, DocumentLimits.MaxPartitionKeyPaths);

    public static Gen<PartitionKey> KeyOf(int fewest, int most) =>
        Value.Array[fewest, most].Select(values => new PartitionKey(values));
}
