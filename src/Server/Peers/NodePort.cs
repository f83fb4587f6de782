using System.Net;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication.Forwarding;
using Nacre.Replication.Transport;
using Nacre.Security.Certificates;
using Nacre.Server.Hosting;

namespace Nacre.Server.Peers;

/// <summary>Everything between this node and the others: the port that they come to, and the ways to theirs.</summary>
/// <remarks>Thread-safe; <see cref="SetPeersAsync"/> by one caller at a time.</remarks>
internal sealed class NodePort : IAsyncDisposable
{
    private readonly ServerCertificateSource _certificates;
    private readonly NodeListener _listener;
    private readonly PeerTransport _transport;
    private readonly PeerChannels _channels;
    private readonly ProposalCarrier _carrier;

    private NodePort(ServerCertificateSource certificates, NodeListener listener, PeerTransport transport, PeerChannels channels)
    {
        (_certificates, _listener, _transport, _channels) = (certificates, listener, transport, channels);
        _carrier = new ProposalCarrier(channels);
    }

    /// <summary>Carries the messages of replicas.</summary>
    public PeerTransport Transport => _transport;

    /// <summary>Carries proposals to the nodes that lead.</summary>
    public IProposalCarrier Carrier => _carrier;

    /// <summary>The connections to peers.</summary>
    public PeerChannels Channels => _channels;

    /// <summary>Sets everything up; nothing is bound or dialled yet.</summary>
    /// <param name="endpoints">Where to listen.</param>
    /// <param name="identity">This node.</param>
    /// <param name="authority">The cluster's authority.</param>
    /// <param name="removed">Who is no longer a node.</param>
    /// <param name="services">What to serve.</param>
    /// <param name="environment">Network, clock and chance.</param>
    /// <returns>Errors: those of the authority.</returns>
    public static Result<NodePort> Create(
        IReadOnlyList<IPEndPoint> endpoints, NodeIdentity identity, OwnCertificates authority, IRemovedNodes removed, NodePortServices services,
        NodeEnvironment environment)
    {
        (TimeProvider time, ILoggerFactory loggers) = (environment.Time, environment.Loggers);
        Result<System.Security.Cryptography.X509Certificates.X509Certificate2> root = authority.AuthorityCertificate();
        if (!root.IsOk)
        {
            return root.Error;
        }

        Result<ServerCertificateSource> own = ServerCertificateSource.Start(
            new NodeCertificates(authority, identity, time), time, loggers.CreateLogger("Nacre.Security"));
        if (!own.IsOk)
        {
            return own.Error;
        }

        var verifier = new NodeVerifier(identity.Cluster, root.Value, removed, time);
        var dialler = new PeerDialler(identity.Cluster, own.Value, verifier, environment.DialNode);
        return new NodePort(
            own.Value,
            NodeListener.Create(endpoints, own.Value, verifier, services, loggers),
            new PeerTransport(new PeerConnector(dialler), services.Receiver, new TransportOptions(), time, environment.Random, loggers.CreateLogger("Nacre.Replication")),
            new PeerChannels(dialler));
    }

    /// <summary>Begins to listen.</summary>
    /// <returns>Where.</returns>
    public async Task<Uri> StartAsync(CancellationToken cancellationToken) =>
        (await _listener.StartAsync(cancellationToken).ConfigureAwait(false))[0];

    /// <summary>Names all peers anew: <c>host:port</c> of each, without the own node.</summary>
    public async Task SetPeersAsync(IReadOnlyDictionary<NodeId, string> endpoints)
    {
        _channels.SetPeers(endpoints);
        await _transport.SetPeersAsync(endpoints).ConfigureAwait(false);
    }

    /// <summary>Ends all connections at once: what was on its way is lost, as on any network.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listener.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
        await _carrier.DisposeAsync().ConfigureAwait(false);
        _channels.Dispose();
        _certificates.Dispose();
    }
}
