namespace Nacre.Replication.Transport;

/// <summary>One open stream of frames to a peer.</summary>
/// <remarks>One writer at a time. Disposal ends the stream at once.</remarks>
public interface IPeerLink : IAsyncDisposable
{
    /// <summary>Ends, without a fault, when the stream has broken or the peer has ended it.</summary>
    Task Closed { get; }

    /// <summary>Hands a frame to the connection; waits while the peer takes nothing.</summary>
    /// <param name="frame">As <see cref="RaftMessageCodec"/> encodes it; never changed.</param>
    /// <param name="cancellationToken">Gives up; the stream is of no use afterwards.</param>
    /// <exception cref="IOException">The stream has broken.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    Task WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken);
}
