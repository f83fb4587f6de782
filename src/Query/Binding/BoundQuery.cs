using Nacre.Query.Evaluation;
using Nacre.Query.Syntax;

namespace Nacre.Query.Binding;

/// <summary>A query whose names, functions and parameters are resolved, ready to run any number of times.</summary>
/// <remarks>Thread-safe: it never changes.</remarks>
public sealed class BoundQuery
{
    internal BoundQuery(SelectQuery syntax, SelectPlan plan, DocumentPath item, int slotCount, bool readsDocuments)
    {
        Syntax = syntax;
        Plan = plan;
        Item = item;
        SlotCount = slotCount;
        ReadsDocuments = readsDocuments;
        List<DocumentPath> paths = [];
        item.Collect(paths);
        Paths = paths;
    }

    /// <summary>The tree it was bound from.</summary>
    public SelectQuery Syntax { get; }

    /// <summary>False without FROM: it then has one row, whatever the documents are.</summary>
    public bool ReadsDocuments { get; }

    /// <summary>The paths of the item whose values the query reads, subqueries included; the item itself where it is read as a whole.</summary>
    public IReadOnlyList<DocumentPath> Paths { get; }

    /// <summary>Whether it has GROUP BY or aggregates: partial results of several parts can then be merged.</summary>
    public bool IsGrouped => Plan.Groups is not null;

    /// <summary>Whether it sorts.</summary>
    public bool IsOrdered => Plan.Order.Count > 0;

    /// <summary>Whether it has DISTINCT.</summary>
    public bool IsDistinct => Plan.IsDistinct;

    /// <summary>
    /// Whether it can be answered page by page, each page from where the one before ended. Groups and DISTINCT need all
    /// rows before them.
    /// </summary>
    public bool IsPaged => ReadsDocuments && !IsGrouped && !IsDistinct;

    /// <summary>How it is run over the documents that are put in: a line for each step, in order.</summary>
    public IReadOnlyList<string> Describe() => QueryDescription.Of(this);

    internal SelectPlan Plan { get; }

    internal DocumentPath Item { get; }

    internal int SlotCount { get; }
}
