using System.Collections.Immutable;
using System.Globalization;
using Nacre.Core.Indexing;
using Nacre.Query.Syntax;
using Nacre.Query.Values;

namespace Nacre.Query.Planning;

/// <summary>Values of queries as indexes have them.</summary>
internal static class ValueKeys
{
    private const int MostTextShown = 40;

    /// <summary>A value's bytes.</summary>
    /// <param name="value">Any value but NaN.</param>
    /// <param name="isExact">False when other values have the same bytes.</param>
    public static byte[] Of(in QueryValue value, out bool isExact)
    {
        isExact = true;
        switch (value.Kind)
        {
            case ValueKind.Number:
                return IndexKey.OfNumber(value.Number);
            case ValueKind.String:
                byte[] text = new byte[IndexKey.MaxValueBytes];
                int length = IndexKey.WriteText(value.Utf8.Span, text, out _);

                // A text that was cut short has the bytes of its first ones, which are a text, too.
                isExact = value.Utf8.Length < IndexKey.MaxTextBytes;
                return text[..length];
            default:
                isExact = value.Kind is not (ValueKind.Array or ValueKind.Object);
                return [IndexKey.MarkerOf(KindOf(value.Kind))];
        }
    }

    /// <summary>Whether no other value has the bytes of a value.</summary>
    public static bool IsExact(in QueryValue value)
    {
        Of(value, out bool isExact);
        return isExact;
    }

    /// <summary>What the values of all texts with a beginning begin with.</summary>
    /// <param name="prefix">The beginning; empty for all texts.</param>
    /// <param name="isExact">False when it was cut short.</param>
    public static byte[] OfPrefix(ReadOnlySpan<byte> prefix, out bool isExact)
    {
        byte[] text = new byte[IndexKey.MaxValueBytes];
        int length = IndexKey.WriteText(prefix, text, out isExact);
        return text[..(length - 1)];
    }

    /// <summary>All values of the types from one to another.</summary>
    public static IndexInterval OfTypes(ValueKind first, ValueKind last) =>
        new(new[] { IndexKey.MarkerOf(KindOf(first)) }, IndexInterval.After([IndexKey.MarkerOf(KindOf(last))]));

    /// <summary>The values for which a comparison with a constant is true.</summary>
    /// <param name="operator">One of the six.</param>
    /// <param name="value">The constant, on the right side.</param>
    /// <param name="isExact">False when there may be others among them.</param>
    public static ImmutableArray<IndexInterval> Compared(BinaryOperator @operator, in QueryValue value, out bool isExact)
    {
        isExact = true;
        if (!value.IsDefined || (!value.IsPrimitive && @operator is not (BinaryOperator.Equal or BinaryOperator.NotEqual)))
        {
            return [];
        }

        IndexInterval type = value.IsBoolean ? OfTypes(ValueKind.False, ValueKind.True) : OfTypes(value.Kind, value.Kind);
        if (value.IsNumber && double.IsNaN(value.Number))
        {
            return @operator == BinaryOperator.NotEqual ? [type] : [];
        }

        byte[] key = Of(value, out isExact);
        IndexInterval below = type with { High = key };
        IndexInterval above = type with { Low = IndexInterval.After(key) };
        IndexInterval point = IndexInterval.Of(key);
        return IndexIntervals.Union(@operator switch
        {
            BinaryOperator.Equal => [point],
            BinaryOperator.NotEqual => isExact ? [below, above] : [type],
            BinaryOperator.Less => isExact ? [below] : [below, point],
            BinaryOperator.LessOrEqual => [below, point],
            BinaryOperator.Greater => isExact ? [above] : [point, above],
            _ => [point, above],
        });
    }

    /// <summary>A constant for a person, in one line.</summary>
    /// <param name="value">The constant.</param>
    /// <param name="most">Characters of it that are shown.</param>
    public static string Show(in QueryValue value, int most = MostTextShown)
    {
        string text = value.ToString().ReplaceLineEndings(" ");
        return text.Length <= most ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..most]}…");
    }

    /// <summary>The kinds have the same names and order.</summary>
    private static IndexValueKind KindOf(ValueKind kind) => (IndexValueKind)kind;
}
