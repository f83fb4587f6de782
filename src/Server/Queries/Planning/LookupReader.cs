using Nacre.Core;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Indexing;

namespace Nacre.Server.Queries.Planning;

/// <summary>Reads the items of a set one by one, and gives them in item order: for a set that is small.</summary>
/// <param name="reading">The range's indexes.</param>
/// <param name="numbers">The set.</param>
/// <param name="span">What of it is wanted.</param>
internal sealed class LookupReader(IndexReading reading, ItemNumbers numbers, ItemSpan span) : RangeReader
{
    /// <summary>Bytes of items that are kept from finding out their keys to giving them; what is beyond is read again.</summary>
    private const long MostKeptBytes = 16L << 20;

    // Invariants:
    // - _found, once there, is sorted by key; from _next on its documents are this reader's.
    private List<Found>? _found;
    private int _next;

    /// <inheritdoc/>
    public override async ValueTask<Result<bool>> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (_found is null && await FindAsync(cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        Invariant.Check(_found is not null);
        if (_next == _found.Count)
        {
            return false;
        }

        Found found = _found[_next++];
        if (found.Document is { } document)
        {
            return Give(found.ItemKey, document);
        }

        Result<IndexedItem> read = await reading.Index.ReadAsync(found.Item, cancellationToken).ConfigureAwait(false);
        return read.IsOk ? Give(read.Value.ItemKey, read.Value.Document) : read.Error;
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        for (; _found is not null && _next < _found.Count; _next++)
        {
            _found[_next].Document?.Dispose();
        }

        return base.DisposeAsync();
    }

    private async ValueTask<NacreError?> FindAsync(CancellationToken cancellationToken)
    {
        _found = [];
        long kept = 0;
        for (int at = 0; at < numbers.Count; at++)
        {
            await reading.StepAsync(cancellationToken).ConfigureAwait(false);
            Result<IndexedItem> read = await reading.Index.ReadAsync(numbers[at], cancellationToken).ConfigureAwait(false);
            if (!read.IsOk)
            {
                return read.Error;
            }

            (ReadOnlyMemory<byte> key, DocumentLease document) = read.Value;
            bool isKept = span.Contains(key.Span) && kept + document.Utf8Json.Length <= MostKeptBytes;
            kept += isKept ? document.Utf8Json.Length : 0;
            if (span.Contains(key.Span))
            {
                _found.Add(new Found(key, numbers[at], isKept ? document : null));
            }

            if (!isKept)
            {
                document.Dispose();
            }
        }

        _found.Sort(static (x, y) => x.ItemKey.Span.SequenceCompareTo(y.ItemKey.Span));
        return null;
    }

    private readonly record struct Found(ReadOnlyMemory<byte> ItemKey, ItemNumber Item, DocumentLease? Document);
}
