using System.Net.Sockets;
using System.Text;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.Time;
using Nacre.Replication.Raft;
using Nacre.Replication.Transport;
using Nacre.Security.Certificates;

namespace Nacre.Server.Tests.Peers;

/// <summary>Nodes that speak to each other over real sockets, and who may not.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class PeerTests
{
    private const int PeerRefused = 1040;
    private const int PeerHandshakeFailed = 1041;
    private const int PeerStreamRefused = 1042;

    private static readonly ClusterId Cluster = new(0xABC);
    private static readonly ShardId Shard = new(5);

    private readonly List<TestPeer> _peers = [];
    private RemovedNodes _removed = null!;
    private CertificateAuthority _authority = null!;
    private NodeVerifier _verifier = null!;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [SetUp]
    public void SetUp()
    {
        _removed = new RemovedNodes();
        _authority = CertificateAuthority.Make(Cluster, Now, CryptographicRandom.Instance);
        _verifier = new NodeVerifier(Cluster, _authority.Certificate, _removed, TimeProvider.System);
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (TestPeer peer in _peers)
        {
            await peer.DisposeAsync();
        }

        _peers.Clear();
        _authority.Dispose();
    }

    [Test]
    public async Task Send_ThreeNodes_ReachesEachBothWays()
    {
        TestPeer[] peers = [await StartAsync(1), await StartAsync(2), await StartAsync(3)];
        foreach (TestPeer peer in peers)
        {
            await peer.Transport.SetPeersAsync(peers.Where(other => other != peer).ToDictionary(other => other.Node, other => other.Endpoint));
        }

        foreach (TestPeer from in peers)
        {
            foreach (TestPeer to in peers.Where(other => other != from))
            {
                await from.SendUntilReceivedAsync(to, Shard, Heartbeat(from.Node.Value));
            }
        }

        Assert.That(peers.Select(peer => peer.Mailbox.Unreachables.TryRead(out _)), Is.All.False);
    }

    [Test]
    public async Task Send_LargestEntry_ComesWhole()
    {
        (TestPeer one, TestPeer two) = await PairAsync();
        byte[] content = new byte[RaftMessageLimits.MaxEntryBytes];
        CryptographicRandom.Instance.Fill(content);

        one.Transport.Send(two.Node, Shard, Append(content));

        Assert.That((await NextAsync(two, RaftMessageKind.Append)).Entries.Span[0].Entry.Span.SequenceEqual(content), Is.True);
    }

    [Test]
    public async Task Dial_NodeOfAnotherAuthority_IsRefusedByBothAndLogged()
    {
        using CertificateAuthority foreign = CertificateAuthority.Make(Cluster, Now, CryptographicRandom.Instance);
        TestPeer one = await StartAsync(1);
        TestPeer stranger = await StartAsync(2, foreign.IssueNode(Identity(2), Now, CryptographicRandom.Instance));
        var credulous = new NodeVerifier(Cluster, foreign.Certificate, _removed, TimeProvider.System);
        TestPeer gullible = await StartAsync(3, foreign.IssueNode(Identity(3), Now, CryptographicRandom.Instance), credulous);

        Assert.That((await DialAsync(one, stranger)).Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
        Assert.That((await DialAsync(stranger, one)).IsOk, Is.False);
        Assert.That((await DialAsync(gullible, one)).IsOk, Is.False);
        Assert.That(await one.Events.WaitForAsync(PeerRefused), Does.Contain("authority"));
    }

    [TestCase("foreign", "authority")]
    [TestCase("expired", "valid")]
    [TestCase("cluster", "cluster")]
    [TestCase("server", "node")]
    [TestCase("removed", "removed")]
    [TestCase("revoked", "revoked")]
    public async Task Dial_WithoutRight_IsRefusedAndLogged(string lack, string reason)
    {
        using CertificateAuthority foreign = CertificateAuthority.Make(Cluster, Now, CryptographicRandom.Instance);
        ServerCertificate shown = lack switch
        {
            "foreign" => foreign.IssueNode(Identity(2), Now, CryptographicRandom.Instance),
            "expired" => ExpiredNode(),
            "cluster" => _authority.IssueNode(Identity(2) with { Cluster = new ClusterId(1) }, Now, CryptographicRandom.Instance),
            "server" => _authority.IssueServer(["localhost"], Now, CryptographicRandom.Instance),
            _ => _authority.IssueNode(Identity(2), Now, CryptographicRandom.Instance),
        };
        TestPeer one = await StartAsync(1);

        // It knows of no removal itself: the listening node alone refuses.
        TestPeer two = await StartAsync(2, shown, new NodeVerifier(Cluster, _authority.Certificate, new RemovedNodes(), TimeProvider.System));
        if (lack == "removed")
        {
            _removed.Nodes[two.Node] = true;
        }
        else if (lack == "revoked")
        {
            _removed.Serials[shown.Leaf.SerialNumber] = true;
        }

        Assert.That((await DialAsync(two, one)).IsOk, Is.False);
        Assert.That(await one.Events.WaitForAsync(PeerRefused), Does.Contain(reason));
        Assert.That((await DialAsync(one, two)).Error?.Message, Does.Contain(reason), "the dialling end refuses the same");
    }

    [Test]
    public async Task Dial_AnotherNodeThanMeant_IsRefused()
    {
        TestPeer one = await StartAsync(1);
        TestPeer two = await StartAsync(2);

        Result<IPeerLink> opened = await one.Connector.ConnectAsync(new NodeId(3), two.Endpoint, Patience());

        Assert.That(opened.Error?.Code, Is.EqualTo(ErrorCode.Unauthenticated));
        Assert.That(opened.Error!.Message, Does.Contain("node 3 was meant"));
    }

    [Test]
    public async Task Dial_InPlainText_IsRefusedAndLogged()
    {
        TestPeer one = await StartAsync(1);
        using var peer = new TcpClient();
        await peer.ConnectAsync("127.0.0.1", one.Port);

        await peer.GetStream().WriteAsync(Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));

        Assert.That(await one.Events.WaitForAsync(PeerHandshakeFailed), Does.Contain("no TLS"));
    }

    [Test]
    public async Task Dial_WithoutACertificate_IsRefusedAndLogged()
    {
        TestPeer one = await StartAsync(1);
        using var peer = new TcpClient();
        await peer.ConnectAsync("127.0.0.1", one.Port);
        await using var tls = new System.Net.Security.SslStream(peer.GetStream());
        var trusting = new System.Net.Security.SslClientAuthenticationOptions
        {
            TargetHost = Identity(1).DnsName,
            CertificateChainPolicy = _verifier.PolicyFor(NodePeerRole.Listening),
            ApplicationProtocols = [System.Net.Security.SslApplicationProtocol.Http2],
        };
        try
        {
            await tls.AuthenticateAsClientAsync(trusting);
        }
        catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Under TLS 1.3 the client may hear of it later, or never.
        }

        Assert.That(await one.Events.WaitForAsync(PeerRefused), Does.Contain("no certificate"));
    }

    [Test]
    public async Task Remove_NodeWithAnOpenStream_EndsIt()
    {
        (TestPeer one, TestPeer two) = await PairAsync();
        _removed.Nodes[one.Node] = true;

        one.Transport.Send(two.Node, Shard, Heartbeat(9));

        Assert.That(await two.Events.WaitForAsync(PeerStreamRefused), Does.Contain("removed"));

        // What was sent before the removal may still have come.
        while (two.Mailbox.Messages.TryRead(out (NodeId From, ShardId Shard, RaftMessage Message) came))
        {
            Assert.That(came.Message.Context, Is.Not.EqualTo(9));
        }
    }

    [Test]
    public async Task Carry_BytesThatAreNoFrame_EndTheStreamAndAreLogged()
    {
        TestPeer one = await StartAsync(1);
        TestPeer two = await StartAsync(2);
        await using IPeerLink stream = (await DialAsync(one, two)).Value;

        await stream.WriteAsync(new byte[] { 1, 2, 3 }, Patience());
        await stream.Closed.WaitAsync(Patience());

        Assert.That(await two.Events.WaitForAsync(PeerStreamRefused), Does.Contain("Corrupt"));
    }

    [Test]
    public async Task Break_InMidStream_IsToldAndTheStreamComesBack()
    {
        (TestPeer one, TestPeer two) = await PairAsync();

        await two.CloseListenerAsync();
        Assert.That(await one.Mailbox.Unreachables.ReadAsync(Patience()), Is.EqualTo(two.Node));
        await two.ReopenListenerAsync();

        await one.SendUntilReceivedAsync(two, Shard, Heartbeat(2));
    }

    [Test]
    public async Task Send_ToASlowReceiver_IsBoundedAndCounted()
    {
        var options = new TransportOptions { MaxQueuedBytes = RaftMessageLimits.MaxFrameBytes };
        (TestPeer one, TestPeer two) = await PairAsync(options);
        two.Mailbox.Open.Reset();
        byte[] content = new byte[64 << 10];
        long most = 0;
        for (int at = 0; at < 4_000; at++)
        {
            one.Transport.Send(two.Node, Shard, Append(content));
            most = Math.Max(most, one.Transport.QueuedFor(two.Node));
        }

        Assert.That(most, Is.LessThanOrEqualTo(options.MaxQueuedBytes));
        Assert.That(one.Transport.DroppedFor(two.Node), Is.GreaterThan(1_000), "250 MB were sent, and some 30 MB have room on the way");

        // What is tiny still finds room, and goes first when the receiver is there again.
        one.Transport.Send(two.Node, Shard, Heartbeat(77));
        two.Mailbox.Open.Set();
        ulong round;
        do
        {
            // Those by which the pair found each other may still be on their way.
            round = (await NextAsync(two, RaftMessageKind.Heartbeat)).Context;
        }
        while (round == 1);
        Assert.That(round, Is.EqualTo(77));
    }

    private static NodeIdentity Identity(uint node) => new(Cluster, new NodeId(node), new RegionId(1));

    private static RaftMessage Heartbeat(ulong round) => RaftMessage.Heartbeat(new(1), new(2), new(3), new(4), round);

    private static RaftMessage Append(byte[] content) =>
        RaftMessage.Append(new(1), new(2), new(3), default, default, default, new LogRecord[] { new(new(1), new(1), content) });

    private static CancellationToken Patience() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    private static async Task<Result<IPeerLink>> DialAsync(TestPeer from, TestPeer to) =>
        await from.Connector.ConnectAsync(to.Node, to.Endpoint, Patience());

    private static async Task<RaftMessage> NextAsync(TestPeer peer, RaftMessageKind kind)
    {
        while (true)
        {
            RaftMessage message = (await peer.Mailbox.Messages.ReadAsync(Patience())).Message;
            if (message.Kind == kind)
            {
                return message;
            }
        }
    }

    /// <summary>An authority's leaf that ended an hour ago.</summary>
    private ServerCertificate ExpiredNode()
    {
        DateTimeOffset then = Now - CertificateAuthority.LeafLifetime - TimeSpan.FromHours(1);
        using CertificateAuthority old = CertificateAuthority.Make(Cluster, then, CryptographicRandom.Instance);
        _authority.Dispose();
        _authority = CertificateAuthority.Open(old.Certificate.RawData, old.ExportKey())!;
        _verifier = new NodeVerifier(Cluster, _authority.Certificate, _removed, TimeProvider.System);
        return _authority.IssueNode(Identity(2), then, CryptographicRandom.Instance);
    }

    private async Task<(TestPeer One, TestPeer Two)> PairAsync(TransportOptions? options = null)
    {
        TestPeer one = await StartAsync(1, options: options);
        TestPeer two = await StartAsync(2, options: options);
        await one.Transport.SetPeersAsync(new Dictionary<NodeId, string> { [two.Node] = two.Endpoint });
        await one.SendUntilReceivedAsync(two, Shard, Heartbeat(1));
        while (two.Mailbox.Messages.TryRead(out _))
        {
            // What was sent more than once.
        }

        return (one, two);
    }

    private async Task<TestPeer> StartAsync(
        uint node, ServerCertificate? certificate = null, NodeVerifier? verifier = null, TransportOptions? options = null)
    {
        TestPeer peer = await TestPeer.StartAsync(
            Identity(node), certificate ?? _authority.IssueNode(Identity(node), Now, CryptographicRandom.Instance), verifier ?? _verifier, options);
        _peers.Add(peer);
        return peer;
    }
}
