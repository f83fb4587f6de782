namespace Nacre.Client;

/// <summary>How a container is made. Partition key and ranges are never changed afterwards.</summary>
/// <param name="PartitionKeyPaths">1 to 3 paths such as <c>/country</c> or <c>/address/zip</c>, outermost first.</param>
public sealed record ContainerSettings(params IReadOnlyList<string> PartitionKeyPaths)
{
    /// <summary>How many ranges it begins with, spread over the shards: 1 to 64. 0: one for each data shard.</summary>
    public int Ranges { get; init; }

    /// <summary>How its items are indexed; null: <see cref="IndexingPolicy.Default"/>. <see cref="Container.ReplaceIndexingPolicyAsync"/> changes it.</summary>
    public IndexingPolicy? Indexing { get; init; }
}
