using System.Globalization;

namespace Nacre.Core.Indexing;

/// <summary>Numbers as JSON writes them, beside the doubles that they are read as.</summary>
public static class NumberText
{
    /// <summary>Decimal numbers of so many digits come back from a double as they were.</summary>
    private const int SafeDigits = 15;

    /// <summary>No double needs more to be told from its neighbours.</summary>
    private const int MostDigits = 17;

    private const double LeastNormal = 2.2250738585072014E-308;
    private const int ExponentLimit = 1_000_000;

    /// <summary>
    /// True when a double, written with as few digits as tell it from its neighbours, has the digits that it was read
    /// from: nothing was rounded that a reader could see.
    /// </summary>
    /// <param name="utf8">The number, as JSON has it.</param>
    /// <param name="value">What it was read as; infinite when it was too large.</param>
    public static bool IsExact(ReadOnlySpan<byte> utf8, double value)
    {
        Span<byte> digits = stackalloc byte[MostDigits];
        int count = Scan(utf8, digits, out int exponent);
        if (count == 0)
        {
            return true;
        }

        if (count > MostDigits || !double.IsFinite(value) || value == 0)
        {
            return false;
        }

        if (count <= SafeDigits && Math.Abs(value) >= LeastNormal)
        {
            return true;
        }

        Span<byte> shortest = stackalloc byte[32];
        bool written = value.TryFormat(shortest, out int length, "R", CultureInfo.InvariantCulture);
        Invariant.Check(written);
        Span<byte> own = stackalloc byte[MostDigits];
        int ownCount = Scan(shortest[..length], own, out int ownExponent);
        return ownCount == count && ownExponent == exponent && own[..count].SequenceEqual(digits[..count]);
    }

    /// <summary>Takes a number apart.</summary>
    /// <param name="utf8">The number.</param>
    /// <param name="digits">Its digits without zeros at either end, as far as there is room.</param>
    /// <param name="exponent">The power of ten of the first digit.</param>
    /// <returns>How many digits it has; more than there is room for when it is too long.</returns>
    private static int Scan(ReadOnlySpan<byte> utf8, Span<byte> digits, out int exponent)
    {
        int count = 0;
        int zeros = 0;
        int scale = 0;
        bool inFraction = false;
        exponent = 0;
        int at = 0;
        for (; at < utf8.Length && utf8[at] is not ((byte)'e' or (byte)'E'); at++)
        {
            byte value = utf8[at];
            if (value == '.')
            {
                inFraction = true;
            }
            else if (value is >= (byte)'0' and <= (byte)'9')
            {
                if (count == 0 && value == '0')
                {
                    scale -= inFraction ? 1 : 0;
                    continue;
                }

                scale += inFraction ? 0 : 1;
                if (value == '0')
                {
                    zeros++;
                    continue;
                }

                for (; zeros > 0 && count < digits.Length; zeros--)
                {
                    digits[count++] = (byte)'0';
                }

                if (count == digits.Length)
                {
                    return count + 1;
                }

                digits[count++] = value;
            }
        }

        exponent = scale - 1 + ReadExponent(utf8[Math.Min(at + 1, utf8.Length)..]);
        return count;
    }

    private static int ReadExponent(ReadOnlySpan<byte> utf8)
    {
        int exponent = 0;
        bool negative = false;
        foreach (byte value in utf8)
        {
            negative |= value == '-';
            exponent = value is >= (byte)'0' and <= (byte)'9'
                ? Math.Min((exponent * 10) + value - '0', ExponentLimit)
                : exponent;
        }

        return negative ? -exponent : exponent;
    }
}
