using System.Buffers;
using System.Buffers.Binary;

namespace Nacre.Storage.Records;

/// <summary>Writes little-endian numbers and byte strings one after another.</summary>
internal sealed class StateWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>All that was written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>4 bytes.</summary>
    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(4), value);
        _buffer.Advance(4);
    }

    /// <summary>8 bytes.</summary>
    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    /// <summary>8 bytes of a number that is never negative.</summary>
    public void Int64(long value) => UInt64(checked((ulong)value));

    /// <summary>16 bytes.</summary>
    public void UInt128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(_buffer.GetSpan(16), value);
        _buffer.Advance(16);
    }

    /// <summary>Bytes whose number the reader knows.</summary>
    public void Fixed(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    /// <summary>A length in 4 bytes, and the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        UInt32(checked((uint)bytes.Length));
        Fixed(bytes);
    }
}
