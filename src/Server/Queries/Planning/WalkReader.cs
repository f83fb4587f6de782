using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;

namespace Nacre.Server.Queries.Planning;

/// <summary>Goes through the keys and numbers of all items, and reads those that are in a set, or those that are not.</summary>
/// <param name="reading">The range's indexes.</param>
/// <param name="walk">Over the span.</param>
/// <param name="numbers">The set.</param>
/// <param name="isOutside">Whether those are wanted that are not in the set.</param>
/// <param name="span">What is wanted.</param>
internal sealed class WalkReader(IndexReading reading, IItemWalk walk, ItemNumbers numbers, bool isOutside, ItemSpan span) : RangeReader
{
    /// <inheritdoc/>
    public override async ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Result<bool> moved = await walk.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            if (!moved.IsOk || !moved.Value)
            {
                return moved;
            }

            await reading.StepAsync(cancellationToken).ConfigureAwait(false);
            if (numbers.Contains(walk.Item) == isOutside || !span.Matches(walk.ItemKey.Span))
            {
                continue;
            }

            Result<DocumentLease> read = await walk.ReadAsync(cancellationToken).ConfigureAwait(false);
            return read.IsOk ? Give(walk.ItemKey, read.Value) : read.Error;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await walk.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
