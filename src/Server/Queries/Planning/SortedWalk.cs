using Nacre.Core.Errors;
using Nacre.Core.Indexing;
using Nacre.Query.Planning;

namespace Nacre.Server.Queries.Planning;

/// <summary>One range's part of a sorted page that an index gives the order of.</summary>
/// <remarks>For one caller at a time; must not outlive its view.</remarks>
internal sealed class SortedWalk : IAsyncDisposable
{
    /// <summary>The range.</summary>
    public required RangeView View { get; init; }

    /// <summary>What its indexes know of the filter.</summary>
    public required RangeEstimate Estimate { get; init; }

    /// <summary>Its indexes.</summary>
    public required IndexReading Reading { get; init; }

    /// <summary>The index that has the order.</summary>
    public required IndexRef Index { get; init; }

    /// <summary>The entries that may be on the page.</summary>
    public required IndexInterval Interval { get; init; }

    /// <summary>Whether the index is walked from high to low.</summary>
    public required bool IsDescending { get; init; }

    /// <summary>Entries that may be on the page.</summary>
    public required long Entries { get; init; }

    /// <summary>Entries with the first value among them.</summary>
    public required long FirstGroup { get; init; }

    /// <summary>Items that the index has no entry of.</summary>
    public required long Without { get; init; }

    /// <summary>The items that no index knows.</summary>
    public ItemNumbers Unindexed { get; set; } = ItemNumbers.None;

    /// <summary>The items that may pass the filter; null for all.</summary>
    public ItemNumbers? Within { get; set; }

    /// <summary>Where it stands.</summary>
    public IIndexCursor? Cursor { get; private set; }

    /// <summary>Moves to the next entry of an item that may pass the filter.</summary>
    /// <returns>False at the end; or what views refuse with.</returns>
    public async ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        Cursor ??= Reading.Index.Scan(Index, Interval.ToBounds(), IsDescending);
        while (true)
        {
            await Reading.StepAsync(cancellationToken).ConfigureAwait(false);
            Result<bool> moved = await Cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false);
            if (!moved.IsOk || !moved.Value || Within is null || Within.Contains(Cursor.Item))
            {
                return moved;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Cursor?.DisposeAsync() ?? default;
}
