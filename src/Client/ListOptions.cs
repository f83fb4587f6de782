namespace Nacre.Client;

/// <summary>Which items of a container to list, and how.</summary>
public sealed record ListOptions
{
    /// <summary>Only items of this partition key; a prefix of a hierarchical key lists all below it. Null: the whole container.</summary>
    public PartitionKey? PartitionKey { get; init; }

    /// <summary>The order. Default: <see cref="ListOrder.Item"/>.</summary>
    public ListOrder Order { get; init; }

    /// <summary>Items a page at most; a page also ends at 4 MiB. Default 100; 1 to 1,000.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>Where to go on: <see cref="Page{T}.Continuation"/> of an earlier page of the same list. Null: at the beginning.</summary>
    public string? Continuation { get; init; }

    /// <summary>As <see cref="ReadOptions.Consistency"/>; each page promises it for itself.</summary>
    public ConsistencyLevel? Consistency { get; init; }

    /// <summary>As <see cref="ReadOptions.SessionToken"/>.</summary>
    public string? SessionToken { get; init; }

    internal ListOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PageSize, 1000);
        return this;
    }
}
