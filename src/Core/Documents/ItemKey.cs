using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Nacre.Core.Documents;

/// <summary>
/// The order-preserving binary key of an item inside its range: hash, partition key, id. Items sort by hash, then by
/// partition key (undefined, null, false, true, numbers, strings), then by the id's UTF-8 bytes. Layout in
/// <c>docs/formats/entry.md</c>.
/// </summary>
/// <remarks>
/// The key tells its own parts: the first byte of a hash is at most 3F, that of a partition key component at least 41,
/// and a component ends by itself, so the number of levels need not be known.
/// </remarks>
public static partial class ItemKey
{
    /// <summary>No key is longer: three hashes, the partition key with every byte escaped, and the id.</summary>
    public const int MaxBytes =
        PartitionKeyHash.MaxBytes + 2 * DocumentLimits.MaxPartitionKeyBytes + 3 * ComponentOverhead + DocumentLimits.MaxIdBytes;

    private const int ComponentOverhead = 10;

    /// <summary>Encodes a key.</summary>
    /// <param name="partitionKey">Complete, within its limit.</param>
    /// <param name="id">1 to 1,023 bytes of UTF-8.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/> to be safe.</param>
    /// <returns>Bytes written.</returns>
    public static int Encode(in PartitionKey partitionKey, ReadOnlySpan<byte> id, Span<byte> destination)
    {
        int written = EncodePartition(partitionKey, destination);
        id.CopyTo(destination[written..]);
        return written + id.Length;
    }

    /// <summary>Encodes a key; see <see cref="Encode(in PartitionKey, ReadOnlySpan{byte}, Span{byte})"/>.</summary>
    public static int Encode(in PartitionKey partitionKey, string id, Span<byte> destination)
    {
        int written = EncodePartition(partitionKey, destination);
        return written + Encoding.UTF8.GetBytes(id, destination[written..]);
    }

    /// <summary>Encodes a key into a writer without another buffer.</summary>
    /// <returns>Bytes written.</returns>
    public static int Encode(in PartitionKey partitionKey, string id, IBufferWriter<byte> destination)
    {
        int most = MaxBytesOf(partitionKey) + Encoding.UTF8.GetMaxByteCount(id.Length);
        int written = Encode(partitionKey, id, destination.GetSpan(most));
        destination.Advance(written);
        return written;
    }

