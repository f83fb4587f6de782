using System.Buffers.Binary;

namespace Nacre.Storage.Trees;

/// <summary>Where a tree begins, as a checkpoint keeps it; laid out in <c>docs/formats/tree.md</c>.</summary>
/// <param name="Node">Number of the root node; 0 for a tree without entries.</param>
/// <param name="Height">Levels from root to leaf, both counted; 0 without entries.</param>
/// <param name="Entries">Entries in the leaves, exactly; buffered changes are not among them.</param>
/// <param name="Bytes">Bytes of all nodes that the root reaches; the rest of the node log is dead.</param>
internal readonly record struct TreeRoot(ulong Node, byte Height, long Entries, long Bytes)
{
    /// <summary>Size in bytes when written.</summary>
    public const int SizeBytes = 25;

    /// <summary>The root of a tree without entries.</summary>
    public static TreeRoot Empty => default;

    /// <summary>True for a tree without entries.</summary>
    public bool IsEmpty => Node == 0;

    /// <summary>Writes the root.</summary>
    /// <param name="destination">At least <see cref="SizeBytes"/>.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Node);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], Entries);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Bytes);
        destination[24] = Height;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="source">At least <see cref="SizeBytes"/>.</param>
    /// <param name="root">The root.</param>
    /// <returns>False for bytes that no tree can have.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out TreeRoot root)
    {
        root = default;
        if (source.Length < SizeBytes)
        {
            return false;
        }

        TreeRoot read = new(
            BinaryPrimitives.ReadUInt64LittleEndian(source),
            source[24],
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]));
        bool sound = read.Node == 0
            ? read == Empty
            : read.Height is > 0 and <= NodeFormat.MaxHeight && read.Entries > 0 && read.Bytes > 0;
        root = sound ? read : default;
        return sound;
    }
}
