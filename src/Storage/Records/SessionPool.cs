using System.Collections.Concurrent;
using FASTER.core;

namespace Nacre.Storage.Records;

using RecordSession = ClientSession<RecordKey, SpanByte, RecordParts, RecordOutput, Empty, RecordFunctions>;

/// <summary>FASTER sessions at rest. A session serves one operation at a time: rent it, use it, return it.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SessionPool(FasterKV<RecordKey, SpanByte> store) : IDisposable
{
    // Invariants:
    // - a session is with one renter or in the pool, never both;
    // - a session that failed in the middle of an operation is not returned.
    private readonly ConcurrentBag<RecordSession> _idle = [];
    private volatile bool _disposed;

    /// <summary>A session of one's own.</summary>
    public RecordSession Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _idle.TryTake(out RecordSession? session)
            ? session
            : store.For(RecordFunctions.Instance).NewSession<RecordFunctions>();
    }

    /// <summary>Gives a session back.</summary>
    public void Return(RecordSession session)
    {
        if (_disposed)
        {
            session.Dispose();
        }
        else
        {
            _idle.Add(session);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out RecordSession? session))
        {
            session.Dispose();
        }
    }
}
