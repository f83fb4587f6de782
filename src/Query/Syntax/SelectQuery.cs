namespace Nacre.Query.Syntax;

/// <summary>A whole query, or a subquery.</summary>
/// <param name="Position">Its SELECT.</param>
public sealed record SelectQuery(SourcePosition Position)
{
    /// <summary>DISTINCT.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>TOP: a number or a parameter; null for none.</summary>
    public SqlExpression? Top { get; init; }

    /// <summary>What stands behind SELECT.</summary>
    public required SelectKind Kind { get; init; }

    /// <summary>None for *, one for VALUE, else one or more.</summary>
    public required IReadOnlyList<SelectItem> Items { get; init; }

    /// <summary>FROM and its JOINs in order; none without FROM.</summary>
    public IReadOnlyList<FromSource> Sources { get; init; } = [];

    /// <summary>The filter; null for none.</summary>
    public SqlExpression? Where { get; init; }

    /// <summary>The keys of GROUP BY; none without.</summary>
    public IReadOnlyList<SqlExpression> GroupBy { get; init; } = [];

    /// <summary>The keys of ORDER BY; none without.</summary>
    public IReadOnlyList<OrderItem> OrderBy { get; init; } = [];

    /// <summary>OFFSET: a number or a parameter; null for none.</summary>
    public SqlExpression? Offset { get; init; }

    /// <summary>LIMIT: a number or a parameter; null for none, and then there is no OFFSET.</summary>
    public SqlExpression? Limit { get; init; }

    /// <summary>Levels of nodes from here down.</summary>
    public int Depth
    {
        get
        {
            int depth = Math.Max(Where?.Depth ?? 0, Top?.Depth ?? 0);
            foreach (SelectItem item in Items)
            {
                depth = Math.Max(depth, item.Expression.Depth);
            }

            foreach (FromSource source in Sources)
            {
                depth = Math.Max(depth, source.Collection.Depth);
            }

            foreach (SqlExpression key in GroupBy)
            {
                depth = Math.Max(depth, key.Depth);
            }

            foreach (OrderItem item in OrderBy)
            {
                depth = Math.Max(depth, item.Expression.Depth);
            }

            return 1 + depth;
        }
    }

    /// <summary>The canonical text.</summary>
    public override string ToString() => QueryPrinter.Print(this);
}
