using System.Buffers;
using System.Buffers.Binary;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Aggregates;

/// <summary>How partial states travel: fixed little-endian numbers, and values by kind, number, length and bytes.</summary>
internal static class StateCodec
{
    /// <summary>8 bytes.</summary>
    public static void WriteLong(long value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    /// <summary>8 bytes.</summary>
    public static void WriteDouble(double value, IBufferWriter<byte> output) =>
        WriteLong(BitConverter.DoubleToInt64Bits(value), output);

    /// <summary>1 byte.</summary>
    public static void WriteByte(byte value, IBufferWriter<byte> output) => output.Write([value]);

    /// <summary>Kind; for numbers the double; for all but constants a length and the bytes.</summary>
    public static void WriteValue(in QueryValue value, IBufferWriter<byte> output)
    {
        WriteByte((byte)value.Kind, output);
        if (value.IsNumber)
        {
            WriteDouble(value.Number, output);
        }

        if (value.Kind >= ValueKind.Number)
        {
            WriteLong(value.Utf8.Length, output);
            output.Write(value.Utf8.Span);
        }
    }
}
