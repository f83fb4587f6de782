using System.Globalization;
using System.Text;
using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Writes dates and times by a format string.</summary>
/// <remarks>
/// Thread-safe. <c>yyyy yy y</c> year, <c>MMMM MMM MM M</c> month, <c>dddd ddd dd d</c> day, <c>HH H</c> hour of 24,
/// <c>hh h</c> of 12, <c>mm m</c> minute, <c>ss s</c> second, <c>f</c> to <c>fffffff</c> that many digits of the fraction,
/// <c>F</c> the same without zeros at the end, <c>tt t</c> AM or PM. Names are English. A reverse solidus makes the next
/// character stand for itself; everything else does so anyway.
/// </remarks>
internal static class DateTimeFormat
{
    private const int FractionDigits = 7;

    /// <summary>Writes a date and time.</summary>
    /// <returns>Undefined when the format asks for more than seven digits of the fraction.</returns>
    public static QueryValue Write(DateTime time, ReadOnlySpan<byte> format, FunctionContext context)
    {
        var result = new TextBuilder(context);
        for (int at = 0; at < format.Length;)
        {
            byte letter = format[at];
            if (letter == '\\')
            {
                int length = at + 1 < format.Length ? Texts.SequenceLength(format[at + 1]) : 0;
                result.Append(format.Slice(at + 1, length));
                at += 1 + length;
                continue;
            }

            int run = 1;
            while (at + run < format.Length && format[at + run] == letter)
            {
                run++;
            }

            if (letter is (byte)'f' or (byte)'F' && run > FractionDigits)
            {
                return QueryValue.Undefined;
            }

            if (Field(time, letter, run) is { } text)
            {
                result.Append(Encoding.UTF8.GetBytes(text));
            }
            else
            {
                result.Append(format.Slice(at, run));
            }

            at += run;
        }

        return result.Build();
    }

    private static string? Field(DateTime time, byte letter, int run) => (char)letter switch
    {
        'y' => run <= 2 ? Padded(time.Year % 100, run) : Padded(time.Year, run),
        'M' => run switch
        {
            <= 2 => Padded(time.Month, run),
            3 => CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedMonthName(time.Month),
            _ => CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(time.Month),
        },
        'd' => run switch
        {
            <= 2 => Padded(time.Day, run),
            3 => CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedDayName(time.DayOfWeek),
            _ => CultureInfo.InvariantCulture.DateTimeFormat.GetDayName(time.DayOfWeek),
        },
        'H' => Padded(time.Hour, Math.Min(run, 2)),
        'h' => Padded((time.Hour + 11) % 12 + 1, Math.Min(run, 2)),
        'm' => Padded(time.Minute, Math.Min(run, 2)),
        's' => Padded(time.Second, Math.Min(run, 2)),
        'f' => Fraction(time, run),
        'F' => Fraction(time, run).TrimEnd('0'),
        't' => (time.Hour < 12 ? "AM" : "PM")[..Math.Min(run, 2)],
        _ => null,
    };

    private static string Padded(int value, int digits) =>
        value.ToString(CultureInfo.InvariantCulture).PadLeft(Math.Min(digits, 16), '0');

    private static string Fraction(DateTime time, int digits) =>
        Padded((int)(time.Ticks % TimeSpan.TicksPerSecond), FractionDigits)[..digits];
}
