using Nacre.Core.Documents;
using Nacre.Core.Indexing;

namespace Nacre.Core.Control;

/// <summary>
/// Begins a container's creation: its name is taken, its ranges are cut and placed. Refusals: NotFound for the
/// database, AlreadyExists, Malformed or TooLarge for the name.
/// </summary>
/// <param name="Database">The database.</param>
/// <param name="Name">As <see cref="ResourceNames"/> allows.</param>
/// <param name="PartitionKey">Where its documents carry their partition key.</param>
/// <param name="Ranges">1 to <see cref="Catalog.MaxRanges"/>; 0 for one in each data shard, as far as that goes.</param>
public sealed record CreateContainer(string Database, string Name, PartitionKeyDefinition PartitionKey, uint Ranges) : ControlCommand
{
    /// <summary>How its items are indexed; null for a container of before there were indexes, which has none.</summary>
    public IndexingPolicy? Indexing { get; init; }

    /// <inheritdoc/>
    public override ControlCommandKind Kind =>
        Indexing is null ? ControlCommandKind.CreateContainer : ControlCommandKind.CreateIndexedContainer;
}
