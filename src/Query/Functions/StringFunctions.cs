using System.Text;
using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>Functions that make strings of strings. Positions and lengths count UTF-16 units.</summary>
internal static class StringFunctions
{
    private const FunctionFamily Family = FunctionFamily.String;

    // The dialect's own bound: more is undefined.
    private const long MaxReplicatedUnits = 10_000;

    public static IEnumerable<ScalarFunction> All =>
    [
        new("CONCAT", Family, 2, int.MaxValue, "All strings, one after the other.", Concat),
        new("LEFT", Family, 2, 2, "The first units of the string.",
            static (arguments, context) => Part(arguments[0], 0, arguments[1], context)),
        new("LENGTH", Family, 1, 1, "How many UTF-16 units the string has.", Length),
        new("LOWER", Family, 1, 1, "The string in lower case.",
            static (arguments, context) => Map(arguments[0], context, Texts.ToLower)),
        new("LTRIM", Family, 1, 2, "The string without white space, or without the characters given, at its start.",
            static (arguments, context) => Trim(arguments, context, start: true, end: false)),
        new("REPLACE", Family, 3, 3, "The string with each occurrence of the second replaced by the third.", Replace),
        new("REPLICATE", Family, 2, 2, "The string so many times; at most 10,000 units.", Replicate),
        new("REVERSE", Family, 1, 1, "The string's code points from the last to the first.", Reverse),
        new("RIGHT", Family, 2, 2, "The last units of the string.", Right),
        new("RTRIM", Family, 1, 2, "The string without white space, or without the characters given, at its end.",
            static (arguments, context) => Trim(arguments, context, start: false, end: true)),
        new("STRINGJOIN", Family, 2, 2, "The strings of an array with a separator between them.", Join),
        new("STRINGSPLIT", Family, 2, 2, "The parts between occurrences of a separator.", Split),
        new("SUBSTRING", Family, 3, 3, "The string from a position on, at most so many units.",
            static (arguments, context) => arguments[1].TryGetInteger(out long start)
                ? Part(arguments[0], start, arguments[2], context)
                : QueryValue.Undefined),
        new("TRIM", Family, 1, 2, "The string without white space, or without the characters given, at both ends.",
            static (arguments, context) => Trim(arguments, context, start: true, end: true)),
        new("UPPER", Family, 1, 1, "The string in upper case.",
            static (arguments, context) => Map(arguments[0], context, Texts.ToUpper)),
    ];

    private static QueryValue Concat(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        long bytes = 0;
        foreach (ref readonly QueryValue argument in arguments)
        {
            if (!argument.IsString)
            {
                return QueryValue.Undefined;
            }

            bytes += argument.Utf8.Length;
        }

        context.CheckSize(bytes);
        byte[] whole = new byte[bytes];
        int length = 0;
        foreach (ref readonly QueryValue argument in arguments)
        {
            length = Wtf8.Append(whole, length, argument.Utf8.Span);
        }

        return QueryValue.FromUtf8String(whole.AsMemory(0, length));
    }

    private static QueryValue Length(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsString)
        {
            return QueryValue.Undefined;
        }

