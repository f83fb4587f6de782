using System.Buffers;
using System.Text;
using Nacre.Core;
using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>What the string functions share: positions, parts, case.</summary>
/// <remarks>Thread-safe. Positions and lengths count UTF-16 units.</remarks>
internal static class Texts
{
    /// <summary>The part of a string from a position on, at most so many units; it may begin or end in a pair.</summary>
    /// <param name="utf8">Generalised UTF-8.</param>
    /// <param name="start">Not negative.</param>
    /// <param name="count">Not negative.</param>
    /// <returns>A slice of the string, unless it cuts a surrogate pair in two.</returns>
    public static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> utf8, long start, long count)
    {
        ReadOnlySpan<byte> span = utf8.Span;
        if (Ascii.IsValid(span))
        {
            int from = (int)Math.Min(start, span.Length);
            return utf8.Slice(from, (int)Math.Min(count, span.Length - from));
        }

        int begin = OffsetOf(span, start, out bool cutsBegin);
        int length = OffsetOf(span[begin..], cutsBegin ? count + 1 : count, out bool cutsEnd);
        if (!cutsBegin && !cutsEnd)
        {
            return utf8.Slice(begin, length);
        }

        // Half a pair is in the part: as text it is simple, and rare.
        string text = Wtf8.ToUtf16(span);
        int first = (int)Math.Min(start, text.Length);
        return Wtf8.FromUtf16(text.AsSpan(first, (int)Math.Min(count, text.Length - first)));
    }

    /// <summary>The byte at which a position is.</summary>
    /// <param name="utf8">Generalised UTF-8.</param>
    /// <param name="unit">In UTF-16 units; not negative.</param>
    /// <param name="cuts">Whether the position is in the middle of a pair; the byte is then the pair's first.</param>
    /// <returns>The string's length when the position lies behind it.</returns>
    public static int OffsetOf(ReadOnlySpan<byte> utf8, long unit, out bool cuts)
    {
        cuts = false;
        int at = 0;
        while (at < utf8.Length && unit > 0)
        {
            int bytes = SequenceLength(utf8[at]);
            if (bytes == 4 && unit == 1)
            {
                cuts = true;
                return at;
            }

            unit -= bytes == 4 ? 2 : 1;
            at += bytes;
        }

        return at;
    }

    /// <summary>How long the code point is that begins with a byte.</summary>
    public static int SequenceLength(byte lead) => lead switch
    {
        < 0x80 => 1,
        < 0xE0 => 2,
        < 0xF0 => 3,
        _ => 4,
    };

    /// <summary>The string in upper case by Unicode's simple mapping, one code point for one, of no language.</summary>
    public static ReadOnlyMemory<byte> ToUpper(ReadOnlyMemory<byte> utf8) => ToCase(utf8, upper: true);

    /// <summary>The string in lower case, likewise.</summary>
    public static ReadOnlyMemory<byte> ToLower(ReadOnlyMemory<byte> utf8) => ToCase(utf8, upper: false);

    private static ReadOnlyMemory<byte> ToCase(ReadOnlyMemory<byte> utf8, bool upper)
    {
        ReadOnlySpan<byte> span = utf8.Span;
        if (!Ascii.IsValid(span))
        {
            string text = Wtf8.ToUtf16(span);
            return Wtf8.FromUtf16(upper ? text.ToUpperInvariant() : text.ToLowerInvariant());
        }

        bool changes = upper ? span.ContainsAnyInRange((byte)'a', (byte)'z') : span.ContainsAnyInRange((byte)'A', (byte)'Z');
        if (!changes)
        {
            return utf8;
        }

        byte[] target = new byte[span.Length];
        OperationStatus status = upper ? Ascii.ToUpper(span, target, out _) : Ascii.ToLower(span, target, out _);
        Invariant.Check(status == OperationStatus.Done);
        return target;
    }
}
