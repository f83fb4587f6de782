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

    /// <summary>Bytes before the prefix.</summary>
    public const int HeaderBytes = 12;

    /// <summary>Bytes of an entry's place in the offset table, which has one place more than entries.</summary>
    public const int OffsetBytes = sizeof(ushort);

    /// <summary>Bytes of a leaf entry besides key suffix and value: the value's length.</summary>
    public const int LeafEntryBytes = 1;

    /// <summary>Bytes of an inner entry besides the separator's suffix: the child's number and its count of entries.</summary>
    public const int ChildBytes = 16;

    private const int LevelAt = 1;
    private const int CountAt = 2;
    private const int TreeAt = 4;
    private const int PrefixLengthAt = 8;
    private const int ReservedAt = 10;

    /// <summary>Writes a node's header.</summary>
    public static void WriteHeader(Span<byte> node, TreeId tree, int level, int count, int prefixLength)
    {
        node[0] = Version;
        node[LevelAt] = (byte)level;
        BinaryPrimitives.WriteUInt16LittleEndian(node[CountAt..], (ushort)count);
        BinaryPrimitives.WriteUInt32LittleEndian(node[TreeAt..], tree.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(node[PrefixLengthAt..], (ushort)prefixLength);
        BinaryPrimitives.WriteUInt16LittleEndian(node[ReservedAt..], 0);
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

    /// <summary>The length of the prefix that all keys of the node share.</summary>
    public static int PrefixLengthOf(ReadOnlySpan<byte> node) =>
        BinaryPrimitives.ReadUInt16LittleEndian(node[PrefixLengthAt..]);

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
        int prefix = PrefixLengthOf(node);
        int table = HeaderBytes + prefix;
        int heap = table + ((count + 1) * OffsetBytes);
        if (count == 0 || heap > node.Length)
        {
            return "counts exceed the node";
        }

        if (OffsetAt(node, table, 0) != 0 || OffsetAt(node, table, count) != node.Length - heap)
        {
            return "offsets do not span the node";
        }

        return level == 0 ? LeafFault(node, table, heap, prefix, count) : InnerFault(node, table, heap, prefix, count);
    }

    /// <summary>Copies the lowest key of a node that has no <see cref="Fault"/>: of an inner node, its own separator.</summary>
    /// <returns>The key's length.</returns>
    public static int CopyLowestKey(ReadOnlySpan<byte> node, Span<byte> destination)
    {
        int prefix = PrefixLengthOf(node);
        int table = HeaderBytes + prefix;
        int heap = table + ((CountOf(node) + 1) * OffsetBytes);
        ReadOnlySpan<byte> entry = node.Slice(heap, OffsetAt(node, table, 1));
        ReadOnlySpan<byte> suffix = LevelOf(node) == 0 ? entry[LeafEntryBytes..^entry[0]] : entry[..^ChildBytes];
        node.Slice(HeaderBytes, prefix).CopyTo(destination);
        suffix.CopyTo(destination[prefix..]);
        return prefix + suffix.Length;
    }

    private static string? LeafFault(ReadOnlySpan<byte> node, int table, int heap, int prefix, int count)
    {
        int start = 0;
        for (int i = 1; i <= count; i++)
        {
            int end = OffsetAt(node, table, i);
            if (end <= start || heap + end > node.Length)
            {
                return "offsets do not rise";
            }

            int key = prefix + end - start - LeafEntryBytes - node[heap + start];
            if (key < prefix || key is < 1 or > OrderedIndex.MaxKeyBytes)
            {
                return "key length out of range";
            }

            start = end;
        }

        return null;
    }

    private static string? InnerFault(ReadOnlySpan<byte> node, int table, int heap, int prefix, int count)
    {
        int start = 0;
        for (int i = 1; i <= count; i++)
        {
            int end = OffsetAt(node, table, i);
            if (end <= start || heap + end > node.Length)
            {
                return "offsets do not rise";
            }

            int key = prefix + end - start - ChildBytes;
            if (key < prefix || key > OrderedIndex.MaxKeyBytes)
            {
                return "key length out of range";
            }

            start = end;
        }

        return null;
    }
}
