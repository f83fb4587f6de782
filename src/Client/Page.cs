namespace Nacre.Client;

/// <summary>A page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Values">In the list's order. May be empty although more pages follow.</param>
/// <param name="Continuation">Where the next page begins; null at the end. Opaque; good for the same list only.</param>
public sealed record Page<T>(IReadOnlyList<T> Values, string? Continuation)
{
    /// <summary>Of a page of items, the session with this read in it; as <see cref="WriteResult.SessionToken"/>.</summary>
    public string? SessionToken { get; init; }
}
