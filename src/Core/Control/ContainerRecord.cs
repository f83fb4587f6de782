using System.Collections.Immutable;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;

namespace Nacre.Core.Control;

/// <summary>One incarnation of a container in the catalogue.</summary>
/// <param name="Id">The incarnation; never reused.</param>
/// <param name="Database">The database that it is in.</param>
/// <param name="Name">Unique among the database's containers that are not being deleted.</param>
/// <param name="PartitionKey">Where its documents carry their partition key.</param>
/// <param name="State">Where it is in its life; only <see cref="ResourceState.Ready"/> ones serve.</param>
/// <param name="Ranges">They tile the hash space, in order.</param>
/// <param name="Created">When it was made, by the leader's clock.</param>
/// <param name="Version">The control command that last changed it; its entity tag.</param>
public sealed record ContainerRecord(
    ContainerId Id,
    DatabaseId Database,
    string Name,
    PartitionKeyDefinition PartitionKey,
    ResourceState State,
    ImmutableArray<RangeRecord> Ranges,
    DateTimeOffset Created,
    Sequence Version)
{
    /// <summary>How its items are indexed; null for a container of before there were indexes, which has none.</summary>
    public IndexingPolicy? Indexing { get; init; }

    /// <summary>True while some of its ranges may not have been told of <see cref="Indexing"/>.</summary>
    public bool IndexingPending { get; init; }

    /// <summary>The range that owns a hash.</summary>
    /// <param name="hash">As <see cref="PartitionKeyHash"/> writes it.</param>
    public RangeRecord RangeOf(ReadOnlySpan<byte> hash)
    {
        int low = 0;
        int high = Ranges.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Ranges[middle].Interval.Min.Bytes.SequenceCompareTo(hash) <= 0)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return Ranges[low];
    }

    /// <summary>What a range's shard must know of it.</summary>
    /// <param name="range">One of <see cref="Ranges"/>.</param>
    /// <param name="domain">The shard's key domain.</param>
    public RangeDefinition DefinitionOf(RangeRecord range, KeyDomainId domain) =>
        new(range.Id, range.Generation, Database, Id, range.Interval, PartitionKey, domain)
        {
            Indexing = Indexing,
        };
}
