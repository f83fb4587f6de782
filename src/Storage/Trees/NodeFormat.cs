using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Nacre.Storage.Trees;

/// <summary>Layout of a tree node; the tables are in <c>docs/formats/tree.md</c>.</summary>
internal static class NodeFormat
{
    /// <summary>First byte of every node.</summary>
    public const byte Version = 1;

    /// <summary>Most levels of a tree.</summary>
    public const int MaxHeight = 48;

    /// <summary>Bytes before the section table.</summary>
    public const int HeaderBytes = 12;

    /// <summary>Bytes of a section in the section table: its first entry, and where its prefix ends.</summary>
    public const int SectionBytes = 2 * sizeof(ushort);

    /// <summary>Bytes of an entry's place in the offset table, which has one place more than entries.</summary>
    public const int OffsetBytes = sizeof(ushort);

    /// <summary>Bytes of a leaf entry besides key suffix and value: the value's length.</summary>
    public const int LeafEntryBytes = 1;

    /// <summary>Bytes of an inner entry besides the separator's suffix: the child's number and its count of entries.</summary>
    public const int ChildBytes = 16;

    private const int LevelAt = 1;
    private const int CountAt = 2;
    private const int TreeAt = 4;
    private const int SectionsAt = 8;
    private const int ReservedAt = 10;
    private const int PrefixEndAt = 2;

