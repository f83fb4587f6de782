using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Functions of dates and times.</summary>
internal static class DateTimeFunctions
{
    private const FunctionFamily Family = FunctionFamily.DateTime;
    private const int NanosecondsPerTick = 100;

    // 1601-01-01, the Windows epoch: bins may not start before.
    private const long FirstBinTicks = 504_911_232_000_000_000;

    public static IEnumerable<ScalarFunction> All =>
    [
        new("DATETIMEADD", Family, 3, 3, "The date and time so many parts later.", static (arguments, _) =>
            IsoDateTime.TryField(arguments[0], out DateTimeField part) &&
            arguments[1].TryGetInteger(out long count) && TryRead(arguments[2], out long ticks)
                ? Add(part, count, ticks)
                : QueryValue.Undefined),
        new("DATETIMEBIN", Family, 2, 4, "The start of the bin of so many parts that the date and time is in.", Bin),
        new("DATETIMEDIFF", Family, 3, 3, "How many boundaries of a part lie between two dates and times.", Difference),
        new("DATETIMEFORMAT", Family, 2, 2, "The date and time in a format of one's own.", static (arguments, context) =>
            TryRead(arguments[0], out long ticks) && arguments[1].IsString
                ? DateTimeFormat.Write(new DateTime(ticks, DateTimeKind.Utc), arguments[1].Utf8.Span, context)
                : QueryValue.Undefined),
        new("DATETIMEFROMPARTS", Family, 3, 7,
            "The date and time of a year, month, day, hour, minute, second and fraction in 100 ns.", FromParts),
        new("DATETIMEPART", Family, 2, 2, "A part of the date and time as a number.", static (arguments, _) =>
            IsoDateTime.TryField(arguments[0], out DateTimeField part)
                ? Part(arguments[1], part)
                : QueryValue.Undefined),
        new("DATETIMETOTICKS", Family, 1, 1, "How many 100 ns the date and time lies behind the Unix epoch.",
            static (arguments, _) => TryRead(arguments[0], out long ticks)
                ? QueryValue.FromInteger(ticks - IsoDateTime.UnixEpochTicks)
                : QueryValue.Undefined),
        new("DATETIMETOTIMESTAMP", Family, 1, 1, "How many milliseconds the date and time lies behind the Unix epoch.",
            static (arguments, _) => TryRead(arguments[0], out long ticks)
                ? QueryValue.FromInteger((long)IsoDateTime.FloorDivide(
                    ticks - IsoDateTime.UnixEpochTicks, TimeSpan.TicksPerMillisecond))
                : QueryValue.Undefined),
        new("DAY", Family, 1, 1, "The day of the month.",
            static (arguments, _) => Part(arguments[0], DateTimeField.Day)),
        new("MONTH", Family, 1, 1, "The month, from 1.",
            static (arguments, _) => Part(arguments[0], DateTimeField.Month)),
        new("TICKSTODATETIME", Family, 1, 1, "The date and time so many 100 ns behind the Unix epoch.",
            static (arguments, _) => arguments[0].TryGetInteger(out long ticks)
                ? IsoDateTime.Write((Int128)ticks + IsoDateTime.UnixEpochTicks)
                : QueryValue.Undefined),
        new("TIMESTAMPTODATETIME", Family, 1, 1, "The date and time so many milliseconds behind the Unix epoch.",
            static (arguments, _) => arguments[0].TryGetInteger(out long milliseconds)
                ? IsoDateTime.Write((Int128)milliseconds * TimeSpan.TicksPerMillisecond + IsoDateTime.UnixEpochTicks)
                : QueryValue.Undefined),
        new("YEAR", Family, 1, 1, "The year.", static (arguments, _) => Part(arguments[0], DateTimeField.Year)),
    ];

    /// <summary>The date and time so many parts later; Undefined outside of the years 1 to 9999.</summary>
    internal static QueryValue Add(DateTimeField field, Int128 count, long ticks)
    {
        if (field > DateTimeField.Month)
        {
            return IsoDateTime.Write(ticks + count * IsoDateTime.NanosecondsOf(field) / NanosecondsPerTick);
        }

        var from = new DateTime(ticks, DateTimeKind.Utc);
        Int128 months = from.Year * 12 + from.Month - 1 + (field == DateTimeField.Year ? count * 12 : count);
        if (months < 12 || months >= 10_000 * 12)
        {
            return QueryValue.Undefined;
        }

        // A day that the month does not have becomes its last.
        return IsoDateTime.Write(from.AddMonths((int)months - (from.Year * 12 + from.Month - 1)).Ticks);
    }

