using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Nacre.Core.Hashing;

namespace Nacre.Core.Documents;

/// <summary>
/// The effective partition key: the hash that places a partition key in a container's hash space, version 2 of the
/// scheme that Cosmos SDKs compute for themselves. 16 bytes a level, one behind the other, most significant first,
/// compared as byte strings; the first byte of each level is at most 3F.
/// </summary>
public static class PartitionKeyHash
{
    /// <summary>Bytes of one level's hash.</summary>
    public const int LevelBytes = 16;

    /// <summary>Bytes of the longest hash.</summary>
    public const int MaxBytes = LevelBytes * DocumentLimits.MaxPartitionKeyPaths;

    private const byte UndefinedMarker = 0x00;
    private const byte NullMarker = 0x01;
    private const byte FalseMarker = 0x02;
    private const byte TrueMarker = 0x03;
    private const byte NumberMarker = 0x05;
    private const byte TextMarker = 0x08;
    private const byte TextEnd = 0xFF;

    /// <summary>Hashes a key, or a prefix of one.</summary>
    /// <param name="key">Of 0 to 3 values.</param>
    /// <param name="destination">At least 16 bytes for each value.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(in PartitionKey key, Span<byte> destination)
    {
        for (int level = 0; level < key.Count; level++)
        {
            WriteLevel(key[level], destination.Slice(level * LevelBytes, LevelBytes));
        }

        return key.Count * LevelBytes;
    }

    /// <summary>The hash as a bound: where documents of this key, or below this prefix, begin.</summary>
    public static HashBound BoundOf(in PartitionKey key)
    {
        Span<byte> hash = stackalloc byte[MaxBytes];
        return HashBound.FromBytes(hash[..Write(key, hash)]);
    }

    private static void WriteLevel(PartitionKeyValue value, Span<byte> destination)
    {
        (ulong first, ulong second) = value.Kind switch
        {
            PartitionKeyValueKind.Undefined => Murmur3.Hash128([UndefinedMarker]),
            PartitionKeyValueKind.Null => Murmur3.Hash128([NullMarker]),
            PartitionKeyValueKind.False => Murmur3.Hash128([FalseMarker]),
            PartitionKeyValueKind.True => Murmur3.Hash128([TrueMarker]),
            PartitionKeyValueKind.Number => HashNumber(value.Number),
            _ => HashText(value.Text!),
        };

        // The reference writes both halves little-endian and turns the 16 bytes round: most significant first.
        BinaryPrimitives.WriteUInt64BigEndian(destination, second & 0x3FFF_FFFF_FFFF_FFFF);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], first);
    }

    private static (ulong First, ulong Second) HashNumber(double number)
    {
        Span<byte> bytes = stackalloc byte[1 + sizeof(double)];
        bytes[0] = NumberMarker;
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[1..], number);
        return Murmur3.Hash128(bytes);
    }

    private static (ulong First, ulong Second) HashText(string text)
    {
        const int OnStack = 512;
        int most = Encoding.UTF8.GetMaxByteCount(text.Length) + 2;
        byte[]? rented = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> bytes = rented is null ? stackalloc byte[OnStack] : rented;
        bytes[0] = TextMarker;
        int written = Encoding.UTF8.GetBytes(text, bytes[1..]);
        bytes[written + 1] = TextEnd;
        (ulong, ulong) hash = Murmur3.Hash128(bytes[..(written + 2)]);
        if (rented is not null)
        {
            rented.AsSpan(0, written + 2).Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }

        return hash;
    }
}
