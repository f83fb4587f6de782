using System.Buffers;
using System.Text;
using Nacre.Core;

namespace Nacre.Query.Values;

/// <summary>Steps through JSON text that is known to be valid: it was checked when it was stored or built.</summary>
/// <remarks>
/// Thread-safe. Text that is broken after all ends in an <see cref="InvariantViolationException"/> or in a wrong slice
/// of the same text, never outside of it. Strings, and whatever lies between brackets that nobody asks for, are passed
/// with vector searches, which a validating reader cannot do.
/// </remarks>
internal static class JsonScan
{
    private static readonly SearchValues<byte> Brackets = SearchValues.Create("\"[]{}"u8);
    private static readonly SearchValues<byte> ScalarEnds = SearchValues.Create(",]} \t\r\n"u8);

    /// <summary>The first byte from a position that is not white space; the length when there is none.</summary>
    public static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    /// <summary>Behind the value that begins at a position.</summary>
    public static int EndOfValue(ReadOnlySpan<byte> json, int at)
    {
        Invariant.Check((uint)at < (uint)json.Length);
        switch (json[at])
        {
            case (byte)'"':
                return EndOfString(json, at, out _);
            case (byte)'{' or (byte)'[':
                return EndOfContainer(json, at);
            default:
                int length = json[at..].IndexOfAny(ScalarEnds);
                return length < 0 ? json.Length : at + length;
        }
    }

    /// <summary>Behind the closing quote of the string whose opening quote is at a position.</summary>
    /// <param name="json">The text.</param>
    /// <param name="at">The opening quote.</param>
    /// <param name="escaped">Whether there is an escape between.</param>
    public static int EndOfString(ReadOnlySpan<byte> json, int at, out bool escaped)
    {
        escaped = false;
        at++;
        while (true)
        {
            int step = json[at..].IndexOfAny((byte)'"', (byte)'\\');
            Invariant.Check(step >= 0);
            at += step;
            if (json[at] == '"')
            {
                return at + 1;
            }

            escaped = true;
            at += 2;
            Invariant.Check(at < json.Length);
        }
    }

    /// <summary>Resolves the escapes of a string into generalised UTF-8.</summary>
    /// <param name="source">What stands between the quotes.</param>
    /// <param name="target">At least as long as the source.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Unescape(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Span<byte> half = stackalloc byte[3];
        int length = 0;
        while (true)
        {
            int plain = source.IndexOf((byte)'\\');
            if (plain < 0)
            {
                return Wtf8.Append(target, length, source);
            }

            length = Wtf8.Append(target, length, source[..plain]);
            Invariant.Check(plain + 1 < source.Length);
            byte kind = source[plain + 1];
            source = source[(plain + 2)..];
            if (kind != 'u')
            {
                target[length++] = Unescape(kind);
                continue;
            }

            Invariant.Check(source.Length >= 4);
            char unit = ReadHex(source);
            source = source[4..];
            if (char.IsSurrogate(unit))
            {
                Wtf8.EncodeHalf(unit, half);
                length = Wtf8.Append(target, length, half);
            }
            else
            {
                length += new Rune(unit).EncodeToUtf8(target[length..]);
            }
        }
    }

    private static int EndOfContainer(ReadOnlySpan<byte> json, int at)
    {
        int depth = 0;
        while (true)
        {
            int step = json[at..].IndexOfAny(Brackets);
            Invariant.Check(step >= 0);
            at += step;
            switch (json[at])
            {
                case (byte)'"':
                    at = EndOfString(json, at, out _);
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    at++;
                    break;
                default:
                    at++;
                    if (--depth == 0)
                    {
                        return at;
                    }

                    break;
            }
        }
    }

    private static byte Unescape(byte kind) => kind switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => kind,
    };

    private static char ReadHex(ReadOnlySpan<byte> source)
    {
        int value = 0;
        for (int at = 0; at < 4; at++)
        {
            byte digit = source[at];
            int nibble = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => -1,
            };
            Invariant.Check(nibble >= 0);
            value = (value << 4) | nibble;
        }

        return (char)value;
    }
}
