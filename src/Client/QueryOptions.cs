namespace Nacre.Client;

/// <summary>What a query is run with.</summary>
public sealed record QueryOptions
{
    /// <summary>Values of the text's parameters; null: none.</summary>
    public QueryParameters? Parameters { get; init; }

    /// <summary>Only items of this partition key; a prefix of a hierarchical key queries all below it. Null: the whole container.</summary>
    public PartitionKey? PartitionKey { get; init; }

    /// <summary>Rows a page at most; a page also ends at 4 MiB. Default 100; 1 to 1,000. Queries with GROUP BY, aggregates or DISTINCT have one page.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>
    /// Where to go on: <see cref="QueryPage{T}.Continuation"/> of an earlier page of the same text, parameters and partition
    /// key. Null: at the beginning.
    /// </summary>
    public string? Continuation { get; init; }

    /// <summary>As <see cref="ReadOptions.Consistency"/>; each page promises it for itself.</summary>
    public ConsistencyLevel? Consistency { get; init; }

    /// <summary>As <see cref="ReadOptions.SessionToken"/>.</summary>
    public string? SessionToken { get; init; }

    /// <summary>Whether pages tell how they were found: <see cref="QueryPage{T}.Plan"/>.</summary>
    public bool Explain { get; init; }

    internal QueryOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PageSize, 1000);
        return this;
    }
}
