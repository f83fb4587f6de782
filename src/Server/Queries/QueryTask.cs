using Nacre.Query.Binding;

namespace Nacre.Server.Queries;

/// <summary>One page of a query as it was asked for, understood and allowed.</summary>
/// <param name="Query">The query.</param>
/// <param name="Scope">The items that it may see.</param>
/// <param name="MaxRows">1 to 1,000.</param>
/// <param name="Identity">Tells queries apart, so that a continuation is not taken for another's.</param>
/// <param name="From">Where to go on; null to begin.</param>
/// <param name="Now">The instant that all its rows see.</param>
internal sealed record QueryTask(BoundQuery Query, QueryScope Scope, int MaxRows, ulong Identity, QueryContinuation? From, DateTimeOffset Now)
{
    /// <summary>The token of a page that ends here.</summary>
    /// <param name="passed">Rows gone past.</param>
    public QueryContinuation At(long passed) => new(Scope.Container.Id, Identity, Now, passed);
}
