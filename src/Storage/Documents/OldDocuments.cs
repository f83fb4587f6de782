using System.Collections.Concurrent;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Storage.Records;

namespace Nacre.Storage.Documents;

/// <summary>
/// Documents that entries on their way will replace or delete, read before the entries are applied: what they had in the
/// indexes must be known then.
/// </summary>
/// <remarks>Thread-safe. A hint: what is not here is read when it is wanted.</remarks>
internal sealed class OldDocuments : IDisposable
{
    /// <summary>Bytes of documents kept at most.</summary>
    private const long MaxBytes = 16 << 20;

    // Invariants:
    // - whoever takes a document out of _documents owns it; _bytes is the sum of those in it, but for a moment.
    private readonly ConcurrentDictionary<RecordKey, DocumentLease> _documents = new();
    private readonly ConcurrentQueue<(LogIndex Index, RecordKey Key)> _order = new();
    private long _bytes;

    /// <summary>Keeps a document for the entry that will want it, if there is room.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="key">Of the version's first record.</param>
    /// <param name="document">Owned from now on.</param>
    public void Add(LogIndex index, RecordKey key, DocumentLease document)
    {
        int length = document.Utf8Json.Length;
        if (Interlocked.Add(ref _bytes, length) > MaxBytes || !_documents.TryAdd(key, document))
        {
            Interlocked.Add(ref _bytes, -length);
            document.Dispose();
            return;
        }

        _order.Enqueue((index, key));
    }

    /// <summary>Takes a document.</summary>
    /// <returns>Null when it is not here; else to be disposed.</returns>
    public DocumentLease? Take(RecordKey key)
    {
        if (!_documents.TryRemove(key, out DocumentLease? document))
        {
            return null;
        }

        Interlocked.Add(ref _bytes, -document.Utf8Json.Length);
        return document;
    }

    /// <summary>Forgets what entries through one have not taken. For the applier.</summary>
    public void Forget(LogIndex applied)
    {
        while (_order.TryPeek(out (LogIndex Index, RecordKey Key) oldest) && oldest.Index <= applied)
        {
            _order.TryDequeue(out _);
            Take(oldest.Key)?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RecordKey key in _documents.Keys)
        {
            Take(key)?.Dispose();
        }
    }
}