    /// <summary>Writes a node's header.</summary>
    public static void WriteHeader(Span<byte> node, TreeId tree, int level, int count, int sections)
    {
        node[0] = Version;
        node[LevelAt] = (byte)level;
        BinaryPrimitives.WriteUInt16LittleEndian(node[CountAt..], (ushort)count);
        BinaryPrimitives.WriteUInt32LittleEndian(node[TreeAt..], tree.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(node[SectionsAt..], (ushort)sections);
        BinaryPrimitives.WriteUInt16LittleEndian(node[ReservedAt..], 0);
    }

    /// <summary>Writes a place of the section table.</summary>
    public static void WriteSection(Span<byte> node, int section, int firstEntry, int prefixEnd)
    {
        Span<byte> place = node[(HeaderBytes + (section * SectionBytes))..];
        BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)firstEntry);
        BinaryPrimitives.WriteUInt16LittleEndian(place[PrefixEndAt..], (ushort)prefixEnd);
    }

    /// <summary>Reads the tree that a node belongs to.</summary>
    /// <returns>False for bytes that begin no node of this format.</returns>
    public static bool TryReadTree(ReadOnlySpan<byte> node, out TreeId tree)
    {
        if (node.Length < HeaderBytes || node[0] != Version)
        {
            tree = default;
            return false;
        }

        tree = new TreeId(BinaryPrimitives.ReadUInt32LittleEndian(node[TreeAt..]));
        return true;
    }

    /// <summary>The level: 0 for a leaf.</summary>
    public static int LevelOf(ReadOnlySpan<byte> node) => node[LevelAt];

    /// <summary>The count of entries.</summary>
    public static int CountOf(ReadOnlySpan<byte> node) => BinaryPrimitives.ReadUInt16LittleEndian(node[CountAt..]);

    /// <summary>The count of sections.</summary>
    public static int SectionsOf(ReadOnlySpan<byte> node) =>
        BinaryPrimitives.ReadUInt16LittleEndian(node[SectionsAt..]);

    /// <summary>The first entry of a section.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SectionFirst(ReadOnlySpan<byte> node, int section) =>
        BinaryPrimitives.ReadUInt16LittleEndian(node[(HeaderBytes + (section * SectionBytes))..]);

    /// <summary>Where a section's prefix ends, counted from where the prefixes begin; it begins where the one before ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PrefixEnd(ReadOnlySpan<byte> node, int section) => section < 0
        ? 0
        : BinaryPrimitives.ReadUInt16LittleEndian(node[(HeaderBytes + (section * SectionBytes) + PrefixEndAt)..]);

    /// <summary>Reads a place of the offset table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OffsetAt(ReadOnlySpan<byte> node, int table, int index) =>
        BinaryPrimitives.ReadUInt16LittleEndian(node[(table + (index * OffsetBytes))..]);

    /// <summary>
    /// Says what is wrong with a node's bytes, or null: after that every place inside it can be read without
    /// leaving it. The order of its keys is the verifier's business.
    /// </summary>
    public static string? Fault(ReadOnlySpan<byte> node, TreeId tree, int level)
    {
        if (!TryReadTree(node, out TreeId found))
        {
            return "not a tree node of a known format";
        }

        if (found != tree)
        {
            return "node of another tree";
        }

        if (LevelOf(node) != level || level >= MaxHeight)
        {
            return "node of another level";
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(node[ReservedAt..]) != 0)
        {
            return "reserved bytes are set";
        }

        int count = CountOf(node);
        int sections = SectionsOf(node);
        int prefixes = HeaderBytes + (sections * SectionBytes);
        if (count == 0 || sections == 0 || prefixes > node.Length)
        {
            return "counts exceed the node";
        }

        int table = prefixes + PrefixEnd(node, sections - 1);
        int heap = table + ((count + 1) * OffsetBytes);
        if (heap > node.Length)
        {
            return "counts exceed the node";
        }

        if (OffsetAt(node, table, 0) != 0 || OffsetAt(node, table, count) != node.Length - heap)
        {
            return "offsets do not span the node";
        }

        return SectionFault(node, table, heap);
    }

    /// <summary>Copies the lowest key of a node that has no <see cref="Fault"/>: of an inner node, its own separator.</summary>
    /// <returns>The key's length.</returns>
    public static int CopyLowestKey(ReadOnlySpan<byte> node, Span<byte> destination)
    {
        int sections = SectionsOf(node);
        int prefixes = HeaderBytes + (sections * SectionBytes);
        int prefix = PrefixEnd(node, 0);
        int table = prefixes + PrefixEnd(node, sections - 1);
        int heap = table + ((CountOf(node) + 1) * OffsetBytes);
        ReadOnlySpan<byte> entry = node.Slice(heap, OffsetAt(node, table, 1));
        ReadOnlySpan<byte> suffix = LevelOf(node) == 0 ? entry[LeafEntryBytes..^entry[0]] : entry[..^ChildBytes];
        node.Slice(prefixes, prefix).CopyTo(destination);
        suffix.CopyTo(destination[prefix..]);
        return prefix + suffix.Length;
    }

    private static string? SectionFault(ReadOnlySpan<byte> node, int table, int heap)
    {
        int count = CountOf(node);
        int sections = SectionsOf(node);
        int first = 0;
        int prefixEnd = 0;
        for (int section = 0; section < sections; section++)
        {
            int until = section + 1 < sections ? SectionFirst(node, section + 1) : count;
            int prefix = PrefixEnd(node, section) - prefixEnd;
            prefixEnd += prefix;
            if (SectionFirst(node, section) != first || until <= first || until > count || prefix < 0)
            {
                return "sections do not span the node";
            }

            if (EntryFault(node, table, heap, prefix, first, until) is { } fault)
            {
                return fault;
            }

            first = until;
        }

        return null;
    }

    private static string? EntryFault(ReadOnlySpan<byte> node, int table, int heap, int prefix, int first, int until)
    {
        bool leaf = LevelOf(node) == 0;
        int shortest = leaf ? 1 : 0;
        int start = OffsetAt(node, table, first);
        for (int i = first + 1; i <= until; i++)
        {
            int end = OffsetAt(node, table, i);
            if (end <= start || heap + end > node.Length)
            {
                return "offsets do not rise";
            }

            int suffix = end - start - (leaf ? LeafEntryBytes + node[heap + start] : ChildBytes);
            if (suffix < 0 || prefix + suffix < shortest || prefix + suffix > OrderedIndex.MaxKeyBytes)
            {
                return "key length out of range";
            }

            start = end;
        }

        return null;
    }
}
