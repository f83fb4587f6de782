using Nacre.Query.Evaluation.Nodes;
using Nacre.Query.Evaluation.Rows;

namespace Nacre.Query.Evaluation;

/// <summary>A bound query or subquery: what is done with each row, in this order.</summary>
/// <remarks>Thread-safe: it never changes.</remarks>
internal sealed class SelectPlan
{
    /// <summary>The inputs beside the item itself.</summary>
    public required IReadOnlyList<SourceStep> Sources { get; init; }

    /// <summary>The filter; null for none.</summary>
    public EvaluationNode? Where { get; init; }

    /// <summary>Groups and aggregates; null for none.</summary>
    public GroupSpec? Groups { get; init; }

    /// <summary>What is answered for a row or group; where it is undefined there is no row.</summary>
    public required EvaluationNode Projection { get; init; }

    /// <summary>ORDER BY; none without.</summary>
    public required IReadOnlyList<OrderKey> Order { get; init; }

    /// <summary>DISTINCT.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>Rows that are left out first.</summary>
    public long Offset { get; init; }

    /// <summary>Rows answered at most: LIMIT or TOP; <see cref="long.MaxValue"/> without.</summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>Steps for a row: about as many as there are nodes.</summary>
    public int Cost { get; init; }

    /// <summary>How many of the first sorted rows matter.</summary>
    /// <param name="window">The part of the rows that is asked for.</param>
    public long WantedOf(QueryWindow window)
    {
        if (IsDistinct)
        {
            return long.MaxValue;
        }

        long offset = Math.Max(0, Offset - window.Passed);
        long limit = Limit == long.MaxValue ? long.MaxValue : Math.Max(0, Limit - Math.Max(0, window.Passed - Offset));
        long rows = Math.Min(limit, window.MaxRows);
        return rows > long.MaxValue - offset ? long.MaxValue : offset + rows;
    }

    /// <summary>Runs it as a subquery of the frame's row.</summary>
    /// <param name="frame">The row.</param>
    /// <param name="sink">Gets each row.</param>
    public void Run(EvaluationFrame frame, RowSink sink)
    {
        var run = new SelectRun(this, frame, sink, QueryWindow.All);
        run.AddRows(default, skip: 0);
        run.Finish();
        run.Release();
    }
}
