using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Server.Queries.Planning;

/// <summary>Looks at each item, in item order.</summary>
internal sealed class ScanReader(IDocumentCursor cursor, ItemSpan span) : RangeReader
{
    /// <inheritdoc/>
    public override async ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Result<bool> moved = await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            if (!moved.IsOk || !moved.Value)
            {
                return moved;
            }

            if (span.Matches(cursor.ItemKey.Span))
            {
                return Show(cursor.ItemKey, cursor.Current.Utf8Json, times: 1, isRead: true);
            }
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await cursor.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
