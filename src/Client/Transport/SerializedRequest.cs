using System.Buffers;
using Google.Protobuf;

namespace Nacre.Client.Transport;

/// <summary>
/// A request as the bytes that travel: made once, hashed for the signature, then copied to the wire. Signing what a
/// second serialization would give is not the same, since protobuf promises no canonical form.
/// </summary>
internal sealed class SerializedRequest
{
    // Invariants: _buffer is rented while _length >= 0 and Recycle was not called.
    private byte[] _buffer;
    private readonly int _length;

    public SerializedRequest(IMessage message)
    {
        _length = message.CalculateSize();
        _buffer = ArrayPool<byte>.Shared.Rent(_length);
        message.WriteTo(_buffer.AsSpan(0, _length));
    }

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>
    /// Gives the buffer back. Only after a successful answer: a call that failed early may still be copying from it on
    /// another thread, so its buffer is left to the garbage collector.
    /// </summary>
    public void Recycle()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
    }
}
