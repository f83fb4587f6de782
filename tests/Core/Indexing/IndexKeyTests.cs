using System.Text;
using CsCheck;
using Nacre.Core.Indexing;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Indexing;

[TestFixture]
public sealed class IndexKeyTests
{
    private static readonly Gen<string> GenText = Gen.OneOf(
        Generators.Text,
        Gen.Select(Gen.Int[120, 140], Generators.Text, (length, text) => new string('x', length) + text),
        Gen.Select(Gen.Int[40, 45], Generators.Text, (length, text) => string.Concat(Enumerable.Repeat("漢", length)) + text));

    /// <summary>A value: a kind, and of a number or text what it is.</summary>
    private static readonly Gen<(IndexValueKind Kind, double Number, string Text)> GenValue = Gen.OneOf(
        Gen.Enum<IndexValueKind>().Select(kind => (kind, 0.0, "")),
        Gen.OneOf(Generators.Number, Gen.OneOf(-0.0, double.PositiveInfinity, double.NegativeInfinity)).Select(number => (IndexValueKind.Number, number, "")),
        GenText.Select(text => (IndexValueKind.Text, 0.0, text)));

    [Test]
    public void Write_TwoValues_SortAsTheValuesDo() => Gen.Select(GenValue, GenValue).Sample((left, right) =>
    {
        int expected = Compare(left, right);
        int order = Math.Sign(Write(left, out bool leftExact).AsSpan().SequenceCompareTo(Write(right, out bool rightExact)));

        // Texts that were cut short may be equal to others, never out of order.
        Assert.That(order, leftExact && rightExact ? Is.EqualTo(expected) : Is.EqualTo(expected).Or.Zero);
    }, iter: 20_000);

    [Test]
    public void Write_TwoValues_NoneBeginsTheOther() => Gen.Select(GenValue, GenValue, Gen.Bool).Sample((left, right, descending) =>
    {
        byte[] one = Write(left, out _);
        byte[] other = Write(right, out _);
        if (descending)
        {
            IndexKey.Invert(one);
            IndexKey.Invert(other);
        }

        Assert.That(one.AsSpan().StartsWith(other) && one.Length != other.Length, Is.False);
        Assert.That(IndexKey.LengthOf([.. one, .. other], descending), Is.EqualTo(one.Length));
        Assert.That(IndexKey.LengthOf(one.AsSpan(0, one.Length - 1), descending), Is.Zero);
    });

    [Test]
    public void Write_TwoComponentsOfEitherOrder_SortByTheFirstThenTheSecond() =>
        Gen.Select(GenValue.Array[2], GenValue.Array[2], Gen.Bool.Array[2]).Sample((left, right, descending) =>
        {
            byte[] one = [.. Component(left[0], descending[0]), .. Component(left[1], descending[1])];
            byte[] other = [.. Component(right[0], descending[0]), .. Component(right[1], descending[1])];
            int first = Component(left[0], false).AsSpan().SequenceCompareTo(Component(right[0], false)) * (descending[0] ? -1 : 1);
            int second = Component(left[1], false).AsSpan().SequenceCompareTo(Component(right[1], false)) * (descending[1] ? -1 : 1);

            Assert.That(Math.Sign(one.AsSpan().SequenceCompareTo(other)), Is.EqualTo(Math.Sign(first != 0 ? first : second)));
        });

    [Test]
    public void Read_AnyValue_ComesBack() => Gen.Select(GenValue, Gen.Bool).Sample((value, descending) =>
    {
        byte[] written = Component(value, descending);
        Assert.That(IndexKey.TryReadKind(written, descending, out IndexValueKind kind), Is.True);
        Assert.That(kind, Is.EqualTo(value.Kind));
        if (kind == IndexValueKind.Number)
        {
            Assert.That(IndexKey.ReadNumber(written, descending), Is.EqualTo(value.Number));
        }
        else if (kind == IndexValueKind.Text)
        {
            byte[] text = new byte[IndexKey.MaxTextBytes];
            byte[] utf8 = Encoding.UTF8.GetBytes(value.Text);
            int length = IndexKey.ReadText(written, text, descending);
            Assert.That(text[..length], Is.EqualTo(utf8[..Math.Min(utf8.Length, IndexKey.MaxTextBytes)]));
        }
    });

    [Test]
    public void WriteNumber_MinusZero_IsZero() => Assert.That(IndexKey.OfNumber(-0.0), Is.EqualTo(IndexKey.OfNumber(0)));

    [TestCase(128, true)]
    [TestCase(129, false)]
    public void WriteText_OfALength_IsExactUpToTheBound(int length, bool exact)
    {
        byte[] written = IndexKey.OfText(new string('a', length), out bool isExact);

        Assert.That((isExact, written.Length), Is.EqualTo((exact, IndexKey.MaxValueBytes)));
    }

    [Test]
    public void OfTextPrefix_AnyText_BeginsThoseThatBeginSo() => Gen.Select(GenText, GenText).Sample((prefix, rest) =>
        Assert.That(IndexKey.OfText(prefix + rest, out _), Has.Length.GreaterThan(0).And.Matches<byte[]>(
            text => text.AsSpan().StartsWith(IndexKey.OfTextPrefix(prefix, out _)))));

    [Test]
    public void LengthOf_Noise_NeverThrows() => Gen.Select(Gen.OneOf(Gen.Byte, Gen.Int[0, 8].Select(kind => (byte)(kind * 16))).Array[0, 140], Gen.Bool).Sample((bytes, descending) =>
        IndexKey.LengthOf(bytes, descending) <= bytes.Length);

    private static byte[] Component((IndexValueKind Kind, double Number, string Text) value, bool descending)
    {
        byte[] written = Write(value, out _);
        if (descending)
        {
            IndexKey.Invert(written);
        }

        return written;
    }

    private static byte[] Write((IndexValueKind Kind, double Number, string Text) value, out bool isExact)
    {
        isExact = true;
        return value.Kind switch
        {
            IndexValueKind.Number => IndexKey.OfNumber(value.Number),
            IndexValueKind.Text => IndexKey.OfText(value.Text, out isExact),
            _ => IndexKey.Of(value.Kind),
        };
    }

    private static int Compare((IndexValueKind Kind, double Number, string Text) left, (IndexValueKind Kind, double Number, string Text) right) =>
        left.Kind != right.Kind ? Math.Sign(left.Kind.CompareTo(right.Kind))
        : left.Kind == IndexValueKind.Number ? left.Number < right.Number ? -1 : left.Number > right.Number ? 1 : 0
        : Math.Sign(Encoding.UTF8.GetBytes(left.Text).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right.Text)));
}
