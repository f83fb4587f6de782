using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Nacre.Storage.Trees;

/// <summary>
/// A tree node in memory: the bytes as they are on disk, searched where they lie. Its entries stand in sections, each
/// with a prefix that its keys share.
/// </summary>
/// <remarks>Immutable, thread-safe.</remarks>
internal sealed class Node
{
    // Invariants:
    // - the bytes passed NodeFormat.Fault, so every entry lies inside them; they never change.
    private readonly byte[] _bytes;
    private readonly int _sections;
    private readonly int _prefixes;
    private readonly int _table;
    private readonly int _heap;

    private Node(ulong number, byte[] bytes, int length)
    {
        Number = number;
        _bytes = bytes;
        Length = length;
        Level = NodeFormat.LevelOf(bytes);
        Count = NodeFormat.CountOf(bytes);
        _sections = NodeFormat.SectionsOf(bytes);
        _prefixes = NodeFormat.HeaderBytes + (_sections * NodeFormat.SectionBytes);
        _table = _prefixes + NodeFormat.PrefixEnd(bytes, _sections - 1);
        _heap = _table + ((Count + 1) * NodeFormat.OffsetBytes);
    }

    /// <summary>The node's number.</summary>
    public ulong Number { get; }

    /// <summary>0 for a leaf.</summary>
    public int Level { get; }

    /// <summary>Entries, at least one.</summary>
    public int Count { get; }

    /// <summary>Size in bytes.</summary>
    public int Length { get; }

    /// <summary>The node as it is on disk.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Takes over bytes that were read.</summary>
    /// <param name="number">The node's number.</param>
    /// <param name="bytes">The node, and behind it anything.</param>
    /// <param name="length">Size of the node in bytes.</param>
    /// <param name="tree">The tree that it must belong to.</param>
    /// <param name="level">The level that it must have.</param>
    /// <returns>The node. Throws <see cref="Core.Files.StorageFaultException"/> for bytes that make no sense.</returns>
    public static Node Parse(ulong number, byte[] bytes, int length, TreeId tree, int level)
    {
        if (NodeFormat.Fault(bytes.AsSpan(0, length), tree, level) is { } fault)
        {
            TreeFaults.ThrowCorrupt(tree, number, fault);
        }

        return new Node(number, bytes, length);
    }

    /// <summary>Takes over bytes that were just encoded.</summary>
    public static Node FromEncoded(ulong number, byte[] bytes) => new(number, bytes, bytes.Length);

    /// <summary>The first entry whose key is not below <paramref name="key"/>; <see cref="Count"/> when there is none.</summary>
    /// <param name="key">Any length.</param>
    /// <param name="exact">Whether that entry's key is <paramref name="key"/>.</param>
    public int LowerBound(ReadOnlySpan<byte> key, out bool exact)
    {
        exact = false;
        int section = _sections == 1 ? 0 : FindSection(key);
        int low = SectionFirst(section);
        int high = SectionEnd(section);
        ReadOnlySpan<byte> prefix = Prefix(section);
        int order = CompareStart(prefix, key);
        if (order != 0)
        {
            return order > 0 ? low : high;
        }

        ReadOnlySpan<byte> rest = key[prefix.Length..];
        ReadOnlySpan<byte> bytes = _bytes;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            int compared = Suffix(bytes, middle).SequenceCompareTo(rest);
            if (compared < 0)
            {
                low = middle + 1;
            }
            else
            {
                exact |= compared == 0;
                high = middle;
            }
        }

