using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;

namespace Nacre.Storage.Documents;

/// <summary>
/// Keys of the trees but the index tree: the tablet, then the item key in item order, log sequence number and ordinal in
/// change order, or the item number. Numbers are big-endian, so that they sort.
/// </summary>
internal static class TabletKey
{
    /// <summary>Bytes of the tablet.</summary>
    public const int TabletBytes = sizeof(uint);

    /// <summary>Bytes of a key in change order.</summary>
    public const int ChangeBytes = TabletBytes + sizeof(ulong) + sizeof(ushort);

    /// <summary>Bytes of a key of the move tree.</summary>
    public const int MoveBytes = TabletBytes + ItemNumber.SizeBytes;

    /// <summary>Writes the tablet; the item key goes behind it.</summary>
    public static void WriteTablet(TabletId tablet, Span<byte> destination) =>
        BinaryPrimitives.WriteUInt32BigEndian(destination, tablet.Value);

    /// <summary>Reads the tablet of a key in either order.</summary>
    public static TabletId ReadTablet(ReadOnlySpan<byte> key) =>
        key.Length < TabletBytes ? default : new(BinaryPrimitives.ReadUInt32BigEndian(key));

    /// <summary>Writes a key in item order.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteItem(TabletId tablet, ReadOnlySpan<byte> itemKey, Span<byte> destination)
    {
        WriteTablet(tablet, destination);
        itemKey.CopyTo(destination[TabletBytes..]);
        return TabletBytes + itemKey.Length;
    }

    /// <summary>Writes a key in change order.</summary>
    public static void WriteChange(TabletId tablet, Lsn lsn, ushort ordinal, Span<byte> destination)
    {
        WriteTablet(tablet, destination);
        BinaryPrimitives.WriteUInt64BigEndian(destination[TabletBytes..], lsn.Value);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(TabletBytes + sizeof(ulong))..], ordinal);
    }

    /// <summary>Writes a key of the move tree.</summary>
    public static void WriteMove(TabletId tablet, ItemNumber item, Span<byte> destination)
    {
        WriteTablet(tablet, destination);
        item.Write(destination[TabletBytes..]);
    }

    /// <summary>Reads a key in change order; false for bytes that are none.</summary>
    public static bool TryReadChange(ReadOnlySpan<byte> key, out TabletId tablet, out Lsn lsn, out ushort ordinal)
    {
        if (key.Length != ChangeBytes)
        {
            tablet = default;
            lsn = default;
            ordinal = 0;
            return false;
        }

        tablet = ReadTablet(key);
        lsn = new Lsn(BinaryPrimitives.ReadUInt64BigEndian(key[TabletBytes..]));
        ordinal = BinaryPrimitives.ReadUInt16BigEndian(key[(TabletBytes + sizeof(ulong))..]);
        return true;
    }

    /// <summary>The key that all keys of a tablet are at or above, and all of earlier ones below.</summary>
    public static byte[] BeginOf(TabletId tablet)
    {
        byte[] key = new byte[TabletBytes];
        WriteTablet(tablet, key);
        return key;
    }

    /// <summary>The key that all keys of a tablet are below.</summary>
    public static byte[] EndOf(TabletId tablet)
    {
        Invariant.Check(tablet.Value < uint.MaxValue);
        return BeginOf(new TabletId(tablet.Value + 1));
    }
}