    /// <summary>Encodes a key into an array of its own.</summary>
    public static byte[] Encode(in PartitionKey partitionKey, string id)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(
            MaxBytesOf(partitionKey) + Encoding.UTF8.GetMaxByteCount(id.Length));
        byte[] key = rented.AsSpan(0, Encode(partitionKey, id, rented)).ToArray();
        ArrayPool<byte>.Shared.Return(rented);
        return key;
    }

    /// <summary>
    /// Encodes what all keys of one logical partition begin with; the first key at or after it is the partition's
    /// first.
    /// </summary>
    /// <returns>Bytes written.</returns>
    public static int EncodePartition(in PartitionKey partitionKey, Span<byte> destination)
    {
        Invariant.Check(partitionKey.Count > 0);
        int written = PartitionKeyHash.Write(partitionKey, destination);
        for (int level = 0; level < partitionKey.Count; level++)
        {
            written += WriteComponent(partitionKey[level], destination[written..]);
        }

        return written;
    }

    /// <summary>
    /// Bounds of a scan over one logical partition, or over all below a prefix of a hierarchical key. For a prefix,
    /// keys of colliding hashes lie between them too: filter by <see cref="Matches"/>.
    /// </summary>
    /// <param name="partitionKey">Complete, or a prefix of at least one level.</param>
    /// <param name="levels">Levels of the container.</param>
    /// <returns>From, inclusive, and to, exclusive.</returns>
    public static (byte[] From, byte[] To) BoundsOf(in PartitionKey partitionKey, int levels)
    {
        Invariant.Check(partitionKey.Count > 0);
        Invariant.Check(partitionKey.Count <= levels);
        byte[] buffer = new byte[MaxBytesOf(partitionKey) + 1];
        int length = partitionKey.Count == levels
            ? EncodePartition(partitionKey, buffer)
            : PartitionKeyHash.Write(partitionKey, buffer);

        // Neither an id nor a hash nor a component begins with FF.
        buffer[length] = 0xFF;
        return (buffer[..length], buffer[..(length + 1)]);
    }

    /// <summary>True when an encoded key's partition key begins with these values, or equals them.</summary>
    public static bool Matches(ReadOnlySpan<byte> key, in PartitionKey prefix)
    {
        Span<byte> components = stackalloc byte[512];
        byte[]? rented = null;
        if (MaxBytesOf(prefix) > components.Length)
        {
            components = rented = ArrayPool<byte>.Shared.Rent(MaxBytesOf(prefix));
        }

        int length = 0;
        for (int level = 0; level < prefix.Count; level++)
        {
            length += WriteComponent(prefix[level], components[length..]);
        }

        bool matches = BeginsWith(key, components[..length]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return matches;
    }

    /// <summary>True when an encoded key's partition key begins with these encoded components, or equals them.</summary>
    internal static bool BeginsWith(ReadOnlySpan<byte> key, ReadOnlySpan<byte> components)
    {
        // A text's end followed by FF is no end but an escaped zero: the text goes on.
        ReadOnlySpan<byte> found = key[(LevelsOf(key) * PartitionKeyHash.LevelBytes)..];
        return found.StartsWith(components) && found.Length > components.Length && found[components.Length] != EscapedZero;
    }

    /// <summary>The hash of an encoded key.</summary>
    public static ReadOnlySpan<byte> HashOf(ReadOnlySpan<byte> key) =>
        key[..(LevelsOf(key) * PartitionKeyHash.LevelBytes)];

    /// <summary>The number of partition key levels of an encoded key; 0 for bytes that are none.</summary>
    public static int LevelsOf(ReadOnlySpan<byte> key)
    {
        int levels = 0;
        while (levels < DocumentLimits.MaxPartitionKeyPaths)
        {
            int at = levels * PartitionKeyHash.LevelBytes;
            if (at >= key.Length || key[at] >= FirstMarker)
            {
                break;
            }

            levels++;
        }

        return key.Length > levels * PartitionKeyHash.LevelBytes ? levels : 0;
    }

    /// <summary>Finds the parts of an encoded key.</summary>
    /// <param name="key">Any bytes.</param>
    /// <param name="partitionLength">Length of hash and partition key together.</param>
    /// <param name="id">The id's UTF-8, not empty.</param>
    /// <returns>False for bytes that are no key; hash and partition key are not held against each other.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> key, out int partitionLength, out ReadOnlySpan<byte> id)
    {
        id = default;
        int levels = LevelsOf(key);
        partitionLength = levels * PartitionKeyHash.LevelBytes;
        for (int level = 0; level < levels; level++)
        {
            int length = ComponentLength(key[partitionLength..]);
            if (length == 0)
            {
                return false;
            }

            partitionLength += length;
        }

        id = key[partitionLength..];
        return levels > 0 && !id.IsEmpty;
    }

    /// <summary>Decodes a key.</summary>
    /// <param name="key">Any bytes.</param>
    /// <param name="partitionKey">The partition key.</param>
    /// <param name="id">The id.</param>
    /// <returns>
    /// False unless the bytes are exactly what <see cref="Encode(in PartitionKey, string)"/> gives for that key and id.
    /// </returns>
    public static bool TryDecode(
        ReadOnlySpan<byte> key, out PartitionKey partitionKey, [NotNullWhen(true)] out string? id)
    {
        partitionKey = default;
        id = null;
        if (!TrySplit(key, out _, out ReadOnlySpan<byte> idBytes) || !Utf8.IsValid(idBytes))
        {
            return false;
        }

        int levels = LevelsOf(key);
        var values = new PartitionKeyValue[levels];
        ReadOnlySpan<byte> rest = key[(levels * PartitionKeyHash.LevelBytes)..];
        for (int level = 0; level < levels; level++)
        {
            int length = ComponentLength(rest);
            if (!TryReadComponent(rest[..length], out values[level]))
            {
                return false;
            }

            rest = rest[length..];
        }

        var decoded = new PartitionKey(values);
        Span<byte> hash = stackalloc byte[PartitionKeyHash.MaxBytes];
        if (!key.StartsWith(hash[..PartitionKeyHash.Write(decoded, hash)]))
        {
            return false;
        }

        partitionKey = decoded;
        id = Encoding.UTF8.GetString(idBytes);
        return true;
    }

    /// <summary>Puts the hash back before a key that was stored without it: the partition key says it all.</summary>
    /// <param name="storedKey">An encoded key without its hash.</param>
    /// <param name="levels">Its partition key levels.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written; 0 for bytes that are no such key.</returns>
    public static int Restore(ReadOnlySpan<byte> storedKey, int levels, Span<byte> destination)
    {
        ReadOnlySpan<byte> rest = storedKey;
        for (int level = 0; level < levels; level++)
        {
            int length = ComponentLength(rest);
            Span<byte> hash = destination.Slice(level * PartitionKeyHash.LevelBytes, PartitionKeyHash.LevelBytes);
            if (length == 0 || !TryHashComponent(rest[..length], hash))
            {
                return 0;
            }

            rest = rest[length..];
        }

        if (rest.IsEmpty || levels is 0 or > DocumentLimits.MaxPartitionKeyPaths)
        {
            return 0;
        }

        int hashLength = levels * PartitionKeyHash.LevelBytes;
        storedKey.CopyTo(destination[hashLength..]);
        return hashLength + storedKey.Length;
    }

    private static int MaxBytesOf(in PartitionKey key)
    {
        int size = 0;
        for (int level = 0; level < key.Count; level++)
        {
            int text = Encoding.UTF8.GetMaxByteCount(key[level].Text?.Length ?? 0);
            size += PartitionKeyHash.LevelBytes + ComponentOverhead + 2 * text;
        }

        return size;
    }
}
