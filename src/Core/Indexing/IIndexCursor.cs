using Nacre.Core.Errors;

namespace Nacre.Core.Indexing;

/// <summary>Walks entries of one index of one view: by value, and by item number where values are equal.</summary>
/// <remarks>For one caller at a time; must not outlive its view.</remarks>
public interface IIndexCursor : IAsyncDisposable
{
    /// <summary>
    /// The value of the current entry, as <see cref="IndexKey"/> writes it; of a composite index its components, one
    /// behind the other. Valid until the next move.
    /// </summary>
    ReadOnlyMemory<byte> Value { get; }

    /// <summary>The current entry's item.</summary>
    ItemNumber Item { get; }

    /// <summary>False when the value was cut short or rounded: the item itself must be asked.</summary>
    bool IsExact { get; }

    /// <summary>Moves to the next entry; completes synchronously when it is in memory.</summary>
    /// <returns>False at the end; Corrupt or Unavailable as errors.</returns>
    ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken);

    /// <summary>Moves on to the first entry at or past a place, in the cursor's direction; never back.</summary>
    /// <param name="value">A value, as <see cref="Value"/> gives it.</param>
    /// <param name="item">Of equal values, the first item; 0 for the first of all, the greatest number for the last.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>False when there is none; Corrupt or Unavailable as errors.</returns>
    ValueTask<Result<bool>> SkipToAsync(ReadOnlyMemory<byte> value, ItemNumber item, CancellationToken cancellationToken);
}
