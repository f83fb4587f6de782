using Nacre.Core.Errors;

namespace Nacre.Core.Documents;

/// <summary>Walks documents of one view in order.</summary>
/// <remarks>For one caller at a time; must not outlive its view.</remarks>
public interface IDocumentCursor : IAsyncDisposable
{
    /// <summary>Moves to the next document.</summary>
    /// <returns>False at the end; Corrupt or Unavailable as errors.</returns>
    ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken);

    /// <summary>Key of the current document, as <c>ItemKey</c> encodes it; valid until the next move.</summary>
    ReadOnlyMemory<byte> ItemKey { get; }

    /// <summary>The current document; the cursor owns it, valid until the next move.</summary>
    DocumentLease Current { get; }
}
