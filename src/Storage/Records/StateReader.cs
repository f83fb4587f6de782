using System.Buffers.Binary;

namespace Nacre.Storage.Records;

/// <summary>
/// Reads what <see cref="StateWriter"/> wrote. Reading past the end throws <see cref="InvalidDataException"/>.
/// </summary>
internal ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>True when all was read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>4 bytes.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Fixed(4));

    /// <summary>8 bytes.</summary>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Fixed(8));

    /// <summary>8 bytes of a number that is never negative.</summary>
    public long Int64()
    {
        ulong value = UInt64();
        return value <= long.MaxValue ? (long)value : throw new InvalidDataException("a number is out of range");
    }

    /// <summary>16 bytes.</summary>
    public UInt128 UInt128() => BinaryPrimitives.ReadUInt128LittleEndian(Fixed(16));

    /// <summary>
    /// A count of things that take at least some bytes each, so that a wrong one cannot ask for much memory.
    /// </summary>
    public int Count(int bytesEach)
    {
        uint count = UInt32();
        return count <= _rest.Length / bytesEach ? (int)count : throw new InvalidDataException("a count is out of range");
    }

    /// <summary>Bytes whose number is known.</summary>
    public ReadOnlySpan<byte> Fixed(int count)
    {
        if (count > _rest.Length)
        {
            throw new InvalidDataException("the data ends early");
        }

        ReadOnlySpan<byte> read = _rest[..count];
        _rest = _rest[count..];
        return read;
    }

    /// <summary>A length in 4 bytes, and the bytes.</summary>
    public ReadOnlySpan<byte> Bytes() => Fixed(Count(1));
}