    private static bool TryRead(in QueryValue value, out long ticks)
    {
        ticks = 0;
        return value.IsString && IsoDateTime.TryParse(value.Utf8.Span, out ticks);
    }

    private static QueryValue Part(in QueryValue value, DateTimeField field)
    {
        if (!TryRead(value, out long ticks))
        {
            return QueryValue.Undefined;
        }

        var time = new DateTime(ticks, DateTimeKind.Utc);
        long fraction = ticks % TimeSpan.TicksPerSecond;
        return QueryValue.FromNumber(field switch
        {
            DateTimeField.Year => time.Year,
            DateTimeField.Month => time.Month,
            DateTimeField.Day => time.Day,
            DateTimeField.Hour => time.Hour,
            DateTimeField.Minute => time.Minute,
            DateTimeField.Second => time.Second,
            DateTimeField.Millisecond => fraction / TimeSpan.TicksPerMillisecond,
            DateTimeField.Microsecond => fraction / TimeSpan.TicksPerMicrosecond,
            _ => fraction * NanosecondsPerTick,
        });
    }

    private static QueryValue Difference(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!IsoDateTime.TryField(arguments[0], out DateTimeField field) || !TryRead(arguments[1], out long first) ||
            !TryRead(arguments[2], out long second))
        {
            return QueryValue.Undefined;
        }

        if (field <= DateTimeField.Month)
        {
            var start = new DateTime(first, DateTimeKind.Utc);
            var end = new DateTime(second, DateTimeKind.Utc);
            int years = end.Year - start.Year;
            return QueryValue.FromNumber(field == DateTimeField.Year ? years : years * 12 + end.Month - start.Month);
        }

        Int128 size = IsoDateTime.NanosecondsOf(field);
        Int128 boundaries = IsoDateTime.FloorDivide((Int128)second * NanosecondsPerTick, size) -
            IsoDateTime.FloorDivide((Int128)first * NanosecondsPerTick, size);
        return boundaries >= long.MinValue && boundaries <= long.MaxValue
            ? QueryValue.FromInteger((long)boundaries)
            : QueryValue.FromNumber((double)boundaries);
    }

    private static QueryValue Bin(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        long size = 1;
        long origin = IsoDateTime.UnixEpochTicks;
        if (!TryRead(arguments[0], out long ticks) || !IsoDateTime.TryField(arguments[1], out DateTimeField field) ||
            field < DateTimeField.Day ||
            (arguments.Length > 2 && (!arguments[2].TryGetInteger(out size) || size <= 0)) ||
            (arguments.Length > 3 && (!TryRead(arguments[3], out origin) || origin < FirstBinTicks)))
        {
            return QueryValue.Undefined;
        }

        Int128 width = (Int128)size * IsoDateTime.NanosecondsOf(field);
        Int128 since = ((Int128)ticks - origin) * NanosecondsPerTick;
        Int128 start = IsoDateTime.FloorDivide(since, width) * width;
        return IsoDateTime.Write(origin + IsoDateTime.FloorDivide(start, NanosecondsPerTick));
    }

    private static QueryValue FromParts(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        Span<long> parts = stackalloc long[7];
        parts.Clear();
        for (int at = 0; at < arguments.Length; at++)
        {
            if (!arguments[at].TryGetInteger(out parts[at]))
            {
                return QueryValue.Undefined;
            }
        }

        if (parts[0] is < 1 or > 9999 || parts[1] is < 1 or > 12 || parts[2] < 1 ||
            parts[2] > DateTime.DaysInMonth((int)parts[0], (int)parts[1]) || parts[3] is < 0 or > 23 ||
            parts[4] is < 0 or > 59 || parts[5] is < 0 or > 59 || parts[6] is < 0 or > 9_999_999)
        {
            return QueryValue.Undefined;
        }

        var seconds = new DateTime(
            (int)parts[0], (int)parts[1], (int)parts[2], (int)parts[3], (int)parts[4], (int)parts[5], DateTimeKind.Utc);
        return IsoDateTime.Write(seconds.Ticks + parts[6]);
    }
}
