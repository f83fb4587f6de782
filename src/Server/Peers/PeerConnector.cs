using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.Node.V1;
using Nacre.Replication.Transport;
using Nacre.Security.Certificates;

namespace Nacre.Server.Peers;

/// <summary>Dials peers over mutual TLS. The peer's certificate must be that of the very node that was meant.</summary>
/// <param name="cluster">The cluster of both.</param>
/// <param name="own">This node's certificate.</param>
/// <param name="verifier">Tells who is a node.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class PeerConnector(ClusterId cluster, ServerCertificateSource own, NodeVerifier verifier) : IPeerConnector
{
    /// <inheritdoc/>
    public async ValueTask<Result<IPeerLink>> ConnectAsync(NodeId peer, string endpoint, CancellationToken cancellationToken)
    {
        if (!TryParse(endpoint, out DnsEndPoint? address))
        {
            return new NacreError(ErrorCode.Malformed, $"'{endpoint}' is no address of a node: give host:port.");
        }

        NacreError? refusal = null;
        var handler = new SocketsHttpHandler
        {
            // TLS asks for the node by its name, wherever it listens.
            ConnectCallback = (_, token) => DialAsync(address!, token),
            SslOptions = NodePeerOptions.Dialling(own, verifier, (_, certificate, _, errors) =>
            {
                Result<NodeIdentity> verified = verifier.Verify(NodePeerOptions.Shown(certificate), NodePeerRole.Listening);
                refusal = !verified.IsOk
                    ? verified.Error
                    : verified.Value.Node != peer
                        ? new NacreError(ErrorCode.Unauthenticated, $"Node {verified.Value.Node} answers there, and node {peer} was meant. Correct the address.")
                        : errors == SslPolicyErrors.None ? null : new NacreError(ErrorCode.Unauthenticated, $"The handshake found {errors}.");
                return refusal is null;
            }),
            UseProxy = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = false,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        GrpcChannel channel = GrpcChannel.ForAddress(
            $"https://{NodeIdentity.DnsNameOf(cluster, peer)}:{address!.Port}",
            new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = 4096, MaxRetryAttempts = 1 });
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

    private static bool TryParse(string endpoint, out DnsEndPoint? address)
    {
        int colon = endpoint.LastIndexOf(':');
        address = colon > 0 && ushort.TryParse(endpoint.AsSpan(colon + 1), out ushort port) && port > 0
            ? new DnsEndPoint(endpoint[..colon].Trim('[', ']'), port)
            : null;
        return address is not null;
    }

    private static async ValueTask<Stream> DialAsync(DnsEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
