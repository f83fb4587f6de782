using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Storage.Records;

namespace Nacre.Storage.Documents;

/// <summary>The current version of an item, as the item tree names it.</summary>
/// <param name="Lsn">The write that made the version.</param>
/// <param name="Ordinal">The operation within that write.</param>
/// <param name="Length">Bytes of the document.</param>
/// <param name="Created">The write that made the item.</param>
/// <param name="HeaderBytes">Bytes before the document's in the first record.</param>
internal readonly record struct ItemVersion(Lsn Lsn, ushort Ordinal, int Length, Lsn Created, int HeaderBytes)
{
    /// <summary>Most bytes of a tree value.</summary>
    public const int MaxBytes = 5 * VarInt.MaxBytes;

    /// <summary>Bytes of log that the version's records take, but for what is left free at the ends of pages.</summary>
    public long StoredBytes
    {
        get
        {
            int last = ItemRecord.ChunksOf(Length) - 1;
            if (last == 0)
            {
                return RecordLayout.SizeOf(HeaderBytes + Length);
            }

            return RecordLayout.SizeOf(HeaderBytes + ItemRecord.ChunkBytes) +
                (last - 1L) * RecordLayout.SizeOf(ItemRecord.ChunkHeaderBytes + ItemRecord.ChunkBytes) +
                RecordLayout.SizeOf(ItemRecord.ChunkHeaderBytes + ItemRecord.ChunkLength(Length, last));
        }
    }

    /// <summary>How far back the item was made: the version's log sequence number less that of the first.</summary>
    public ulong Age => Lsn.Value - Created.Value;

    /// <summary>Writes the tree value: five variable-length numbers.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination)
    {
        int at = VarInt.Write(Lsn.Value, destination);
        at += VarInt.Write(Ordinal, destination[at..]);
        at += VarInt.Write((ulong)Length, destination[at..]);
        at += VarInt.Write(Age, destination[at..]);
        return at + VarInt.Write((ulong)HeaderBytes, destination[at..]);
    }

    /// <summary>Reads a tree value; false for bytes that are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ItemVersion version)
    {
        version = default;
        if (!VarInt.TryRead(ref source, out ulong lsn) ||
            !VarInt.TryRead(ref source, out ulong ordinal) || ordinal > ushort.MaxValue ||
            !VarInt.TryRead(ref source, out ulong length) || length is 0 or > DocumentLimits.MaxDocumentBytes ||
            !VarInt.TryRead(ref source, out ulong age) || age >= lsn ||
            !VarInt.TryRead(ref source, out ulong header) || header > ItemRecord.MaxHeaderBytes ||
            !source.IsEmpty)
        {
            return false;
        }

        version = new ItemVersion(new Lsn(lsn), (ushort)ordinal, (int)length, new Lsn(lsn - age), (int)header);
        return true;
    }
}
