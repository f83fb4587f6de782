namespace Nacre.Core.Documents;

/// <summary>Where a container's documents carry their partition key.</summary>
/// <param name="Paths">One to three paths such as <c>/country</c> or <c>/address/zip</c>, outermost level first.</param>
public sealed record PartitionKeyDefinition(IReadOnlyList<string> Paths)
{
    /// <summary>Hash for one path, MultiHash for more.</summary>
    public PartitionKeyKind Kind => Paths.Count == 1 ? PartitionKeyKind.Hash : PartitionKeyKind.MultiHash;
}
