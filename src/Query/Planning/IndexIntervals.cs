using System.Collections.Immutable;

namespace Nacre.Query.Planning;

/// <summary>Sets of values as intervals.</summary>
/// <remarks>Each list rises, and its intervals are not empty, and neither overlap nor touch.</remarks>
internal static class IndexIntervals
{
    /// <summary>All values.</summary>
    public static ImmutableArray<IndexInterval> All { get; } = [IndexInterval.All];

    /// <summary>The values that lie in any of some intervals.</summary>
    public static ImmutableArray<IndexInterval> Union(IEnumerable<IndexInterval> intervals)
    {
        List<IndexInterval> sorted = [.. intervals.Where(static interval => !interval.IsEmpty)];
        sorted.Sort(static (x, y) => x.Low.Span.SequenceCompareTo(y.Low.Span));
        ImmutableArray<IndexInterval>.Builder union = ImmutableArray.CreateBuilder<IndexInterval>();
        foreach (IndexInterval next in sorted)
        {
            if (union.Count == 0 || (!union[^1].High.IsEmpty && union[^1].High.Span.SequenceCompareTo(next.Low.Span) < 0))
            {
                union.Add(next);
                continue;
            }

            IndexInterval last = union[^1];
            bool reaches = last.High.IsEmpty || (!next.High.IsEmpty && next.High.Span.SequenceCompareTo(last.High.Span) <= 0);
            union[^1] = last with { High = reaches ? last.High : next.High };
        }

        return union.ToImmutable();
    }

    /// <summary>The values that lie in both of two sets.</summary>
    public static ImmutableArray<IndexInterval> Intersect(ImmutableArray<IndexInterval> x, ImmutableArray<IndexInterval> y)
    {
        ImmutableArray<IndexInterval>.Builder common = ImmutableArray.CreateBuilder<IndexInterval>();
        for (int left = 0, right = 0; left < x.Length && right < y.Length;)
        {
            IndexInterval both = x[left].And(y[right]);
            if (!both.IsEmpty)
            {
                common.Add(both);
            }

            bool leftEndsFirst = !x[left].High.IsEmpty &&
                (y[right].High.IsEmpty || x[left].High.Span.SequenceCompareTo(y[right].High.Span) < 0);
            left += leftEndsFirst ? 1 : 0;
            right += leftEndsFirst ? 0 : 1;
        }

        return common.ToImmutable();
    }
}
