using Nacre.Core.Ids;

namespace Nacre.Storage.Records;

/// <summary>
/// Key of an immutable record in a shard's store. Never made of users' bytes: the store's hash takes no seed, and
/// collisions could be invited. Never all zeros: that is the key that a failed read shows.
/// </summary>
/// <param name="High">Items: the log sequence number of the write. Nodes: 0.</param>
/// <param name="Low">Items: tablet (32 bits), ordinal (16), chunk (16). Nodes: the node's number.</param>
internal readonly record struct RecordKey(ulong High, ulong Low)
{
    /// <summary>Size in bytes, both halves.</summary>
    public const int SizeBytes = 16;

    /// <summary>The key of one chunk of an item version.</summary>
    public static RecordKey Item(TabletId tablet, Lsn lsn, ushort ordinal, ushort chunk) =>
        new(lsn.Value, ((ulong)tablet.Value << 32) | ((ulong)ordinal << 16) | chunk);

    /// <summary>Takes the key of a chunk apart.</summary>
    public static void ReadItem(RecordKey key, out TabletId tablet, out Lsn lsn, out ushort ordinal, out ushort chunk)
    {
        lsn = new Lsn(key.High);
        tablet = new TabletId((uint)(key.Low >> 32));
        ordinal = (ushort)(key.Low >> 16);
        chunk = (ushort)key.Low;
    }

    /// <summary>The key of a tree node.</summary>
    public static RecordKey Node(ulong number) => new(0, number);
}
