using System.Buffers.Binary;

namespace Nacre.Core.Commands;

/// <summary>
/// Reads little-endian fields off bytes that may be anything: past the end it gives zeros and remembers the failure,
/// so that a decoder checks once.
/// </summary>
/// <param name="bytes">The bytes.</param>
public ref struct CommandReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>True once a read went past the end.</summary>
    public bool Failed { get; private set; }

    /// <summary>True when all was read, and nothing beyond.</summary>
    public readonly bool IsAtEnd => !Failed && _rest.IsEmpty;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Reads a byte.</summary>
    public byte ReadByte() => Take(1) is [byte value, ..] ? value : (byte)0;

    /// <summary>Reads 16 bits.</summary>
    public ushort ReadUInt16() =>
        Take(sizeof(ushort)) is { IsEmpty: false } taken ? BinaryPrimitives.ReadUInt16LittleEndian(taken) : (ushort)0;

    /// <summary>Reads 32 bits.</summary>
    public uint ReadUInt32() =>
        Take(sizeof(uint)) is { IsEmpty: false } taken ? BinaryPrimitives.ReadUInt32LittleEndian(taken) : 0;

    /// <summary>Reads 64 bits.</summary>
    public ulong ReadUInt64() =>
        Take(sizeof(ulong)) is { IsEmpty: false } taken ? BinaryPrimitives.ReadUInt64LittleEndian(taken) : 0;

    /// <summary>Reads 128 bits, most significant byte first.</summary>
    public UInt128 ReadUInt128() =>
        Take(16) is { IsEmpty: false } taken ? BinaryPrimitives.ReadUInt128BigEndian(taken) : UInt128.Zero;

    /// <summary>Reads a length of 16 bits and as many bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes() => Take(ReadUInt16());

    /// <summary>Reads bytes without a length before them.</summary>
    /// <param name="count">From 0.</param>
    public ReadOnlySpan<byte> ReadRaw(int count) => Take(count);

    private ReadOnlySpan<byte> Take(int count)
    {
        if (Failed || _rest.Length < count)
        {
            Failed = true;
            return default;
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
