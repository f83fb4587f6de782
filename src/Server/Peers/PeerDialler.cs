using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Grpc.Net.Client;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Security.Certificates;

namespace Nacre.Server.Peers;

/// <summary>Makes connections to peers over mutual TLS. The peer's certificate must be that of the very node that was meant.</summary>
/// <param name="cluster">The cluster of both.</param>
/// <param name="own">This node's certificate.</param>
/// <param name="verifier">Tells who is a node.</param>
/// <param name="dial">Opens a way to an address, under which TLS goes; null: TCP.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class PeerDialler(
    ClusterId cluster, ServerCertificateSource own, NodeVerifier verifier, Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? dial = null)
{
    /// <summary>Describes a connection; it is dialled by the first call over it, and again when it broke.</summary>
    /// <param name="peer">Who must answer.</param>
    /// <param name="endpoint"><c>host:port</c> where it listens.</param>
    /// <param name="refused">Told why a handshake was refused, on the thread of the handshake.</param>
    /// <returns>The channel, the caller's to dispose of. Errors: Malformed for an address that is none.</returns>
    public Result<GrpcChannel> Open(NodeId peer, string endpoint, Action<NacreError>? refused = null)
    {
        if (!TryParse(endpoint, out DnsEndPoint? address))
        {
            return new NacreError(ErrorCode.Malformed, $"'{endpoint}' is no address of a node: give host:port.");
        }

        var handler = new SocketsHttpHandler
        {
            // TLS asks for the node by its name, wherever it listens.
            ConnectCallback = (_, token) => dial is null ? DialAsync(address, token) : dial(address, token),
            SslOptions = NodePeerOptions.Dialling(own, verifier, (_, certificate, _, errors) =>
            {
                Result<NodeIdentity> verified = verifier.Verify(NodePeerOptions.Shown(certificate), NodePeerRole.Listening);
                NacreError? refusal = !verified.IsOk
                    ? verified.Error
                    : verified.Value.Node != peer
                        ? new NacreError(ErrorCode.Unauthenticated, $"Node {verified.Value.Node} answers there, and node {peer} was meant. Correct the address.")
                        : errors == SslPolicyErrors.None ? null : new NacreError(ErrorCode.Unauthenticated, $"The handshake found {errors}.");
                if (refusal is not null)
                {
                    refused?.Invoke(refusal);
                }

                return refusal is null;
            }),
            UseProxy = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = false,
            ConnectTimeout = NodePeerOptions.ConnectTimeout,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = NodePeerOptions.KeepAlive,
            KeepAlivePingTimeout = NodePeerOptions.KeepAlive,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };

        // Given a client, gRPC leaves connecting and pausing to whoever calls: a peer that is back is reached at once.
        return GrpcChannel.ForAddress(
            $"https://{NodeIdentity.DnsNameOf(cluster, peer)}:{address.Port}",
            new GrpcChannelOptions
            {
                HttpClient = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan },
                DisposeHttpClient = true,
                MaxReceiveMessageSize = NodePeerOptions.MaxMessageBytes,
                MaxRetryAttempts = 1,
            });
    }

    private static bool TryParse(string endpoint, [NotNullWhen(true)] out DnsEndPoint? address)
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
