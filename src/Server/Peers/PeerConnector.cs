using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Transport;

namespace Nacre.Server.Peers;

/// <summary>Opens streams of replica messages to peers, each on a connection of its own.</summary>
/// <param name="dialler">Makes the connections.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class PeerConnector(PeerDialler dialler) : IPeerConnector
{
    /// <inheritdoc/>
    public async ValueTask<Result<IPeerLink>> ConnectAsync(NodeId peer, string endpoint, CancellationToken cancellationToken)
    {
        NacreError? refusal = null;
        Result<GrpcChannel> opened = dialler.Open(peer, endpoint, refused => refusal = refused);
        if (!opened.IsOk)
        {
            return opened.Error;
        }

        GrpcChannel channel = opened.Value;
        AsyncClientStreamingCall<ReplicaFrame, CarryEnd>? call = null;
        try
        {
            // The token ends the wait for an answer, not the stream that comes of it.
            call = new Protocol.Node.V1.Replication.ReplicationClient(channel).Carry(cancellationToken: CancellationToken.None);
            await call.ResponseHeadersAsync.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new PeerLink(channel, call);
        }
        catch (RpcException fault)
        {
            call?.Dispose();
            channel.Dispose();
            return refusal ?? new NacreError(
                fault.StatusCode == StatusCode.PermissionDenied ? ErrorCode.Forbidden : ErrorCode.Unavailable, fault.Status.Detail);
        }
        catch (OperationCanceledException)
        {
            call?.Dispose();
            channel.Dispose();
            throw;
        }
    }
}
