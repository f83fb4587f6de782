using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Nacre.Core.Commands;

/// <summary>Writes little-endian fields one behind the other, as <see cref="CommandReader"/> reads them.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class CommandWriter
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Bytes written so far.</summary>
    public int Length => _buffer.WrittenCount;

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>Writes a byte.</summary>
    public CommandWriter WriteByte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
        return this;
    }

    /// <summary>Writes 16 bits.</summary>
    public CommandWriter WriteUInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(sizeof(ushort)), value);
        _buffer.Advance(sizeof(ushort));
        return this;
    }

    /// <summary>Writes 32 bits.</summary>
    public CommandWriter WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(sizeof(uint)), value);
        _buffer.Advance(sizeof(uint));
        return this;
    }

    /// <summary>Writes 64 bits.</summary>
    public CommandWriter WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(sizeof(ulong)), value);
        _buffer.Advance(sizeof(ulong));
        return this;
    }

    /// <summary>Writes 128 bits, most significant byte first.</summary>
    public CommandWriter WriteUInt128(UInt128 value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(_buffer.GetSpan(16), value);
        _buffer.Advance(16);
        return this;
    }

    /// <summary>Writes a length of 16 bits and as many bytes.</summary>
    /// <param name="bytes">At most 65,535.</param>
    public CommandWriter WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteUInt16(checked((ushort)bytes.Length));
        _buffer.Write(bytes);
        return this;
    }

    /// <summary>Writes a text as <see cref="WriteBytes"/> writes its UTF-8.</summary>
    /// <param name="text">Valid Unicode.</param>
    public CommandWriter WriteText(string text) => WriteBytes(Strict.GetBytes(text));

    /// <summary>Writes bytes without a length.</summary>
    public CommandWriter WriteRaw(ReadOnlySpan<byte> bytes)
    {
        _buffer.Write(bytes);
        return this;
    }

    /// <summary>What was written, in an array of its own.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}
