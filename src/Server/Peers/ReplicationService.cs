using Grpc.Core;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Protocol.Node.V1;
using Nacre.Replication;
using Nacre.Replication.Transport;
using Nacre.Security.Certificates;

namespace Nacre.Server.Peers;

/// <summary>Serves the streams of peers: who they are was seen in the handshake, whether they still are is asked at each frame.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ReplicationService(NodeVerifier verifier, IReplicaReceiver receiver, ILogger logger, CancellationToken stopping)
    : Protocol.Node.V1.Replication.ReplicationBase
{
    /// <inheritdoc/>
    public override async Task<CarryEnd> Carry(IAsyncStreamReader<ReplicaFrame> requestStream, ServerCallContext context)
    {
        AdmittedPeer peer = PeerAdmission.PeerOf(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        await context.WriteResponseHeadersAsync(Metadata.Empty).ConfigureAwait(false);
        Log.PeerStreamOpened(logger, peer.Identity.Node, peer.Identity.Region, context.Peer);
        try
        {
            while (await requestStream.MoveNext(either.Token).ConfigureAwait(false))
            {
                if (verifier.CheckInForce(peer.Identity, peer.SerialNumber) is { IsOk: false } gone)
                {
                    throw PeerAdmission.Refuse(logger, context, gone.Error!, StatusCode.PermissionDenied);
                }

                Deliver(peer.Identity, requestStream.Current, context);
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            // The peer went, or this node stops; what it did not send, it sends again.
        }

        return new CarryEnd();
    }

    private void Deliver(NodeIdentity peer, ReplicaFrame frame, ServerCallContext context)
    {
        Result<ShardMessage[]> read = RaftMessageCodec.Decode(frame.Content.Memory);
        if (!read.IsOk)
        {
            throw PeerAdmission.Refuse(logger, context, read.Error, StatusCode.InvalidArgument);
        }

        PoolScheduler.BeginGathering();
        try
        {
            foreach (ref readonly ShardMessage message in read.Value.AsSpan())
            {
                receiver.Receive(peer.Node, message.Shard, message.Message);
            }
        }
        finally
        {
            // Else what this thread schedules from now on would wait for ever.
            PoolScheduler.EndGathering();
        }
    }
}
