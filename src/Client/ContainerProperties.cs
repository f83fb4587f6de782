namespace Nacre.Client;

/// <summary>A container.</summary>
/// <param name="Database">The database that it is in.</param>
/// <param name="Name">1 to 255 bytes of UTF-8.</param>
/// <param name="Id">The incarnation: never reused, not even for a container of the same name.</param>
/// <param name="PartitionKeyPaths">1 to 3 paths such as <c>/country</c>, outermost first.</param>
/// <param name="CreatedAt">Whole milliseconds, UTC.</param>
/// <param name="ETag">For a conditional delete or change.</param>
/// <param name="Ranges">They tile the space of partition-key hashes, in order.</param>
public sealed record ContainerProperties(
    string Database,
    string Name,
    ulong Id,
    IReadOnlyList<string> PartitionKeyPaths,
    DateTimeOffset CreatedAt,
    string ETag,
    IReadOnlyList<ContainerRange> Ranges)
{
    /// <summary>How its items are indexed; <see cref="Container.GetIndexingProgressAsync"/> tells how far that is done.</summary>
    public IndexingPolicy Indexing { get; init; } = IndexingPolicy.None;
}
