namespace Nacre.Core.Documents;

/// <summary>
/// Some of a container's items: those at or below a partition key, or one item. Encoded once, so that asking whether a key
/// lies in it is a comparison of bytes.
/// </summary>
/// <remarks>Immutable.</remarks>
public sealed class ItemScope
{
    private readonly byte[] _bytes;

    private ItemScope(PartitionKey partitionKey, string? id)
    {
        PartitionKey = partitionKey;
        Id = id;
        byte[] key = ItemKey.Encode(partitionKey, id ?? "");
        _bytes = key[(partitionKey.Count * PartitionKeyHash.LevelBytes)..];
    }

    /// <summary>The partition key, complete or a prefix.</summary>
    public PartitionKey PartitionKey { get; }

    /// <summary>The one item's id; null for all at or below the partition key.</summary>
    public string? Id { get; }

    /// <summary>All items at or below a partition key.</summary>
    /// <param name="partitionKey">Complete, or a prefix of at least one level.</param>
    public static ItemScope Below(PartitionKey partitionKey) => new(partitionKey, null);

    /// <summary>One item.</summary>
    /// <param name="partitionKey">Complete.</param>
    /// <param name="id">As an item's.</param>
    public static ItemScope Of(PartitionKey partitionKey, string id) => new(partitionKey, id);

    /// <summary>True for the key of an item that lies in it.</summary>
    /// <param name="itemKey">As <see cref="ItemKey"/> encodes it, of the same container.</param>
    public bool Covers(ReadOnlySpan<byte> itemKey) => Id is null
        ? ItemKey.BeginsWith(itemKey, _bytes)
        : itemKey[(ItemKey.LevelsOf(itemKey) * PartitionKeyHash.LevelBytes)..].SequenceEqual(_bytes);

    /// <inheritdoc/>
    public override string ToString() => Id is null ? PartitionKey.ToString() : $"{PartitionKey} {Id}";
}
