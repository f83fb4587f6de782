using Nacre.Core.Documents;
using Nacre.Core.Errors;

namespace Nacre.Core.Indexing;

/// <summary>Walks the items of a range in item order without reading them: their keys and numbers.</summary>
/// <remarks>For one caller at a time; must not outlive its view.</remarks>
public interface IItemWalk : IAsyncDisposable
{
    /// <summary>The current item's key; valid until the next move.</summary>
    ReadOnlyMemory<byte> ItemKey { get; }

    /// <summary>The current item's number.</summary>
    ItemNumber Item { get; }

    /// <summary>Moves to the next item; completes synchronously when its place is in memory.</summary>
    /// <returns>False at the end; Corrupt or Unavailable as errors.</returns>
    ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken);

    /// <summary>Reads the current item.</summary>
    /// <returns>The document, to be disposed; Corrupt or Unavailable as errors.</returns>
    ValueTask<Result<DocumentLease>> ReadAsync(CancellationToken cancellationToken);
}
