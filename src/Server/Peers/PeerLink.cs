using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Transport;

namespace Nacre.Server.Peers;

/// <summary>A stream over gRPC, with a connection of its own.</summary>
internal sealed class PeerLink : IPeerLink
{
    private readonly GrpcChannel _channel;
    private readonly AsyncClientStreamingCall<ReplicaFrame, CarryEnd> _call;

    /// <summary>Takes over an accepted call and its channel.</summary>
    public PeerLink(GrpcChannel channel, AsyncClientStreamingCall<ReplicaFrame, CarryEnd> call)
    {
        (_channel, _call) = (channel, call);
        Closed = WatchAsync();
    }

    /// <inheritdoc/>
    public Task Closed { get; }

    /// <inheritdoc/>
    public async Task WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        try
        {
            await _call.RequestStream.WriteAsync(
                new ReplicaFrame { Content = UnsafeByteOperations.UnsafeWrap(frame) }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException)
        {
            throw new IOException("The stream to the peer has broken.", fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        await Closed.ConfigureAwait(false);
        _channel.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            await _call.ResponseAsync.ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RpcException or OperationCanceledException or InvalidOperationException)
        {
            // Closed is all that its readers ask.
        }
    }
}
