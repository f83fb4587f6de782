using Nacre.Query.Binding;

namespace Nacre.Server.Queries;

/// <summary>Decides where a query's items come from.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IQueryPlanner
{
    /// <summary>Opens the source for one page.</summary>
    /// <param name="query">The query.</param>
    /// <param name="scope">The items that it may see.</param>
    /// <param name="start">Where the page goes on.</param>
    IItemSource Open(BoundQuery query, QueryScope scope, ItemStart start);

    /// <summary>How <see cref="Open"/> would find the items: a line for each step.</summary>
    IReadOnlyList<string> Describe(BoundQuery query, QueryScope scope);
}
