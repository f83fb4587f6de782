using System.Buffers.Text;
using Nacre.Core;

namespace Nacre.Query.Values;

/// <summary>JSON's numbers as doubles, both ways.</summary>
/// <remarks>Thread-safe. Allocates nothing.</remarks>
internal static class JsonNumber
{
    /// <summary>The most bytes that <see cref="Format"/> writes.</summary>
    public const int MaxBytes = 32;

    private const int ExactPowers = 22;

    private static ReadOnlySpan<double> PowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>The double nearest to a JSON number; an infinity when it is too large for one.</summary>
    /// <param name="text">One valid JSON number, nothing around it.</param>
    public static double Parse(ReadOnlySpan<byte> text)
    {
        // Up to 15 digits and a power of ten up to 22 are both exact doubles, and one division rounds once
        // (W. Clinger, How to Read Floating Point Numbers Accurately, 1990). That is nearly every number there is.
        Invariant.Check(!text.IsEmpty);
        bool negative = text[0] == '-';
        int at = negative ? 1 : 0;

        long digits = 0;
        int count = 0;
        int scale = 0;
        bool fraction = false;
        for (; at < text.Length && count <= 15; at++)
        {
            int digit = text[at] - '0';
            if ((uint)digit <= 9)
            {
                digits = digits * 10 + digit;
                count += digits == 0 ? 0 : 1;
                scale += fraction ? 1 : 0;
            }
            else if (text[at] == '.' && !fraction)
            {
                fraction = true;
            }
            else
            {
                break;
            }
        }

        if (at == text.Length && count <= 15 && scale <= ExactPowers && char.IsAsciiDigit((char)text[^1]))
        {
            double value = digits / PowersOfTen[scale];
            return negative ? -value : value;
        }

        bool parsed = Utf8Parser.TryParse(text, out double slow, out int used);
        Invariant.Check(parsed);
        Invariant.Check(used == text.Length);
        return slow;
    }

    /// <summary>Writes a computed number: integers below 2^63 as digits, the rest in the shortest form that reads back.</summary>
    /// <param name="value">NaN and the infinities become the quoted strings of their names.</param>
    /// <param name="target">At least <see cref="MaxBytes"/> long.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Format(double value, Span<byte> target)
    {
        if (!double.IsFinite(value))
        {
            ReadOnlySpan<byte> name = double.IsNaN(value) ? "\"NaN\""u8
                : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8;
            name.CopyTo(target);
            return name.Length;
        }

        // A negative zero is written as 0: the dialect cannot tell them apart.
        bool integral = double.IsInteger(value) && Math.Abs(value) < -(double)long.MinValue;
        bool written = integral
            ? Utf8Formatter.TryFormat((long)value, target, out int length)
            : value.TryFormat(target, out length, "R", System.Globalization.CultureInfo.InvariantCulture);
        Invariant.Check(written);
        return length;
    }
}
