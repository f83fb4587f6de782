namespace Nacre.Core.Documents;

/// <summary>What the one pass over a document at the wire finds.</summary>
/// <param name="Id">The item's id: 1 to 1,023 bytes of UTF-8, of the characters allowed.</param>
/// <param name="PartitionKey">One value a level of the container's definition.</param>
public readonly record struct InspectedDocument(string Id, PartitionKey PartitionKey)
{
    /// <summary>The item's key.</summary>
    public byte[] EncodeKey() => ItemKey.Encode(PartitionKey, Id);
}
