using System.Buffers.Binary;
using System.Globalization;

namespace Nacre.Core.Indexing;

/// <summary>Strings as JSON writes them.</summary>
public static class JsonText
{
    /// <summary>
    /// Takes the escapes out of a string, as far as there is room. An escaped half of a surrogate pair, which JSON allows
    /// and Unicode does not, becomes the three bytes that its number would have.
    /// </summary>
    /// <param name="escaped">What stands between the quotes of a string that a JSON reader has accepted.</param>
    /// <param name="destination">Where the UTF-8 goes.</param>
    /// <param name="length">Bytes written.</param>
    /// <param name="isUnicode">False when there was half of a pair.</param>
    /// <returns>False when there was no room for all.</returns>
    public static bool TryUnescape(
        ReadOnlySpan<byte> escaped, Span<byte> destination, out int length, out bool isUnicode)
    {
        length = 0;
        isUnicode = true;
        while (!escaped.IsEmpty)
        {
            int plain = escaped.IndexOf((byte)'\\');
            plain = plain < 0 ? escaped.Length : plain;
            int fits = Math.Min(plain, destination.Length - length);
            escaped[..fits].CopyTo(destination[length..]);
            length += fits;
            if (fits < plain)
            {
                return false;
            }

            escaped = escaped[plain..];
            if (escaped.IsEmpty)
            {
                return true;
            }

            int code = TakeEscape(ref escaped);
            isUnicode &= code is < 0xD800 or > 0xDFFF;
            if (!TryWrite(code, destination, ref length))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads the escape that the bytes begin with, or the two of a surrogate pair, and moves past it.</summary>
    private static int TakeEscape(ref ReadOnlySpan<byte> escaped)
    {
        byte mark = escaped[1];
        if (mark != 'u')
        {
            escaped = escaped[2..];
            return mark switch
            {
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                _ => mark,
            };
        }

        int code = HexOf(escaped);
        escaped = escaped[6..];
        if (code is >= 0xD800 and < 0xDC00 && escaped.Length >= 6 && escaped[0] == '\\' && escaped[1] == 'u' &&
            HexOf(escaped) is >= 0xDC00 and <= 0xDFFF and int low)
        {
            escaped = escaped[6..];
            return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }

        return code;
    }

    private static int HexOf(ReadOnlySpan<byte> escape) =>
        int.Parse(escape[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static bool TryWrite(int code, Span<byte> destination, ref int length)
    {
        Span<byte> utf8 = stackalloc byte[4];
        int count;
        switch (code)
        {
            case < 0x80:
                utf8[0] = (byte)code;
                count = 1;
                break;
            case < 0x800:
                BinaryPrimitives.WriteUInt16BigEndian(utf8, (ushort)(0xC080 | (code & 0x7C0) << 2 | code & 0x3F));
                count = 2;
                break;
            case < 0x10000:
                utf8[0] = (byte)(0xE0 | code >> 12);
                utf8[1] = (byte)(0x80 | code >> 6 & 0x3F);
                utf8[2] = (byte)(0x80 | code & 0x3F);
                count = 3;
                break;
            default:
                utf8[0] = (byte)(0xF0 | code >> 18);
                utf8[1] = (byte)(0x80 | code >> 12 & 0x3F);
                utf8[2] = (byte)(0x80 | code >> 6 & 0x3F);
                utf8[3] = (byte)(0x80 | code & 0x3F);
                count = 4;
                break;
        }

        int fits = Math.Min(count, destination.Length - length);
        utf8[..fits].CopyTo(destination[length..]);
        length += fits;
        return fits == count;
    }
}
