namespace Nacre.Query.Evaluation;

/// <summary>
/// The part of a query's rows that one run answers, for queries that are answered page by page: those without groups
/// and without DISTINCT. Each page runs over the documents that may still have rows for it.
/// </summary>
public sealed record QueryWindow
{
    /// <summary>All rows.</summary>
    public static QueryWindow All { get; } = new();

    /// <summary>Rows that earlier pages went past, those left out by OFFSET among them.</summary>
    public long Passed { get; init; }

    /// <summary>With ORDER BY: the last row of the pages before; null to begin.</summary>
    public SortPosition? After { get; init; }

    /// <summary>Rows that this run answers at most, from 1.</summary>
    public long MaxRows { get; init; } = long.MaxValue;
}
