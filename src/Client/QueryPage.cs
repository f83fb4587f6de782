namespace Nacre.Client;

/// <summary>A page of a query's rows.</summary>
/// <typeparam name="T">What a row is.</typeparam>
/// <param name="Values">In the query's order. May be empty although more pages follow.</param>
/// <param name="Continuation">Where the next page begins; null at the end. Opaque; good for the same query only, also after a restart of the server.</param>
public sealed record QueryPage<T>(IReadOnlyList<T> Values, string? Continuation)
{
    /// <summary>What the page cost: 1, and 0.05 more for each item looked at, each KiB of items read, and each row given.</summary>
    public double RequestCharge { get; init; }

    /// <summary>Items that the server looked at for the page.</summary>
    public long ItemsLookedAt { get; init; }

    /// <summary>Bytes of those items.</summary>
    public long BytesRead { get; init; }

    /// <summary>How the rows were found, a line for each step, for people; null unless <see cref="QueryOptions.Explain"/>.</summary>
    public string? Plan { get; init; }

    /// <summary>The session with this read in it; as <see cref="WriteResult.SessionToken"/>.</summary>
    public string? SessionToken { get; init; }
}
