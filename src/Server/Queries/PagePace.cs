namespace Nacre.Server.Queries;

/// <summary>The pace of a page that is being filled.</summary>
/// <param name="filling">The page.</param>
/// <param name="turn">Its query's leave to work.</param>
/// <remarks>For one caller at a time.</remarks>
internal sealed class PagePace(QueryFilling filling, QueryTurn turn) : IPagePace
{
    /// <inheritdoc/>
    public long RowsSorted => filling.RowsSorted;

    /// <inheritdoc/>
    public ValueTask PassOnAsync(CancellationToken cancellationToken) => turn.PassOnAsync(cancellationToken);
}
