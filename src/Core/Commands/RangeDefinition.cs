using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;

namespace Nacre.Core.Commands;

/// <summary>What a shard must know of a range that it owns.</summary>
/// <param name="Range">The range.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="Database">The database.</param>
/// <param name="Container">The container's incarnation.</param>
/// <param name="Interval">The hashes that it owns.</param>
/// <param name="PartitionKey">Where documents carry their partition key.</param>
/// <param name="Domain">The key domain; that of the shard.</param>
public sealed record RangeDefinition(
    RangeId Range,
    RangeGeneration Generation,
    DatabaseId Database,
    ContainerId Container,
    HashInterval Interval,
    PartitionKeyDefinition PartitionKey,
    KeyDomainId Domain)
{
    /// <summary>How its items are indexed; null for a range of before there were indexes, which has none.</summary>
    public IndexingPolicy? Indexing { get; init; }
}
