namespace Nacre.Query.Evaluation.Nodes;

/// <summary>Code points of generalised UTF-8, lone halves of surrogate pairs among them.</summary>
internal static class CodePoints
{
    /// <summary>The code point at a position, which moves behind it.</summary>
    public static int Next(ReadOnlySpan<byte> text, ref int at)
    {
        int first = text[at++];
        if (first < 0x80)
        {
            return first;
        }

        int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        int point = first & (0x3F >> more);
        for (; more > 0 && at < text.Length; more--)
        {
            point = (point << 6) | (text[at++] & 0x3F);
        }

        return point;
    }

    /// <summary>The one or two UTF-16 units.</summary>
    public static string ToUtf16(int point) => point is >= 0xD800 and <= 0xDFFF ? ((char)point).ToString() : char.ConvertFromUtf32(point);
}
