using System.Collections.Immutable;
using Nacre.Core;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Security.Authorisation;

namespace Nacre.Server.Routing;

/// <summary>A container incarnation as requests are routed to it.</summary>
/// <remarks>Immutable: a change of the catalogue makes another.</remarks>
internal sealed class ContainerRoute
{
    // Invariants:
    // - the ranges tile the whole hash space, in order, so that every key has exactly one.
    private readonly RangeRoute[] _ranges;

    /// <summary>Joins a container to its ranges.</summary>
    public ContainerRoute(DatabaseId database, ContainerId id, PartitionKeyDefinition partitionKey, ImmutableArray<RangeRoute> ranges)
    {
        Invariant.Check(ranges.Length > 0);
        Invariant.Check(ranges[0].Interval.Min == HashBound.Minimum);
        Invariant.Check(ranges[^1].Interval.Max == HashBound.Maximum);
        for (int i = 1; i < ranges.Length; i++)
        {
            Invariant.Check(ranges[i].Interval.Min == ranges[i - 1].Interval.Max);
        }

        Database = database;
        Id = id;
        PartitionKey = partitionKey;
        _ranges = [.. ranges];
    }

    /// <summary>The database that it is in.</summary>
    public DatabaseId Database { get; }

    /// <summary>The incarnation.</summary>
    public ContainerId Id { get; }

    /// <summary>What permissions call it.</summary>
    public ResourceScope Scope => new(Database, Id);

    /// <summary>Where its documents carry their partition key.</summary>
    public PartitionKeyDefinition PartitionKey { get; }

    /// <summary>Its ranges, ascending; they tile the hash space.</summary>
    public ReadOnlySpan<RangeRoute> Ranges => _ranges;

    /// <summary>The place in <see cref="Ranges"/> of the one that owns a hash.</summary>
    /// <param name="hash">As <see cref="PartitionKeyHash"/> writes it, or any byte string that sorts among them.</param>
    public int IndexOf(ReadOnlySpan<byte> hash)
    {
        int low = 0;
        int high = _ranges.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_ranges[middle].Interval.Min.Bytes.SequenceCompareTo(hash) <= 0)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>The range that owns an item's key.</summary>
    /// <param name="itemKey">As <see cref="ItemKey"/> encodes it.</param>
    public RangeRoute RangeOf(ReadOnlySpan<byte> itemKey) =>
        _ranges.Length == 1 ? _ranges[0] : _ranges[IndexOf(ItemKey.HashOf(itemKey))];
}
