using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>
/// Functions that look for one string in another: whole code points are found, exactly or by upper case alone.
/// </summary>
internal static class StringSearchFunctions
{
    private const FunctionFamily Family = FunctionFamily.String;

    public static IEnumerable<ScalarFunction> All =>
    [
        Test("CONTAINS", "Whether the first string contains the second; with true as third argument in any case.",
            static (text, wanted, context) => ByteSearch.IndexOf(text, wanted, context) >= 0),
        Many("CONTAINS_ALL_CI", "Whether the first string contains all others, in any case.", all: true, ignoreCase: true),
        Many("CONTAINS_ALL_CS", "Whether the first string contains all others.", all: true, ignoreCase: false),
        Many("CONTAINS_ANY_CI", "Whether the first string contains one of the others, in any case.",
            all: false, ignoreCase: true),
        Many("CONTAINS_ANY_CS", "Whether the first string contains one of the others.", all: false, ignoreCase: false),
        Test("ENDSWITH", "Whether the first string ends with the second; with true as third argument in any case.",
            static (text, wanted, context) => text.EndsWith(wanted)),
        new("INDEX_OF", Family, 2, 3, "The first position of the second string in the first, from a position on; or -1.",
            IndexOf),
        new("LASTINDEXOF", Family, 2, 3,
            "The last position of the second string in the first, ending at a position at the latest; or -1.", LastIndexOf),
        Around("LASTSUBSTRINGAFTER", "What stands behind the last occurrence of the second string; or nothing.",
            last: true, after: true),
        Around("LASTSUBSTRINGBEFORE", "What stands before the last occurrence of the second string; or nothing.",
            last: true, after: false),
        Test("STARTSWITH", "Whether the first string starts with the second; with true as third argument in any case.",
            static (text, wanted, context) => text.StartsWith(wanted)),
        Test("STRINGEQUALS", "Whether two strings are equal; with true as third argument in any case.",
            static (text, wanted, context) => text.SequenceEqual(wanted)),
        Around("SUBSTRINGAFTER", "What stands behind the first occurrence of the second string; or nothing.",
            last: false, after: true),
        Around("SUBSTRINGBEFORE", "What stands before the first occurrence of the second string; or nothing.",
            last: false, after: false),
    ];

    private delegate bool StringTest(ReadOnlySpan<byte> text, ReadOnlySpan<byte> wanted, FunctionContext context);

    private static ScalarFunction Test(string name, string description, StringTest test) =>
        new(name, Family, 2, 3, description, (arguments, context) =>
        {
            bool ignoreCase = arguments.Length == 3 && arguments[2].Kind == ValueKind.True;
            if (!arguments[0].IsString || !arguments[1].IsString || (arguments.Length == 3 && !arguments[2].IsBoolean))
            {
                return QueryValue.Undefined;
            }

            return QueryValue.FromBool(test(
                Fold(arguments[0], ignoreCase, context), Fold(arguments[1], ignoreCase, context), context));
        });

    private static ScalarFunction Many(string name, string description, bool all, bool ignoreCase) =>
        new(name, Family, 2, int.MaxValue, description, (arguments, context) =>
        {
            if (!arguments[0].IsString)
            {
                return QueryValue.Undefined;
            }

            // What AND or OR says of the single answers.
            ReadOnlySpan<byte> text = Fold(arguments[0], ignoreCase, context);
            bool anyUndefined = false;
            foreach (ref readonly QueryValue wanted in arguments[1..])
            {
                if (!wanted.IsString)
                {
                    anyUndefined = true;
                }
                else if (ByteSearch.IndexOf(text, Fold(wanted, ignoreCase, context), context) >= 0 != all)
                {
                    return QueryValue.FromBool(!all);
                }
            }

            return anyUndefined ? QueryValue.Undefined : QueryValue.FromBool(all);
        })
        {
            AcceptsUndefined = true,
        };

    private static ScalarFunction Around(string name, string description, bool last, bool after) =>
        new(name, Family, 2, 2, description, (arguments, context) =>
        {
            if (!arguments[0].IsString || !arguments[1].IsString)
            {
                return QueryValue.Undefined;
            }

            ReadOnlyMemory<byte> text = arguments[0].Utf8;
            ReadOnlySpan<byte> delimiter = arguments[1].Utf8.Span;
            int at = last
                ? ByteSearch.LastIndexOf(text.Span, delimiter, context)
                : ByteSearch.IndexOf(text.Span, delimiter, context);
            return QueryValue.FromUtf8String(at < 0 ? default : after ? text[(at + delimiter.Length)..] : text[..at]);
        });

    private static QueryValue IndexOf(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        long start = 0;
        if (!arguments[0].IsString || !arguments[1].IsString ||
            (arguments.Length == 3 && !arguments[2].TryGetInteger(out start)))
        {
            return QueryValue.Undefined;
        }

        ReadOnlySpan<byte> text = arguments[0].Utf8.Span;
        context.ChargeBytes(text.Length);
        int from = Texts.OffsetOf(text, Math.Max(start, 0), out bool cuts);
        from += cuts ? Texts.SequenceLength(text[from]) : 0;
        int at = start > Wtf8.CountUnits(text) ? -1 : ByteSearch.IndexOf(text[from..], arguments[1].Utf8.Span, context);
        return QueryValue.FromNumber(at < 0 ? -1 : Wtf8.CountUnits(text[..(from + at)]));
    }

    private static QueryValue LastIndexOf(ReadOnlySpan<QueryValue> arguments, FunctionContext context)
    {
        long end = long.MaxValue - 1;
        if (!arguments[0].IsString || !arguments[1].IsString ||
            (arguments.Length == 3 && !arguments[2].TryGetInteger(out end)))
        {
            return QueryValue.Undefined;
        }

        ReadOnlySpan<byte> text = arguments[0].Utf8.Span;
        context.ChargeBytes(text.Length);
        if (end < 0)
        {
            return QueryValue.FromNumber(-1);
        }

        // The unit at the position belongs to what is searched.
        text = text[..Texts.OffsetOf(text, Math.Min(end, int.MaxValue) + 1, out _)];
        int at = ByteSearch.LastIndexOf(text, arguments[1].Utf8.Span, context);
        return QueryValue.FromNumber(at < 0 ? -1 : Wtf8.CountUnits(text[..at]));
    }

    private static ReadOnlySpan<byte> Fold(in QueryValue text, bool ignoreCase, FunctionContext context)
    {
        context.ChargeBytes(text.Utf8.Length);
        return ignoreCase ? Texts.ToUpper(text.Utf8).Span : text.Utf8.Span;
    }
}
