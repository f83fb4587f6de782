using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;

namespace Nacre.Core.Documents;

/// <summary>One consistent point of a data shard: exactly the entries through <see cref="Applied"/>.</summary>
/// <remarks>
/// Thread-safe, but for disposal. A view lasts at least from one checkpoint to the next; past that, reads may answer
/// <see cref="ErrorCode.Unavailable"/>, and the caller opens a new one.
/// </remarks>
public interface IDocumentView : IDisposable
{
    /// <summary>The last entry that it shows.</summary>
    LogIndex Applied { get; }

    /// <summary>
    /// The last write of a range that it shows; 0 when it has none, NotFound when the shard does not own the range.
    /// </summary>
    Result<Lsn> LastLsn(RangeId range);

    /// <summary>Reads one document. Completes synchronously when it is in memory.</summary>
    /// <param name="range">The range that owns the partition key.</param>
    /// <param name="itemKey">As <c>ItemKey</c> encodes it; borrowed until completion.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>The document, to be disposed; or NotFound, RangeMoved, Corrupt, Unavailable.</returns>
    ValueTask<Result<DocumentLease>> ReadAsync(
        RangeId range, ReadOnlyMemory<byte> itemKey, CancellationToken cancellationToken);

    /// <summary>Walks documents in item order (hash, partition key, id).</summary>
    /// <param name="range">The range.</param>
    /// <param name="from">First key; empty for the range's beginning.</param>
    /// <param name="fromInclusive">Whether a document at <paramref name="from"/> itself is given.</param>
    /// <param name="toExclusive">End; empty for the range's end.</param>
    /// <returns>A cursor before the first document.</returns>
    Result<IDocumentCursor> Scan(
        RangeId range, ReadOnlyMemory<byte> from, bool fromInclusive, ReadOnlyMemory<byte> toExclusive);

    /// <summary>The indexes of a range.</summary>
    /// <returns>They, also where there are none; RangeMoved when the shard does not own the range.</returns>
    Result<IRangeIndex> OpenIndex(RangeId range);

    /// <summary>Walks the latest version of each document in order of its last write.</summary>
    /// <param name="range">The range.</param>
    /// <param name="after">Only writes above this.</param>
    Result<IDocumentCursor> Changes(RangeId range, Lsn after);
}
