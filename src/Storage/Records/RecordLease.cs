using System.Buffers;

namespace Nacre.Storage.Records;

/// <summary>A record's bytes in a pooled buffer; whoever holds it disposes it once.</summary>
internal struct RecordLease : IDisposable
{
    private byte[]? _buffer;
    private readonly int _length;

    /// <summary>Takes over a buffer rented from the shared pool.</summary>
    public RecordLease(byte[] rented, int length)
    {
        _buffer = rented;
        _length = length;
    }

    /// <summary>False for a record that is not there.</summary>
    public readonly bool Found => _buffer is not null;

    /// <summary>The record's bytes; valid until disposal.</summary>
    public readonly ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>The record's bytes; valid until disposal.</summary>
    public readonly ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Hands the pooled buffer on; whoever takes it clears it and gives it back.</summary>
    public byte[] Detach()
    {
        byte[] buffer = _buffer!;
        _buffer = null;
        return buffer;
    }

    /// <summary>Gives the buffer back, cleared: it held clear text.</summary>
    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            buffer.AsSpan(0, _length).Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
