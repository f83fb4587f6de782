using System.Buffers;
using Nacre.Core;

namespace Nacre.Query.Values;

/// <summary>Writes values as JSON text.</summary>
/// <remarks>
/// Thread-safe, allocates nothing of its own. Only what JSON asks for is escaped: quote, reverse solidus, control
/// characters; and lone halves of surrogate pairs, so that the output is always well-formed UTF-8. Arrays, objects and
/// numbers that came from a document are written as they stand there, white space included.
/// </remarks>
public static class QueryValueWriter
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create(EscapedBytes());

    private static ReadOnlySpan<byte> Hex => "0123456789abcdef"u8;

    /// <summary>Writes a value.</summary>
    /// <param name="value">Not Undefined, which JSON cannot say.</param>
    /// <param name="output">Where to.</param>
    public static void Write(in QueryValue value, IBufferWriter<byte> output)
    {
        switch (value.Kind)
        {
            case ValueKind.Null:
                output.Write("null"u8);
                break;
            case ValueKind.False:
                output.Write("false"u8);
                break;
            case ValueKind.True:
                output.Write("true"u8);
                break;
            case ValueKind.Number when value.Utf8.IsEmpty:
                output.Advance(JsonNumber.Format(value.Number, output.GetSpan(JsonNumber.MaxBytes)));
                break;
            case ValueKind.String:
                WriteString(value.Utf8.Span, output);
                break;
            default:
                Invariant.Check(value.IsDefined);
                output.Write(value.Utf8.Span);
                break;
        }
    }

    /// <summary>Writes a string or a member's name, with its quotes.</summary>
    /// <param name="utf8">Generalised UTF-8 without escapes.</param>
    /// <param name="output">Where to.</param>
    public static void WriteString(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        while (true)
        {
            int plain = utf8.IndexOfAny(Escaped);
            if (plain < 0)
            {
                break;
            }

            if (utf8[plain] == 0xED && !Wtf8.IsHalf(utf8[plain..], out _))
            {
                // A code point from D000 to D7FF; they begin like the halves.
                output.Write(utf8[..(plain + 3)]);
                utf8 = utf8[(plain + 3)..];
                continue;
            }

            output.Write(utf8[..plain]);
            utf8 = utf8[plain..];
            utf8 = utf8[WriteEscape(utf8, output)..];
        }

        output.Write(utf8);
        output.Write("\""u8);
    }

    private static int WriteEscape(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        byte letter = utf8[0] switch
        {
            (byte)'"' => (byte)'"',
            (byte)'\\' => (byte)'\\',
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            _ => (byte)'u',
        };
        Span<byte> target = output.GetSpan(6);
        target[0] = (byte)'\\';
        target[1] = letter;
        if (letter != 'u')
        {
            output.Advance(2);
            return 1;
        }

        int used = Wtf8.IsHalf(utf8, out char unit) ? 3 : 1;
        int code = used == 3 ? unit : utf8[0];
        for (int digit = 0; digit < 4; digit++)
        {
            target[2 + digit] = Hex[(code >> (12 - 4 * digit)) & 0xF];
        }

        output.Advance(6);
        return used;
    }

    private static byte[] EscapedBytes()
    {
        byte[] bytes = new byte[32 + 3];
        for (int control = 0; control < 32; control++)
        {
            bytes[control] = (byte)control;
        }

        bytes[32] = (byte)'"';
        bytes[33] = (byte)'\\';
        bytes[34] = 0xED;
        return bytes;
    }
}
