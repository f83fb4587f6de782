using System.Buffers;
using Nacre.Core.Ids;

namespace Nacre.Core.Documents;

/// <summary>
/// A stored document in a pooled buffer. Whoever holds it disposes it once; the buffer is then cleared.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class DocumentLease : IDisposable
{
    private byte[]? _buffer;
    private readonly int _offset;
    private readonly int _length;

    /// <summary>Takes over a rented buffer.</summary>
    /// <param name="rented">From the shared array pool.</param>
    /// <param name="offset">Where the document begins.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="range">The range it is in.</param>
    /// <param name="lsn">Its version.</param>
    /// <param name="timestamp">When it was written.</param>
    public DocumentLease(byte[] rented, int offset, int length, RangeId range, Lsn lsn, DateTimeOffset timestamp)
    {
        Invariant.Check(offset >= 0 && length >= 0 && offset + length <= rented.Length);
        _buffer = rented;
        _offset = offset;
        _length = length;
        Range = range;
        Lsn = lsn;
        Timestamp = timestamp;
    }

    /// <summary>UTF-8 JSON, byte for byte as it was written; valid until disposal.</summary>
    public ReadOnlyMemory<byte> Utf8Json
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer.AsMemory(_offset, _length);
        }
    }

    /// <summary>The range it is in.</summary>
    public RangeId Range { get; }

    /// <summary>Its version: the log sequence number of its last write.</summary>
    public Lsn Lsn { get; }

    /// <summary>When its last write was proposed, by the leader's clock, which never falls.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>Its entity tag.</summary>
    public ETag ETag => new(Range, Lsn);

    /// <summary>Clears the buffer and gives it back.</summary>
    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            buffer.AsSpan(0, _offset + _length).Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
