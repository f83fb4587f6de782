using System.Buffers;

namespace Nacre.Query.Functions;

/// <summary>Finds bytes in bytes, in time linear in both, whatever they are.</summary>
/// <remarks>
/// Thread-safe. Short needles are left to the runtime's vector search, whose worst case is their length times the
/// text's; long ones go to the search of Knuth, Morris and Pratt (1977), which never looks at a byte twice.
/// </remarks>
internal static class ByteSearch
{
    private const int ShortNeedle = 64;

    /// <summary>Where the needle stands first; -1 when it does not.</summary>
    public static int IndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> needle, FunctionContext context)
    {
        if (needle.Length > text.Length)
        {
            return -1;
        }

        if (needle.Length <= ShortNeedle)
        {
            int found = text.IndexOf(needle);
            context.ChargeBytes(found < 0 ? text.Length : found);
            return found;
        }

        return Search(text, needle, last: false, context);
    }

    /// <summary>Where the needle stands last; -1 when it does not.</summary>
    public static int LastIndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> needle, FunctionContext context)
    {
        if (needle.Length > text.Length)
        {
            return -1;
        }

        if (needle.IsEmpty)
        {
            return text.Length;
        }

        if (needle.Length <= ShortNeedle)
        {
            context.ChargeBytes(text.Length);
            return text.LastIndexOf(needle);
        }

        return Search(text, needle, last: true, context);
    }

    private static int Search(ReadOnlySpan<byte> text, ReadOnlySpan<byte> needle, bool last, FunctionContext context)
    {
        context.ChargeBytes(4L * ((long)text.Length + needle.Length));
        int[] borders = ArrayPool<int>.Shared.Rent(needle.Length);
        try
        {
            FillBorders(needle, borders);
            int found = -1;
            int matched = 0;
            for (int at = 0; at < text.Length; at++)
            {
                while (matched > 0 && text[at] != needle[matched])
                {
                    matched = borders[matched - 1];
                }

                matched += text[at] == needle[matched] ? 1 : 0;
                if (matched == needle.Length)
                {
                    found = at + 1 - needle.Length;
                    if (!last)
                    {
                        break;
                    }

                    matched = borders[matched - 1];
                }
            }

            return found;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(borders);
        }
    }

    /// <summary>For each prefix of the needle, the length of its longest proper suffix that is a prefix too.</summary>
    private static void FillBorders(ReadOnlySpan<byte> needle, Span<int> borders)
    {
        borders[0] = 0;
        int matched = 0;
        for (int at = 1; at < needle.Length; at++)
        {
            while (matched > 0 && needle[at] != needle[matched])
            {
                matched = borders[matched - 1];
            }

            matched += needle[at] == needle[matched] ? 1 : 0;
            borders[at] = matched;
        }
    }
}
