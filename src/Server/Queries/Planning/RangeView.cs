using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Server.Consistency;
using Nacre.Server.Routing;

namespace Nacre.Server.Queries.Planning;

/// <summary>One range at one point, with the indexes that serve there.</summary>
/// <remarks>Thread-safe, but for disposal.</remarks>
internal sealed class RangeView : IDisposable
{
    private RangeView(RangeRoute range, IDocumentView documents, IRangeIndex? index)
    {
        Range = range;
        Documents = documents;
        Index = index;
    }

    /// <summary>Which range.</summary>
    public RangeRoute Range { get; }

    /// <summary>Its shard at that point.</summary>
    public IDocumentView Documents { get; }

    /// <summary>Its indexes; null where there are none to ask.</summary>
    public IRangeIndex? Index { get; }

    /// <summary>Opens a range once it shows what the query is promised; it may wait for other nodes.</summary>
    /// <returns>What shards refuse with.</returns>
    public static async ValueTask<Result<RangeView>> OpenAsync(QueryScope scope, RangeRoute range, CancellationToken cancellationToken)
    {
        if (await range.Shard.ReadAtAsync(scope.Terms.For(range.Id), cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        IDocumentView view = range.Shard.Documents.OpenView();
        if (scope.Seen is { } seen && view.LastLsn(range.Id) is { IsOk: true } last)
        {
            seen.Add(new SessionMark(scope.Container.Id, range, last.Value));
        }

        return new RangeView(range, view, view.OpenIndex(range.Id) is { IsOk: true } index ? index.Value : null);
    }

    /// <inheritdoc/>
    public void Dispose() => Documents.Dispose();
}
