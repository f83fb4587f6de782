using System.Collections.Immutable;
using Nacre.Core.Indexing;
using Nacre.Query.Evaluation;
using Nacre.Query.Planning;

namespace Nacre.Server.Queries.Planning;

/// <summary>Finds the index that has the order of a query, and where a page begins in it.</summary>
/// <param name="Index">The index.</param>
/// <param name="Interval">Its entries that may be on the page.</param>
/// <param name="IsDescending">Whether it is walked from high to low.</param>
/// <param name="IsComposite">Whether it has an entry of each item, also of one without a value.</param>
/// <param name="Text">What it is over, for a person.</param>
internal sealed record SortedOrder(IndexRef Index, IndexInterval Interval, bool IsDescending, bool IsComposite, string Text)
{
    /// <summary>Finds it in one range.</summary>
    /// <param name="index">The range's.</param>
    /// <param name="task">The page; its order is not empty.</param>
    /// <returns>Null where there is none.</returns>
    public static SortedOrder? Find(IRangeIndex index, QueryTask task)
    {
        if (index.Policy.Mode == IndexingMode.None)
        {
            return null;
        }

        QueryShape shape = task.Query.Shape;
        ImmutableArray<CompositeIndex> composites = index.Policy.CompositeIndexes;
        for (int at = 0; task.Query.IsOrderKnown && shape.Order.Length > 1 && at < composites.Length; at++)
        {
            if (TryFit(composites[at], task, out SortedOrder? fit))
            {
                return fit with { Index = index.FindComposite(at) };
            }
        }

        OrderPath first = shape.Order[0];
        IndexRef single = index.Find(first.Path);
        return single.Kind == IndexRefKind.None ? null
            : new SortedOrder(single, IntervalOf(shape, first, task.From?.After), first.IsDescending, IsComposite: false, $"{first.Path}{(first.IsDescending ? " desc" : "")}");
    }

    /// <summary>What the filter asks of a path that has one value in each item; null for nothing.</summary>
    public static PathCondition? FilterOf(QueryShape shape, DocumentPath path) => shape.Condition switch
    {
        PathCondition condition when condition.Path.Equals(path) => condition,
        AllCondition all => all.Parts.OfType<PathCondition>().FirstOrDefault(part => part.Path.Equals(path)),
        _ => null,
    };

    private static IndexInterval IntervalOf(QueryShape shape, OrderPath first, SortPosition? after)
    {
        IndexInterval interval = IndexInterval.All;
        if (FilterOf(shape, first.Path) is { Intervals: var wanted })
        {
            interval = wanted.IsEmpty ? IndexInterval.Of(UndefinedKey) : new IndexInterval(wanted[0].Low, wanted[^1].High);
        }

        if (after is null)
        {
            return interval;
        }

        byte[] key = after.IndexKeyOf(0, out _);
        return interval.And(first.IsDescending
            ? IndexInterval.All with { High = IndexInterval.After(key) }
            : IndexInterval.All with { Low = key });
    }

    private static byte[] UndefinedKey => [IndexKey.MarkerOf(IndexValueKind.Undefined)];

    /// <summary>Whether an index has, behind paths of which the filter asks one value, the keys of ORDER BY and nothing else.</summary>
    private static bool TryFit(CompositeIndex index, QueryTask task, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SortedOrder? fit)
    {
        fit = null;
        QueryShape shape = task.Query.Shape;
        int fixedCount = index.Paths.Length - shape.Order.Length;
        if (fixedCount < 0)
        {
            return false;
        }

        List<byte> begin = [];
        for (int at = 0; at < fixedCount; at++)
        {
            if (FilterOf(shape, index.Paths[at].Path) is not { IsPoint: true, Intervals: [var point] })
            {
                return false;
            }

            Append(begin, point.Low.ToArray(), index.Paths[at].IsDescending);
        }

        bool isReversed = index.Paths[fixedCount].IsDescending != shape.Order[0].IsDescending;
        for (int at = 0; at < shape.Order.Length; at++)
        {
            CompositePath component = index.Paths[fixedCount + at];
            if (!component.Path.Equals(shape.Order[at].Path) || (component.IsDescending != shape.Order[at].IsDescending) != isReversed)
            {
                return false;
            }
        }

        IndexInterval interval = begin.Count == 0 ? IndexInterval.All : IndexInterval.Of(begin.ToArray());
        if (task.From?.After is { } after)
        {
            bool isExact = true;
            for (int at = 0; at < shape.Order.Length && isExact; at++)
            {
                Append(begin, after.IndexKeyOf(at, out isExact), index.Paths[fixedCount + at].IsDescending);
            }

            byte[] place = [.. begin];
            interval = interval.And(isReversed ? IndexInterval.All with { High = IndexInterval.After(place) } : IndexInterval.All with { Low = place });
        }

        fit = new SortedOrder(IndexRef.None, interval, isReversed, IsComposite: true, $"({index}){(isReversed ? " backwards" : "")}");
        return true;
    }

    private static void Append(List<byte> to, byte[] value, bool isDescending)
    {
        if (isDescending)
        {
            IndexKey.Invert(value);
        }

        to.AddRange(value);
    }
}
