using System.Text.Json;
using Nacre.Core.Indexing;

namespace Nacre.Storage.Indexes;

/// <summary>Writes the value at a JSON reader as indexes have it.</summary>
internal static class ValueWriter
{
    /// <summary>Writes a value; of an array or object that it is one.</summary>
    /// <param name="reader">At the value's first token.</param>
    /// <param name="destination">At least <see cref="IndexKey.MaxValueBytes"/>.</param>
    /// <param name="isExact">False when the value was cut short or rounded.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(ref Utf8JsonReader reader, Span<byte> destination, out bool isExact)
    {
        isExact = true;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.ValueIsEscaped
                    ? WriteEscaped(reader.ValueSpan, destination, out isExact)
                    : IndexKey.WriteText(reader.ValueSpan, destination, out isExact);
            case JsonTokenType.Number:
                // Too large a number reads as infinite.
                reader.TryGetDouble(out double number);
                isExact = NumberText.IsExact(reader.ValueSpan, number);
                return IndexKey.WriteNumber(number, destination);
            default:
                destination[0] = IndexKey.MarkerOf(KindOf(reader.TokenType));
                return 1;
        }
    }

    private static int WriteEscaped(ReadOnlySpan<byte> escaped, Span<byte> destination, out bool isExact)
    {
        // One byte more than is kept tells that there is more.
        Span<byte> text = stackalloc byte[IndexKey.MaxTextBytes + 1];
        JsonText.TryUnescape(escaped, text, out int length, out bool isUnicode);
        int written = IndexKey.WriteText(text[..length], destination, out isExact);
        isExact &= isUnicode;
        return written;
    }

    private static IndexValueKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.Null => IndexValueKind.Null,
        JsonTokenType.False => IndexValueKind.False,
        JsonTokenType.True => IndexValueKind.True,
        JsonTokenType.StartArray => IndexValueKind.Array,
        _ => IndexValueKind.Object,
    };
}
