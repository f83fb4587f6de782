using Nacre.Core.Indexing;

namespace Nacre.Storage.Indexes;

/// <summary>
/// Keys of the index tree: the set, the index within it, the value, the item's number. The value of an entry is empty,
/// or one byte of marks. Laid out in <c>docs/formats/documents.md</c>.
/// </summary>
internal static class EntryKey
{
    /// <summary>Longest set and index.</summary>
    public const int MaxPrefixBytes = 2 * OrderedNumber.MaxBytes;

    /// <summary>Longest value of all indexes: that of a composite one.</summary>
    public const int MaxValueBytes = CompositeIndex.MaxPaths * IndexKey.MaxValueBytes;

    /// <summary>No key is longer.</summary>
    public const int MaxBytes = MaxPrefixBytes + MaxValueBytes + ItemNumber.SizeBytes;

    /// <summary>The index of items that have too many values to be indexed: no value, and no other entry of the item.</summary>
    public const uint Unindexed = 0;

    /// <summary>The mark of a value that was cut short or rounded: all of an entry's value that has it.</summary>
    public const byte InexactMark = 1;

    /// <summary>What keys of an index begin with.</summary>
    public static byte[] PrefixOf(IndexSetId set, uint index)
    {
        Span<byte> prefix = stackalloc byte[MaxPrefixBytes];
        int length = OrderedNumber.Write(set.Value, prefix);
        length += OrderedNumber.Write(index, prefix[length..]);
        return prefix[..length].ToArray();
    }

    /// <summary>What keys of a set begin with.</summary>
    public static byte[] PrefixOf(IndexSetId set)
    {
        Span<byte> prefix = stackalloc byte[OrderedNumber.MaxBytes];
        return prefix[..OrderedNumber.Write(set.Value, prefix)].ToArray();
    }

    /// <summary>The shortest key above all that begin with some bytes.</summary>
    /// <param name="prefix">Not empty, and not all FF.</param>
    public static byte[] After(ReadOnlySpan<byte> prefix)
    {
        int length = prefix.Length;
        while (prefix[length - 1] == 0xFF)
        {
            length--;
        }

        byte[] after = prefix[..length].ToArray();
        after[^1]++;
        return after;
    }

    /// <summary>Bounds of the keys of an index whose values lie within bounds.</summary>
    /// <param name="prefix">Of the index.</param>
    /// <param name="bounds">Which values.</param>
    /// <returns>From, and to exclusively; no key is either of them.</returns>
    public static (byte[] From, byte[] To) BoundsOf(byte[] prefix, in IndexBounds bounds)
    {
        byte[] from = [.. prefix, .. bounds.From.Span];
        byte[] to = [.. prefix, .. bounds.To.Span];
        return (
            bounds.From.IsEmpty || bounds.FromInclusive ? from : After(from),
            bounds.To.IsEmpty || bounds.ToInclusive ? After(to) : to);
    }

    /// <summary>Takes a key apart.</summary>
    /// <param name="key">Any bytes.</param>
    /// <param name="set">The set.</param>
    /// <param name="index">The index within it.</param>
    /// <param name="value">The value; empty for <see cref="Unindexed"/>.</param>
    /// <param name="item">The item's number.</param>
    /// <returns>False for bytes that are too short to be one.</returns>
    public static bool TrySplit(
        ReadOnlySpan<byte> key, out IndexSetId set, out uint index, out ReadOnlySpan<byte> value, out ItemNumber item)
    {
        value = default;
        item = default;
        int at = OrderedNumber.Read(key, out uint setNumber);
        set = new IndexSetId(setNumber);
        int taken = OrderedNumber.Read(key[at..], out index);
        if (at == 0 || taken == 0 || key.Length < at + taken + ItemNumber.SizeBytes)
        {
            return false;
        }

        value = key[(at + taken)..^ItemNumber.SizeBytes];
        item = ItemNumber.Read(key[^ItemNumber.SizeBytes..]);
        return true;
    }
}