        return low;
    }

    /// <summary>As the other, where the entry is known to be at or after one, and is that one mostly.</summary>
    /// <param name="key">Any length.</param>
    /// <param name="from">No entry before it is at or above <paramref name="key"/>.</param>
    /// <param name="exact">Whether the entry's key is <paramref name="key"/>.</param>
    public int LowerBound(ReadOnlySpan<byte> key, int from, out bool exact)
    {
        int order = from < Count ? CompareKey(from, key) : 1;
        exact = order == 0;
        return order >= 0 ? from : LowerBound(key, out exact);
    }

    /// <summary>The child of an inner node whose keys would include <paramref name="key"/>.</summary>
    public int ChildIndex(ReadOnlySpan<byte> key)
    {
        int index = LowerBound(key, out bool exact);
        return exact ? index : Math.Max(0, index - 1);
    }

    /// <summary>Orders an entry's key against <paramref name="key"/>: negative when the entry's is below it.</summary>
    public int CompareKey(int index, ReadOnlySpan<byte> key) => CompareKey(SectionOf(index), index, key);

    /// <summary>The section of an entry.</summary>
    public int SectionOf(int index)
    {
        int low = 0;
        int high = _sections - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (SectionFirst(middle) <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>The first entry of a section.</summary>
    public int SectionFirst(int section) => NodeFormat.SectionFirst(_bytes, section);

    /// <summary>The entry after the last of a section.</summary>
    public int SectionEnd(int section) => section + 1 < _sections ? SectionFirst(section + 1) : Count;

    /// <summary>What all keys of a section begin with.</summary>
    public ReadOnlySpan<byte> Prefix(int section)
    {
        int start = NodeFormat.PrefixEnd(_bytes, section - 1);
        return _bytes.AsSpan(_prefixes + start, NodeFormat.PrefixEnd(_bytes, section) - start);
    }

    /// <summary>What an entry's key has after its section's prefix.</summary>
    public ReadOnlySpan<byte> KeySuffix(int index) => Suffix(_bytes, index);

    /// <summary>The same, and right behind it a leaf entry's value.</summary>
    public ReadOnlySpan<byte> KeySuffixAndValue(int index, out int valueLength)
    {
        int start = _heap + NodeFormat.OffsetAt(_bytes, _table, index);
        valueLength = _bytes[start];
        start += NodeFormat.LeafEntryBytes;
        return _bytes.AsSpan(start, EndOf(index) - start);
    }

    /// <summary>Length of an entry's key.</summary>
    public int KeyLength(int index) => Prefix(SectionOf(index)).Length + KeySuffix(index).Length;

    /// <summary>Copies an entry's key.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="destination">At least <see cref="KeyLength"/>.</param>
    /// <returns>The key's length.</returns>
    public int CopyKey(int index, Span<byte> destination)
    {
        ReadOnlySpan<byte> prefix = Prefix(SectionOf(index));
        ReadOnlySpan<byte> suffix = KeySuffix(index);
        prefix.CopyTo(destination);
        suffix.CopyTo(destination[prefix.Length..]);
        return prefix.Length + suffix.Length;
    }

    /// <summary>A leaf entry's value; valid for as long as the node is.</summary>
    public ReadOnlyMemory<byte> Value(int index) => _bytes.AsMemory(ValueOffset(index, out int length), length);

    /// <summary>The value under a key of a leaf, or one that is not found.</summary>
    public TreeValue Find(ReadOnlySpan<byte> key)
    {
        int index = LowerBound(key, out bool exact);
        if (!exact)
        {
            return default;
        }

        int offset = ValueOffset(index, out int length);
        return new TreeValue(_bytes, offset, length);
    }

    /// <summary>An inner entry's child.</summary>
    public ulong Child(int index) => BinaryPrimitives.ReadUInt64LittleEndian(ChildReference(index));

    /// <summary>Entries in the leaves below an inner entry's child.</summary>
    public long ChildEntries(int index) => BinaryPrimitives.ReadInt64LittleEndian(ChildReference(index)[8..]);

    /// <summary>An inner entry's child and count, as they are on disk.</summary>
    public ReadOnlySpan<byte> ChildReference(int index) =>
        _bytes.AsSpan(EndOf(index) - NodeFormat.ChildBytes, NodeFormat.ChildBytes);

    /// <summary>Orders a key's beginning, as long as a prefix, against another key: 0 when that key begins so too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CompareStart(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> key) =>
        prefix.SequenceCompareTo(key.Length >= prefix.Length ? key[..prefix.Length] : key);

    /// <summary>The last section whose first key is not above a key; the first section when there is none.</summary>
    private int FindSection(ReadOnlySpan<byte> key)
    {
        int low = 0;
        int high = _sections - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (CompareKey(middle, SectionFirst(middle), key) <= 0)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private int CompareKey(int section, int index, ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> prefix = Prefix(section);
        int order = CompareStart(prefix, key);
        return order != 0 ? order : Suffix(_bytes, index).SequenceCompareTo(key[prefix.Length..]);
    }

    private int EndOf(int index) => _heap + NodeFormat.OffsetAt(_bytes, _table, index + 1);

    private int ValueOffset(int index, out int length)
    {
        length = _bytes[_heap + NodeFormat.OffsetAt(_bytes, _table, index)];
        return EndOf(index) - length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Suffix(ReadOnlySpan<byte> bytes, int index)
    {
        int start = _heap + NodeFormat.OffsetAt(bytes, _table, index);
        int end = _heap + NodeFormat.OffsetAt(bytes, _table, index + 1);
        return Level > 0
            ? bytes[start..(end - NodeFormat.ChildBytes)]
            : bytes[(start + NodeFormat.LeafEntryBytes)..(end - bytes[start])];
    }
}
