namespace Nacre.Server.Queries.Planning;

/// <summary>Lets indexes find the items where that is cheaper than to look at all of them.</summary>
/// <remarks>
/// Thread-safe. What is chosen is chosen anew for each page and each range, by counts of the indexes that serve there: an
/// index that is being built, or that no policy asks for, is one that says nothing. Decision 35 tells the costs.
/// </remarks>
internal sealed class IndexPlanner : IQueryPlanner
{
    /// <inheritdoc/>
    public IItemSource Open(QueryTask task, IPagePace pace)
    {
        var choice = new ReaderChoice(task, pace, usesIndexes: true);
        return task.Query.Shape.Order.IsEmpty ? new ItemSource(task, choice) : new SortedSource(task, choice, pace);
    }
}
