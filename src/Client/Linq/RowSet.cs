namespace Nacre.Client.Linq;

/// <summary>The clauses of one query, or of one subquery, while its operators are read.</summary>
/// <remarks>Not thread-safe; belongs to one translation.</remarks>
internal sealed class RowSet
{
    // Invariants:
    // - Sources is empty only for the rows of a group (IsGroup), whose source is the query around it.
    // - The first PrimaryKeys of Order came with the newest OrderBy; what is behind decides between rows that these leave equal.
    // - Limit is not below 0, Offset neither.

    private readonly Node _whole;

    public RowSet(Node element)
    {
        _whole = element;
        Element = element;
    }

    /// <summary>What stands behind FROM, and behind each JOIN.</summary>
    public List<string> Sources { get; } = [];

    /// <summary>Conditions that all must hold.</summary>
    public List<SqlNode> Where { get; } = [];

    public List<SqlNode> GroupBy { get; } = [];

    public List<(SqlNode Key, bool IsDescending)> Order { get; } = [];

    public int PrimaryKeys { get; private set; }

    /// <summary>What a row is.</summary>
    public Node Element { get; set; }

    public bool IsDistinct { get; set; }

    public bool IsGrouped { get; set; }

    public long Offset { get; private set; }

    public long? Limit { get; private set; }

    /// <summary>The array itself, where the rows are its elements and nothing more was asked.</summary>
    public SqlNode? Array { get; init; }

    /// <summary>Whether these are the rows of a group, of which only aggregates can be asked.</summary>
    public bool IsGroup { get; init; }

    public bool IsLimited => Limit is not null || Offset > 0;

    /// <summary>Whether the rows are sources, conditions and what they answer, and so can become part of another query.</summary>
    public bool IsPlain => !IsLimited && !IsDistinct && !IsGrouped && Order.Count == 0;

    /// <summary>Whether the rows are exactly the elements of <see cref="Array"/>.</summary>
    public bool IsWholeArray => Array is not null && IsPlain && Where.Count == 0 && ReferenceEquals(Element, _whole);

    /// <summary>Sorts by a key, and by what was sorted by before where that leaves rows equal, as a stable sort does.</summary>
    public void OrderBy(SqlNode key, bool isDescending)
    {
        Order.Insert(0, (key, isDescending));
        PrimaryKeys = 1;
    }

    public void ThenBy(SqlNode key, bool isDescending) => Order.Insert(PrimaryKeys++, (key, isDescending));

    public void Skip(int count)
    {
        long skipped = Math.Max(0, count);
        Offset += skipped;
        Limit = Limit is { } limit ? Math.Max(0, limit - skipped) : null;
    }

    /// <summary>The same rows, for another use.</summary>
    public RowSet Copy()
    {
        var copy = new RowSet(_whole)
        {
            Element = Element,
            Array = Array,
            IsGroup = IsGroup,
            IsDistinct = IsDistinct,
            IsGrouped = IsGrouped,
            PrimaryKeys = PrimaryKeys,
            Offset = Offset,
            Limit = Limit,
        };
        copy.Sources.AddRange(Sources);
        copy.Where.AddRange(Where);
        copy.GroupBy.AddRange(GroupBy);
        copy.Order.AddRange(Order);
        return copy;
    }

    public void Take(long count)
    {
        long taken = Math.Max(0, count);
        Limit = Limit is { } limit ? Math.Min(limit, taken) : taken;
    }
}
