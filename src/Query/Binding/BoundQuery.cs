using Nacre.Query.Evaluation;
using Nacre.Query.Planning;
using Nacre.Query.Syntax;

namespace Nacre.Query.Binding;

/// <summary>A query whose names, functions and parameters are resolved, ready to run any number of times.</summary>
/// <remarks>Thread-safe: it never changes.</remarks>
public sealed class BoundQuery
{
    internal BoundQuery(SelectQuery syntax, SelectPlan plan, DocumentPath item, int slotCount, bool readsDocuments, bool tellsEqualApart)
    {
        Syntax = syntax;
        Plan = plan;
        Item = item;
        SlotCount = slotCount;
        ReadsDocuments = readsDocuments;
        TellsEqualApart = tellsEqualApart;
        List<DocumentPath> paths = [];
        item.Collect(paths);
        Paths = paths;
        Shape = QueryShape.Of(this);
    }

    /// <summary>The tree it was bound from.</summary>
    public SelectQuery Syntax { get; }

    /// <summary>False without FROM: it then has one row, whatever the documents are.</summary>
    public bool ReadsDocuments { get; }

    /// <summary>
    /// Whether it may answer differently for two items with equal values: it draws by chance, makes texts of numbers, or
    /// calls what users wrote.
    /// </summary>
    public bool TellsEqualApart { get; }

    /// <summary>What a planner has to know of it.</summary>
    public QueryShape Shape { get; }

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

    /// <summary>How many rows are enough for what a run answers, those before it left out.</summary>
    /// <param name="window">The part of the rows that is asked for.</param>
    public long RowsWanted(QueryWindow window) => Plan.WantedOf(window);

    /// <summary>Whether <see cref="QueryShape.Order"/> has all keys of ORDER BY.</summary>
    public bool IsOrderKnown => Plan.Order.Count == Shape.Order.Length;

    /// <summary>How it is run over the documents that are put in: a line for each step, in order.</summary>
    public IReadOnlyList<string> Describe() => QueryDescription.Of(this);

    internal SelectPlan Plan { get; }

    internal DocumentPath Item { get; }

    internal int SlotCount { get; }
}
