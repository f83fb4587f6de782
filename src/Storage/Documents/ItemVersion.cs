using Nacre.Core.Documents;
using Nacre.Core.Ids;

namespace Nacre.Storage.Documents;

/// <summary>The current version of an item, as the item tree names it.</summary>
/// <param name="Lsn">The write that made the version.</param>
/// <param name="Ordinal">The operation within that write.</param>
/// <param name="Length">Bytes of the document.</param>
/// <param name="Created">The write that made the item.</param>
internal readonly record struct ItemVersion(Lsn Lsn, ushort Ordinal, int Length, Lsn Created)
{
    /// <summary>Most bytes of a tree value.</summary>
    public const int MaxBytes = 4 * VarInt.MaxBytes;

    /// <summary>Writes the tree value: four variable-length numbers, the last how far back the item was made.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination)
    {
        int at = VarInt.Write(Lsn.Value, destination);
        at += VarInt.Write(Ordinal, destination[at..]);
        at += VarInt.Write((ulong)Length, destination[at..]);
        return at + VarInt.Write(Lsn.Value - Created.Value, destination[at..]);
    }

    /// <summary>Reads a tree value; false for bytes that are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ItemVersion version)
    {
        version = default;
        if (!VarInt.TryRead(ref source, out ulong lsn) ||
            !VarInt.TryRead(ref source, out ulong ordinal) || ordinal > ushort.MaxValue ||
            !VarInt.TryRead(ref source, out ulong length) || length is 0 or > DocumentLimits.MaxDocumentBytes ||
            !VarInt.TryRead(ref source, out ulong age) || age >= lsn ||
            !source.IsEmpty)
        {
            return false;
        }

        version = new ItemVersion(new Lsn(lsn), (ushort)ordinal, (int)length, new Lsn(lsn - age));
        return true;
    }
}
