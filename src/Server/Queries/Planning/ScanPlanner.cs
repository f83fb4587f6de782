namespace Nacre.Server.Queries.Planning;

/// <summary>Looks at every item of the scope, whatever indexes there are.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ScanPlanner : IQueryPlanner
{
    /// <inheritdoc/>
    public IItemSource Open(QueryTask task, IPagePace pace) => new ItemSource(task, new ReaderChoice(task, pace, usesIndexes: false));
}
