using Nacre.Query.Values;

namespace Nacre.Query.Evaluation.Rows;

/// <summary>The order of ORDER BY: key by key, then by item, then as the rows came. Merges of sorted ranges use it, too.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RowOrder(IReadOnlyList<OrderKey> keys) : IComparer<SortedRow>
{
    /// <inheritdoc/>
    public int Compare(SortedRow x, SortedRow y)
    {
        int order = ComparePlaces(x.Keys, x.ItemKey.Span, y.Keys, y.ItemKey.Span);
        return order != 0 ? order : x.Sequence.CompareTo(y.Sequence);
    }

    /// <summary>Compares keys, and where they are equal the items.</summary>
    public int ComparePlaces(ReadOnlySpan<QueryValue> x, ReadOnlySpan<byte> xItem, ReadOnlySpan<QueryValue> y, ReadOnlySpan<byte> yItem)
    {
        int order = CompareKeys(x, y);
        return order != 0 ? order : xItem.SequenceCompareTo(yItem);
    }

    /// <summary>Compares keys alone.</summary>
    public int CompareKeys(ReadOnlySpan<QueryValue> x, ReadOnlySpan<QueryValue> y)
    {
        for (int at = 0; at < keys.Count; at++)
        {
            int order = QueryValueComparer.Instance.Compare(x[at], y[at]);
            if (order != 0)
            {
                return keys[at].IsDescending ? -order : order;
            }
        }

        return 0;
    }
}
