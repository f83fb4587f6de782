using System.Net.Sockets;

namespace Nacre.Client.Transport;

/// <summary>A connection whose peer must say something soon, or it breaks; after that it has all the time it wants.</summary>
/// <remarks>A stopped process still accepts connections: the kernel does it. Only the handshake's first answer tells.</remarks>
internal sealed class FirstAnswerStream(Socket socket, TimeSpan patience, TimeProvider time, Action<Exception> onSilence) : NetworkStream(socket, ownsSocket: true)
{
    private bool _hasAnswered;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _hasAnswered ? base.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            int read = await base.ReadAsync(buffer, either.Token).ConfigureAwait(false);
            _hasAnswered = true;
            return read;
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var failure = new IOException($"The node accepts the connection and says nothing for {patience.TotalSeconds:0.###} s.", e);
            onSilence(failure);
            throw failure;
        }
    }
}