        context.ChargeBytes(arguments[0].Utf8.Length);
        return QueryValue.FromNumber(Wtf8.CountUnits(arguments[0].Utf8.Span));
    }

    private static QueryValue Map(
        in QueryValue text, FunctionContext context, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> map)
    {
        if (!text.IsString)
        {
            return QueryValue.Undefined;
        }

        context.ChargeBytes(2L * text.Utf8.Length);
        return QueryValue.FromUtf8String(map(text.Utf8));
    }

    private static QueryValue Part(in QueryValue text, long start, in QueryValue count, FunctionContext context)
    {
        if (!text.IsString || !count.TryGetInteger(out long units))
        {
            return QueryValue.Undefined;
        }

        if (start < 0 || units <= 0)
        {
            return QueryValue.FromUtf8String(default);
        }

        context.ChargeBytes(text.Utf8.Length);
        return QueryValue.FromUtf8String(Texts.Slice(text.Utf8, start, units));
    }

    private static QueryValue Right(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsString || !arguments[1].TryGetInteger(out long units))
        {
            return QueryValue.Undefined;
        }

        context.ChargeBytes(arguments[0].Utf8.Length);
        int length = Wtf8.CountUnits(arguments[0].Utf8.Span);
        return Part(arguments[0], Math.Max(length - Math.Max(units, 0), 0), QueryValue.FromInteger(units), context);
    }

    private static QueryValue Replace(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsString || !arguments[1].IsString || !arguments[2].IsString || arguments[1].Utf8.IsEmpty)
        {
            return QueryValue.Undefined;
        }

        ReadOnlySpan<byte> rest = arguments[0].Utf8.Span;
        ReadOnlySpan<byte> wanted = arguments[1].Utf8.Span;
        int at = ByteSearch.IndexOf(rest, wanted, context);
        if (at < 0)
        {
            return arguments[0];
        }

        var result = new TextBuilder(context);
        while (at >= 0)
        {
            result.Append(rest[..at]).Append(arguments[2].Utf8.Span);
            rest = rest[(at + wanted.Length)..];
            at = ByteSearch.IndexOf(rest, wanted, context);
        }

        return result.Append(rest).Build();
    }

    private static QueryValue Replicate(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsString || !arguments[1].IsNumber ||
            !double.IsFinite(arguments[1].Number) || arguments[1].Number < 0)
        {
            return QueryValue.Undefined;
        }

        ReadOnlySpan<byte> text = arguments[0].Utf8.Span;
        double times = Math.Truncate(arguments[1].Number);
        context.ChargeBytes(text.Length);
        if (times == 0 || text.IsEmpty)
        {
            return QueryValue.FromUtf8String(default);
        }

        if (Wtf8.CountUnits(text) * times > MaxReplicatedUnits)
        {
            return QueryValue.Undefined;
        }

        var result = new TextBuilder(context);
        for (int count = (int)times; count > 0; count--)
        {
            result.Append(text);
        }

        return result.Build();
    }

    private static QueryValue Reverse(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsString)
        {
            return QueryValue.Undefined;
        }

        ReadOnlySpan<byte> text = arguments[0].Utf8.Span;
        context.ChargeBytes(4L * text.Length);
        byte[] reversed = new byte[text.Length];
        int length = 0;
        for (int end = text.Length; end > 0;)
        {
            int begin = end - 1;
            while ((text[begin] & 0xC0) == 0x80)
            {
                begin--;
            }

            length = Wtf8.Append(reversed, length, text[begin..end]);
            end = begin;
        }

        return QueryValue.FromUtf8String(reversed.AsMemory(0, length));
    }

    private static QueryValue Join(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsArray || !arguments[1].IsString)
        {
            return QueryValue.Undefined;
        }

        var result = new TextBuilder(context);
        bool first = true;
        foreach (QueryValue element in QueryValueReader.EnumerateArray(arguments[0]))
        {
            if (!element.IsString)
            {
                return QueryValue.Undefined;
            }

            if (!first)
            {
                result.Append(arguments[1].Utf8.Span);
            }

            result.Append(element.Utf8.Span);
            first = false;
        }

        return result.Build();
    }

    private static QueryValue Split(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        if (!arguments[0].IsString || !arguments[1].IsString)
        {
            return QueryValue.Undefined;
        }

        JsonBuilder parts = JsonBuilder.Array(context);
        ReadOnlyMemory<byte> rest = arguments[0].Utf8;
        ReadOnlySpan<byte> separator = arguments[1].Utf8.Span;
        while (!separator.IsEmpty)
        {
            int at = ByteSearch.IndexOf(rest.Span, separator, context);
            if (at < 0)
            {
                break;
            }

            parts.Add(QueryValue.FromUtf8String(rest[..at]));
            rest = rest[(at + separator.Length)..];
        }

        return parts.Add(QueryValue.FromUtf8String(rest)).Build();
    }

    private static QueryValue Trim(ReadOnlySpan<QueryValue> arguments, FunctionContext context, bool start, bool end)
    {
        if (!arguments[0].IsString || !arguments[^1].IsString)
        {
            return QueryValue.Undefined;
        }

        ReadOnlyMemory<byte> text = arguments[0].Utf8;
        ReadOnlySpan<byte> set = arguments.Length == 2 ? arguments[1].Utf8.Span : default;
        bool isSet = arguments.Length == 2;
        while (start && !text.IsEmpty)
        {
            ReadOnlySpan<byte> first = text.Span[..Texts.SequenceLength(text.Span[0])];
            if (!IsTrimmed(first, set, isSet, context))
            {
                break;
            }

            text = text[first.Length..];
        }

        while (end && !text.IsEmpty)
        {
            int begin = text.Length - 1;
            while ((text.Span[begin] & 0xC0) == 0x80)
            {
                begin--;
            }

            if (!IsTrimmed(text.Span[begin..], set, isSet, context))
            {
                break;
            }

            text = text[..begin];
        }

        return QueryValue.FromUtf8String(text);
    }

    private static bool IsTrimmed(
        ReadOnlySpan<byte> codePoint, ReadOnlySpan<byte> set, bool isSet, FunctionContext context)
    {
        if (isSet)
        {
            context.ChargeBytes(set.Length);
            return set.IndexOf(codePoint) >= 0;
        }

        return Rune.DecodeFromUtf8(codePoint, out Rune rune, out _) == System.Buffers.OperationStatus.Done &&
            Rune.IsWhiteSpace(rune);
    }
}
