using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
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
    public const int MaxBytes = 7 * VarInt.MaxBytes;

    /// <summary>The item's number, where it is not that of this version; else none.</summary>
    private readonly ItemNumber _number;

    /// <summary>The item's number in its range's indexes.</summary>
    public ItemNumber Number => IsNumbered ? ItemNumber.Of(Lsn, Ordinal) : _number;

    /// <summary>Whether the item's number is that of this version itself.</summary>
    public bool IsNumbered => _number == default;

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

    /// <summary>The version of an item that has its number from an earlier one.</summary>
    public ItemVersion WithNumber(ItemNumber number) => new(Lsn, Ordinal, Length, Created, HeaderBytes, number);

    private ItemVersion(Lsn lsn, ushort ordinal, int length, Lsn created, int headerBytes, ItemNumber number)
        : this(lsn, ordinal, length, created, headerBytes) =>
        _number = number == ItemNumber.Of(lsn, ordinal) ? default : number;

    /// <summary>Writes the tree value: five variable-length numbers, or seven.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination)
    {
        int at = VarInt.Write(Lsn.Value, destination);
        at += VarInt.Write(Ordinal, destination[at..]);
        at += VarInt.Write((ulong)Length, destination[at..]);
        at += VarInt.Write(Age, destination[at..]);
        at += VarInt.Write((ulong)HeaderBytes, destination[at..]);
        if (IsNumbered)
        {
            return at;
        }

        at += VarInt.Write(Lsn.Value - _number.Lsn.Value, destination[at..]);
        return at + VarInt.Write(_number.Ordinal, destination[at..]);
    }

    /// <summary>Reads a tree value; false for bytes that are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ItemVersion version)
    {
        version = default;
        if (!VarInt.TryRead(ref source, out ulong lsn) ||
            !VarInt.TryRead(ref source, out ulong ordinal) || ordinal > ushort.MaxValue ||
            !VarInt.TryRead(ref source, out ulong length) || length is 0 or > DocumentLimits.MaxDocumentBytes ||
            !VarInt.TryRead(ref source, out ulong age) || age >= lsn ||
            !VarInt.TryRead(ref source, out ulong header) || header > ItemRecord.MaxHeaderBytes)
        {
            return false;
        }

        version = new ItemVersion(new Lsn(lsn), (ushort)ordinal, (int)length, new Lsn(lsn - age), (int)header);
        return source.IsEmpty || TryReadNumber(source, ref version);
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> source, ref ItemVersion version)
    {
        if (!VarInt.TryRead(ref source, out ulong back) || back >= version.Lsn.Value ||
            !VarInt.TryRead(ref source, out ulong ordinal) || ordinal >= ItemCommand.MaxOperations || !source.IsEmpty)
        {
            return false;
        }

        // The number of another version: what is written for this one's own is not written like this.
        version = version.WithNumber(ItemNumber.Of(new Lsn(version.Lsn.Value - back), (ushort)ordinal));
        return !version.IsNumbered;
    }
}
