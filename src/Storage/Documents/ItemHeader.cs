using Nacre.Core.Documents;

namespace Nacre.Storage.Documents;

/// <summary>What the first record of an item version says.</summary>
internal readonly ref struct ItemHeader
{
    /// <summary>Takes over what was read.</summary>
    public ItemHeader(
        int levels, ulong timestamp, int length, ulong age, ReadOnlySpan<byte> storedKey, ReadOnlySpan<byte> body)
    {
        Levels = levels;
        Timestamp = timestamp;
        Length = length;
        Age = age;
        StoredKey = storedKey;
        Body = body;
    }

    /// <summary>Partition key levels.</summary>
    public int Levels { get; }

    /// <summary>Leader time of the write, in Unix milliseconds.</summary>
    public ulong Timestamp { get; }

    /// <summary>Bytes of the whole document.</summary>
    public int Length { get; }

    /// <summary>The version's log sequence number less that of the write that made the item.</summary>
    public ulong Age { get; }

    /// <summary>The item key, as <see cref="Documents.StoredKey"/> keeps it.</summary>
    public ReadOnlySpan<byte> StoredKey { get; }

    /// <summary>The document's first chunk.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>True when the record is of this version of the item with this key.</summary>
    public bool IsOf(ReadOnlySpan<byte> itemKey, in ItemVersion version) =>
        Length == version.Length && Age == version.Age && ItemKey.LevelsOf(itemKey) == Levels &&
        Documents.StoredKey.IsOf(StoredKey, Body, itemKey[(Levels * PartitionKeyHash.LevelBytes)..]);

    /// <summary>Gives the item key back.</summary>
    /// <param name="destination">At least <see cref="ItemKey.MaxBytes"/>.</param>
    /// <returns>Its length; 0 where there is none.</returns>
    public int ReadItemKey(Span<byte> destination) => Documents.StoredKey.Read(StoredKey, Body, Levels, destination);
}
