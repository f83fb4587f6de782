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
    private const int OnStack = 512;

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

    /// <summary>Hashes one level that is a text.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="destination">16 bytes.</param>
    internal static void WriteText(ReadOnlySpan<byte> utf8, Span<byte> destination) =>
        WriteHash(destination, HashText(utf8));

    private static void WriteLevel(PartitionKeyValue value, Span<byte> destination)
    {
        WriteHash(destination, value.Kind switch
        {
            PartitionKeyValueKind.Undefined => Murmur3.Hash128([UndefinedMarker]),
            PartitionKeyValueKind.Null => Murmur3.Hash128([NullMarker]),
            PartitionKeyValueKind.False => Murmur3.Hash128([FalseMarker]),
            PartitionKeyValueKind.True => Murmur3.Hash128([TrueMarker]),
            PartitionKeyValueKind.Number => HashNumber(value.Number),
            _ => HashText(value.Text!),
        });
    }

    /// <summary>
    /// The reference writes both halves little-endian and turns the 16 bytes round: most significant first.
    /// </summary>
    private static void WriteHash(Span<byte> destination, (ulong First, ulong Second) hash)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, hash.Second & 0x3FFF_FFFF_FFFF_FFFF);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], hash.First);
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
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> utf8 = rented is null ? stackalloc byte[OnStack] : rented;
        utf8 = utf8[..Encoding.UTF8.GetBytes(text, utf8)];
        (ulong, ulong) hash = HashText(utf8);
        if (rented is not null)
        {
            utf8.Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }

        return hash;
    }

    private static (ulong First, ulong Second) HashText(ReadOnlySpan<byte> utf8)
    {
        byte[]? rented = utf8.Length + 2 > OnStack ? ArrayPool<byte>.Shared.Rent(utf8.Length + 2) : null;
        Span<byte> bytes = rented is null ? stackalloc byte[OnStack] : rented;
        bytes = bytes[..(utf8.Length + 2)];
        bytes[0] = TextMarker;
        utf8.CopyTo(bytes[1..]);
        bytes[^1] = TextEnd;
        (ulong, ulong) hash = Murmur3.Hash128(bytes);
        if (rented is not null)
        {
            bytes.Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }

        return hash;
    }
}
