using System.Buffers;

namespace Nacre.Storage.Trees;

/// <summary>A pooled buffer for one node at a time that is read but not kept in memory.</summary>
/// <remarks>Thread: its owner's.</remarks>
internal sealed class NodeScratch : IDisposable
{
    private byte[] _buffer = [];

    /// <summary>The buffer; what the last taker had in it is gone.</summary>
    /// <param name="length">At least so many bytes.</param>
    public byte[] Take(int length)
    {
        if (_buffer.Length < length)
        {
            Dispose();
            _buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        return _buffer;
    }

    /// <summary>Gives the buffer back, cleared: it held clear text.</summary>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = [];
        }
    }
}
