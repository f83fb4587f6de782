namespace Nacre.Server.Queries;

/// <summary>Decides where a query's items come from.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IQueryPlanner
{
    /// <summary>Opens the source for one page.</summary>
    /// <param name="task">The page.</param>
    /// <param name="pace">What the source asks while it works.</param>
    IItemSource Open(QueryTask task, IPagePace pace);
}
