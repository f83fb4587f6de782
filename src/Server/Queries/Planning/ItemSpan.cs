using Nacre.Core.Documents;

namespace Nacre.Server.Queries.Planning;

/// <summary>The items that a page may still see, in item order.</summary>
/// <param name="From">The first key; empty for the beginning.</param>
/// <param name="IsFromInclusive">Whether the item of that key is among them.</param>
/// <param name="End">The end, exclusive; empty for none.</param>
/// <param name="PartitionKey">What they are at or below. Empty for all.</param>
internal readonly record struct ItemSpan(ReadOnlyMemory<byte> From, bool IsFromInclusive, ReadOnlyMemory<byte> End, PartitionKey PartitionKey)
{
    /// <summary>Those of a scope, from a place on.</summary>
    public static ItemSpan Of(QueryScope scope, ItemStart start)
    {
        PartitionKey key = scope.PartitionKey;
        (byte[] first, byte[] end) = key.Count == 0 ? ([], []) : ItemKey.BoundsOf(key, scope.Container.PartitionKey.Paths.Count);
        return start.Key.IsEmpty
            ? new ItemSpan(first, IsFromInclusive: true, end, key)
            : new ItemSpan(start.Key, start.IsInclusive, end, key);
    }

    /// <summary>Whether an item is one of them.</summary>
    public bool Contains(ReadOnlySpan<byte> itemKey)
    {
        int order = From.IsEmpty ? 1 : itemKey.SequenceCompareTo(From.Span);
        return (order > 0 || (order == 0 && IsFromInclusive)) &&
            (End.IsEmpty || itemKey.SequenceCompareTo(End.Span) < 0) &&
            Matches(itemKey);
    }

    /// <summary>Whether an item that lies between the bounds is one of them: different keys may share the hash of a prefix.</summary>
    public bool Matches(ReadOnlySpan<byte> itemKey) => PartitionKey.Count == 0 || ItemKey.Matches(itemKey, PartitionKey);
}
