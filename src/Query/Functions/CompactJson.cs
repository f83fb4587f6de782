using System.Buffers;
using Nacre.Query.Values;

namespace Nacre.Query.Functions;

/// <summary>
/// JSON text in one form: no white space, the fewest escapes, numbers as they are computed, members in their order.
/// </summary>
internal static class CompactJson
{
    /// <summary>Writes a defined value.</summary>
    public static void Write(in QueryValue value, IBufferWriter<byte> output)
    {
        switch (value.Kind)
        {
            case ValueKind.Number:
                QueryValueWriter.Write(
                    value.TryGetInteger(out long integer)
                        ? QueryValue.FromInteger(integer)
                        : QueryValue.FromNumber(value.Number),
                    output);
                break;
            case ValueKind.Array:
                WriteArray(value, output);
                break;
            case ValueKind.Object:
                WriteObject(value, output);
                break;
            default:
                QueryValueWriter.Write(value, output);
                break;
        }
    }

    private static void WriteArray(in QueryValue value, IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> before = "["u8;
        foreach (QueryValue element in QueryValueReader.EnumerateArray(value))
        {
            output.Write(before);
            Write(element, output);
            before = ","u8;
        }

        output.Write(before[0] == '[' ? "[]"u8 : "]"u8);
    }

    private static void WriteObject(in QueryValue value, IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> before = "{"u8;
        foreach (ObjectMember member in QueryValueReader.EnumerateObject(value))
        {
            output.Write(before);
            QueryValueWriter.WriteString(member.Name.Span, output);
            output.Write(":"u8);
            Write(member.Value, output);
            before = ","u8;
        }

        output.Write(before[0] == '{' ? "{}"u8 : "}"u8);
    }
}
