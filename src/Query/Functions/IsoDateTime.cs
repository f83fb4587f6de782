using System.Buffers.Text;
using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>The dialect's dates and times: ISO 8601 in UTC, to 100 nanoseconds, as text and as ticks.</summary>
/// <remarks>
/// Thread-safe. Ticks are 100 nanoseconds since 0001-01-01. Read is <c>yyyy-MM-dd</c>, then nothing or <c>T</c> or a space,
/// <c>HH:mm:ss</c> and up to seven digits behind a point; <c>Z</c> may end it. Written is always
/// <c>yyyy-MM-ddTHH:mm:ss.fffffffZ</c>.
/// </remarks>
internal static class IsoDateTime
{
    /// <summary>The Unix epoch.</summary>
    public const long UnixEpochTicks = 621_355_968_000_000_000;

    private const int DateLength = 10;
    private const int SecondsLength = 19;
    private const int WrittenLength = 28;
    private const int FractionDigits = 7;

    /// <summary>Reads a text.</summary>
    /// <returns>False when it is no date and time of the years 1 to 9999.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length > 0 && text[^1] == 'Z')
        {
            text = text[..^1];
        }

        if (!TryDigits(text, 0, 4, out int year) || !Is(text, 4, '-') || !TryDigits(text, 5, 2, out int month) ||
            !Is(text, 7, '-') || !TryDigits(text, 8, 2, out int day) || year == 0 || month is 0 or > 12 || day == 0 ||
            day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        ticks = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks;
        if (text.Length == DateLength)
        {
            return true;
        }

        if (!(Is(text, 10, 'T') || Is(text, 10, ' ')) || !TryDigits(text, 11, 2, out int hour) || !Is(text, 13, ':') ||
            !TryDigits(text, 14, 2, out int minute) || !Is(text, 16, ':') || !TryDigits(text, 17, 2, out int second) ||
            hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        ticks += ((hour * 60L + minute) * 60 + second) * TimeSpan.TicksPerSecond;
        if (text.Length == SecondsLength)
        {
            return true;
        }

        int digits = text.Length - SecondsLength - 1;
        if (!Is(text, SecondsLength, '.') || digits is 0 or > FractionDigits ||
            !TryDigits(text, SecondsLength + 1, digits, out int fraction))
        {
            return false;
        }

        for (; digits < FractionDigits; digits++)
        {
            fraction *= 10;
        }

        ticks += fraction;
        return true;
    }

    /// <summary>A date and time as the dialect writes it.</summary>
    /// <param name="ticks">A wide number, so that callers need not look out for overflow.</param>
    /// <returns>Undefined outside of the years 1 to 9999.</returns>
    public static QueryValue Write(Int128 ticks)
    {
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return QueryValue.Undefined;
        }

        byte[] text = new byte[WrittenLength];
        bool written = Utf8Formatter.TryFormat(
            new DateTime((long)ticks, DateTimeKind.Utc), text, out int length, new System.Buffers.StandardFormat('O'));
        Core.Invariant.Check(written);
        Core.Invariant.Check(length == WrittenLength);
        return QueryValue.FromUtf8String(text);
    }

    /// <summary>Reads the name of a part, in any case.</summary>
    public static bool TryField(in QueryValue name, out DateTimeField field)
    {
        field = default;
        if (!name.IsString || name.Utf8.Length > 11)
        {
            return false;
        }

        DateTimeField? found = name.GetString().ToLowerInvariant() switch
        {
            "year" or "yyyy" or "yy" => DateTimeField.Year,
            "month" or "mm" or "m" => DateTimeField.Month,
            "day" or "dd" or "d" => DateTimeField.Day,
            "hour" or "hh" => DateTimeField.Hour,
            "minute" or "mi" or "n" => DateTimeField.Minute,
            "second" or "ss" or "s" => DateTimeField.Second,
            "millisecond" or "ms" => DateTimeField.Millisecond,
            "microsecond" or "mcs" => DateTimeField.Microsecond,
            "nanosecond" or "ns" => DateTimeField.Nanosecond,
            _ => null,
        };
        field = found ?? default;
        return found is not null;
    }

    /// <summary>How many nanoseconds a part has that is a day or less.</summary>
    public static long NanosecondsOf(DateTimeField field) => field switch
    {
        DateTimeField.Day => 86_400_000_000_000,
        DateTimeField.Hour => 3_600_000_000_000,
        DateTimeField.Minute => 60_000_000_000,
        DateTimeField.Second => 1_000_000_000,
        DateTimeField.Millisecond => 1_000_000,
        DateTimeField.Microsecond => 1_000,
        _ => 1,
    };

    /// <summary>The quotient, rounded down.</summary>
    public static Int128 FloorDivide(Int128 value, Int128 by)
    {
        Int128 quotient = value / by;
        return value % by < 0 ? quotient - 1 : quotient;
    }

    private static bool Is(ReadOnlySpan<byte> text, int at, char wanted) => at < text.Length && text[at] == wanted;

    private static bool TryDigits(ReadOnlySpan<byte> text, int at, int count, out int value)
    {
        value = 0;
        if (at + count > text.Length)
        {
            return false;
        }

        foreach (byte digit in text.Slice(at, count))
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = value * 10 + (digit - '0');
        }

        return true;
    }
}
