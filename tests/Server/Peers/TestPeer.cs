using System.Net;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Replication.Forwarding;
using Nacre.Replication.Raft;
using Nacre.Replication.Snapshots;
using Nacre.Replication.Transport;
using Nacre.Security.Certificates;
using Nacre.Server.DataFolder;
using Nacre.Server.Peers;

namespace Nacre.Server.Tests.Peers;

/// <summary>One node's ends of the streams, on a loopback port.</summary>
internal sealed class TestPeer : IAsyncDisposable
{
    private static readonly TransportOptions Quick = new()
    {
        FirstBackoff = TimeSpan.FromMilliseconds(5), MaxBackoff = TimeSpan.FromMilliseconds(50),
    };

    private static readonly ForwardedProposals NoProposals = new(_ => null);

    private readonly ServerCertificateSource _own;
    private readonly NodeVerifier _verifier;
    private NodeListener _listener;

    private TestPeer(NodeIdentity identity, ServerCertificateSource own, NodeVerifier verifier, Mailbox mailbox, EventLog log, TransportOptions? options)
    {
        (Node, _own, _verifier, Mailbox, Events) = (identity.Node, own, verifier, mailbox, log);
        _listener = NodeListener.Create([new IPEndPoint(IPAddress.Loopback, 0)], own, verifier, Services(mailbox), log);
        var dialler = new PeerDialler(identity.Cluster, own, verifier);
        Connector = new PeerConnector(dialler);
        Channels = new PeerChannels(dialler);
        Transport = new PeerTransport(Connector, mailbox, options ?? Quick, TimeProvider.System, CryptographicRandom.Instance, log);
    }

    public NodeId Node { get; }

    public Mailbox Mailbox { get; }

    public EventLog Events { get; }

    public PeerConnector Connector { get; }

    public PeerTransport Transport { get; }

    public PeerChannels Channels { get; }

    /// <summary>What this node's port gives of snapshots.</summary>
    public SnapshotHolder? Snapshots { get; set; }

    /// <summary>What this node says that it remembers of others.</summary>
    public RememberedNode Remembers { get; set; } = RememberedNode.Nothing;

    public int Port { get; private set; }

    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Starts a node that shows <paramref name="certificate"/> and trusts <paramref name="verifier"/>'s authority.</summary>
    public static async Task<TestPeer> StartAsync(
        NodeIdentity identity, ServerCertificate certificate, NodeVerifier verifier, TransportOptions? options = null)
    {
        var log = new EventLog();
        ServerCertificateSource own = ServerCertificateSource.Start(new NodeCertificatesDouble(certificate), TimeProvider.System, log).Value;
        var peer = new TestPeer(identity, own, verifier, new Mailbox(), log, options);
        peer.Port = (await peer._listener.StartAsync(CancellationToken.None))[0].Port;
        return peer;
    }

    /// <summary>Sends until the other has something: what is sent while nobody is connected may be lost.</summary>
    public async Task SendUntilReceivedAsync(TestPeer to, ShardId shard, RaftMessage message)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        do
        {
            Transport.Send(to.Node, shard, message);
            while (to.Mailbox.Messages.TryRead(out (NodeId From, ShardId Shard, RaftMessage Message) came))
            {
                if (came.From == Node && came.Shard == shard && came.Message.Kind == message.Kind && came.Message.Context == message.Context)
                {
                    return;
                }
            }
        }
        while (await again.WaitForNextTickAsync(patience.Token));
    }

    /// <summary>Ends the listener and all its streams at once.</summary>
    public async Task CloseListenerAsync()
    {
        await _listener.StopAsync(new CancellationToken(canceled: true));
        await _listener.DisposeAsync();
    }

    /// <summary>Listens again where it did.</summary>
    public async Task ReopenListenerAsync()
    {
        _listener = NodeListener.Create([new IPEndPoint(IPAddress.Loopback, Port)], _own, _verifier, Services(Mailbox), Events);
        await _listener.StartAsync(CancellationToken.None);
    }

    private NodePortServices Services(Mailbox mailbox) => new(mailbox, NoProposals)
    {
        Snapshots = new SnapshotService(() => Snapshots),
        Reports = new ReportService(() => [], _ => null, (_, _) => Task.FromResult(Remembers)),
    };

    public async ValueTask DisposeAsync()
    {
        Channels.Dispose();
        Mailbox.Open.Set();
        await Transport.DisposeAsync();
        await CloseListenerAsync();
        _own.Dispose();
    }
}
