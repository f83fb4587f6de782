using System.Buffers;
using System.Text;
using Nacre.Core;

namespace Nacre.Query.Values;

/// <summary>
/// Generalised UTF-8: UTF-8 in which a lone half of a surrogate pair has its own three bytes. See <see cref="QueryValue"/>.
/// </summary>
/// <remarks>Thread-safe. Source: S. Sapin, The WTF-8 encoding, §§ 2-4.</remarks>
internal static class Wtf8
{
    private const int SurrogateBytes = 3;

    /// <summary>The encoding of UTF-16 text, whose lone halves are kept.</summary>
    public static byte[] FromUtf16(ReadOnlySpan<char> text)
    {
        byte[] target = new byte[CountBytes(text)];
        int at = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out Rune rune, out int used) == OperationStatus.Done)
            {
                at += rune.EncodeToUtf8(target.AsSpan(at));
            }
            else
            {
                at += EncodeHalf(text[0], target.AsSpan(at));
            }

            text = text[used..];
        }

        Invariant.Check(at == target.Length);
        return target;
    }

    /// <summary>The UTF-16 text of an encoding, lone halves kept.</summary>
    public static string ToUtf16(ReadOnlySpan<byte> utf8)
    {
        if (!MayHoldHalves(utf8))
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var text = new StringBuilder(utf8.Length);
        while (!utf8.IsEmpty)
        {
            if (IsHalf(utf8, out char half))
            {
                text.Append(half);
                utf8 = utf8[SurrogateBytes..];
            }
            else
            {
                OperationStatus status = Rune.DecodeFromUtf8(utf8, out Rune rune, out int used);
                Invariant.Check(status == OperationStatus.Done);
                text.Append(rune);
                utf8 = utf8[used..];
            }
        }

        return text.ToString();
    }

    /// <summary>How many UTF-16 units the text has: what LENGTH answers and positions count.</summary>
    public static int CountUnits(ReadOnlySpan<byte> utf8)
    {
        if (Ascii.IsValid(utf8))
        {
            return utf8.Length;
        }

        int units = 0;
        foreach (byte value in utf8)
        {
            // Each code point has one lead byte, and those of four bytes are a pair.
            units += (value & 0xC0) == 0x80 ? 0 : value >= 0xF0 ? 2 : 1;
        }

        return units;
    }

    /// <summary>Writes one half of a pair as its three bytes.</summary>
    /// <returns>Always 3.</returns>
    public static int EncodeHalf(char half, Span<byte> target)
    {
        target[0] = (byte)(0xE0 | (half >> 12));
        target[1] = (byte)(0x80 | ((half >> 6) & 0x3F));
        target[2] = (byte)(0x80 | (half & 0x3F));
        return SurrogateBytes;
    }

    /// <summary>Whether the text begins with a lone half, and which.</summary>
    public static bool IsHalf(ReadOnlySpan<byte> utf8, out char half)
    {
        bool is3 = utf8.Length >= SurrogateBytes && utf8[0] == 0xED && utf8[1] >= 0xA0;
        half = is3 ? (char)(0xD000 | ((utf8[1] & 0x3F) << 6) | (utf8[2] & 0x3F)) : '\0';
        return is3;
    }

    /// <summary>False when there is surely no lone half in the text.</summary>
    public static bool MayHoldHalves(ReadOnlySpan<byte> utf8) => utf8.Contains((byte)0xED);

    /// <summary>Puts a text behind another; halves that meet become one code point.</summary>
    /// <param name="target">As long as both together; the first text stands in it.</param>
    /// <param name="length">The bytes of the first.</param>
    /// <param name="next">The second.</param>
    /// <returns>The bytes of both.</returns>
    public static int Append(Span<byte> target, int length, ReadOnlySpan<byte> next)
    {
        if (length >= SurrogateBytes && IsHalf(next, out char low) && char.IsLowSurrogate(low) &&
            IsHalf(target.Slice(length - SurrogateBytes, SurrogateBytes), out char high) && char.IsHighSurrogate(high))
        {
            length -= SurrogateBytes;
            length += new Rune(high, low).EncodeToUtf8(target[length..]);
            next = next[SurrogateBytes..];
        }

        next.CopyTo(target[length..]);
        return length + next.Length;
    }

    private static int CountBytes(ReadOnlySpan<char> text)
    {
        int bytes = 0;
        for (int at = 0; at < text.Length; at++)
        {
            char unit = text[at];
            bool pair = char.IsHighSurrogate(unit) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
            bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : pair ? 4 : 3;
            at += pair ? 1 : 0;
        }

        return bytes;
    }
}
