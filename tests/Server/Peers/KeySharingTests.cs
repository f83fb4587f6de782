using System.Net;
using Grpc.Net.Client;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Replication.Forwarding;
using Nacre.Security.Certificates;
using Nacre.Security.Keys;
using Nacre.Server.Peers;
using Nacre.Testing;

namespace Nacre.Server.Tests.Peers;

/// <summary>Keys between nodes, over real sockets.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class KeySharingTests
{
    private static readonly ClusterId Cluster = new(0xABC);

    private readonly List<Holder> _holders = [];
    private CatalogDouble _catalog = null!;
    private CertificateAuthority _authority = null!;

    [SetUp]
    public void SetUp()
    {
        _catalog = new CatalogDouble();
        _authority = CertificateAuthority.Make(Cluster, TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(100), CryptographicRandom.Instance);
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (Holder holder in _holders)
        {
            await holder.DisposeAsync();
        }

        _holders.Clear();
        _authority.Dispose();
    }

    [Test]
    public async Task Follow_AfterARotationElsewhere_HasTheNewKeyAndAsksNoMore()
    {
        (Holder one, Holder two) = await PairAsync();
        one.Ring.SkipTo(new DataKeyId(9));
        DataKeyId drawn = one.Ring.RotateDataKey(KeyDomainId.Shared).Value;
        one.Sharing.Drawn(20);
        _catalog.Generation(20);

        Assert.That(await two.Sharing.FollowAsync(default), Is.Null);

        Assert.That(two.Ring.Current(KeyDomainId.Shared), Is.EqualTo(drawn));
        Assert.That(two.Sharing.Generation, Is.EqualTo(20));
        await one.CloseAsync();
        Assert.That(await two.Sharing.FollowAsync(default), Is.Null, "nobody is asked");
    }

    [Test]
    public async Task Follow_WhereTheOtherIsNotReached_IsUnavailableUntilItIs()
    {
        (Holder one, Holder two) = await PairAsync();
        _catalog.Generation(20);
        await one.CloseAsync();

        Assert.That((await two.Sharing.FollowAsync(default))?.Code, Is.EqualTo(ErrorCode.Unavailable));
        Assert.That(two.Sharing.Generation, Is.Zero);
    }

    [Test]
    public async Task Follow_WithAMajorityReached_DoesNotWaitForTheRest()
    {
        (Holder _, Holder two) = await PairAsync();
        _catalog.Add(3, "127.0.0.1:1");
        _catalog.Generation(20);

        Assert.That(await two.Sharing.FollowAsync(default), Is.Null);
        Assert.That(two.Sharing.Generation, Is.EqualTo(20));
    }

    [Test]
    public async Task Fetch_ByANodeThatTheCatalogueDoesNotName_IsRefused()
    {
        Holder one = await StartAsync(1);
        _catalog.Add(1, one.Endpoint);
        Holder stranger = await StartAsync(7);

        Assert.That((await stranger.Sharing.AskAsync(default))?.Message, Does.Contain("not known here"));
    }

    [Test]
    public async Task Fetch_ByANodeThatWasRemoved_IsRefused()
    {
        (Holder one, Holder two) = await PairAsync();
        _catalog.Remove(2);

        Result<KeyParcel> fetched = await two.FetchAsync(one);

        Assert.That(fetched.IsOk, Is.False);
        Assert.That(fetched.Error!.Code, Is.AnyOf(ErrorCode.Forbidden, ErrorCode.Unavailable), "by call, or by handshake");
    }

    [Test]
    public async Task Fetch_WithACertificateThatHasExpired_IsRefused()
    {
        Holder one = await StartAsync(1);
        _catalog.Add(1, one.Endpoint);
        _catalog.Add(2, "127.0.0.1:1");
        Holder late = await StartAsync(2, TimeProvider.System.GetUtcNow() - CertificateAuthority.LeafLifetime - TimeSpan.FromDays(2));

        Assert.That((await late.FetchAsync(one)).IsOk, Is.False);
        Assert.That(await one.Events.WaitForAsync(1040), Does.Contain("valid from"));
    }

    [Test]
    public async Task Fetch_ByANodeOfTheCluster_BringsTheAuthorityToo()
    {
        (Holder one, Holder two) = await PairAsync();

        using KeyParcel parcel = (await two.FetchAsync(one)).Value;

        using SecretBytes expected = one.Certificates.ExportAuthority().Value;
        Assert.That(parcel.Authority.SequenceEqual(expected.Span), Is.True);
        Assert.That(await one.Events.WaitForAsync(1060), Does.Contain("Node 2"));
    }

    [TestCase(ClusterNodeState.Active, false)]
    [TestCase(ClusterNodeState.Draining, false)]
    [TestCase(ClusterNodeState.Removed, true)]
    public void IsRemoved_ByTheCatalogue_IsItsState(ClusterNodeState state, bool removed)
    {
        _catalog.Add(1, "a:1", state);

        Assert.That(new NodesOfCatalog(_catalog).IsRemoved(new NodeId(1)), Is.EqualTo(removed));
        Assert.That(new NodesOfCatalog(_catalog).IsRemoved(new NodeId(2)), Is.False, "one that is not known yet");
    }

    private async Task<(Holder One, Holder Two)> PairAsync()
    {
        Holder one = await StartAsync(1);
        Holder two = await StartAsync(2);
        _catalog.Add(1, one.Endpoint);
        _catalog.Add(2, two.Endpoint);
        return (one, two);
    }

    private async Task<Holder> StartAsync(uint node, DateTimeOffset? issued = null)
    {
        var identity = new NodeIdentity(Cluster, new NodeId(node), new RegionId(1));
        ServerCertificate certificate = _authority.IssueNode(identity, issued ?? TimeProvider.System.GetUtcNow(), CryptographicRandom.Instance);
        var holder = new Holder(identity, certificate, _authority, _catalog, _holders.FirstOrDefault()?.Ring);
        await holder.ListenAsync();
        _holders.Add(holder);
        return holder;
    }

    /// <summary>The part of a node that holds keys and shares them.</summary>
    private sealed class Holder : IAsyncDisposable
    {
        private readonly NodeIdentity _identity;
        private readonly ServerCertificateSource _own;
        private readonly CatalogDouble _catalog;
        private readonly PeerDialler _dialler;
        private readonly List<GrpcChannel> _channels = [];
        private readonly NodeListener _listener;
        private bool _closed;

        public Holder(NodeIdentity identity, ServerCertificate certificate, CertificateAuthority authority, CatalogDouble catalog, KeyRing? first)
        {
            _identity = identity;
            _catalog = catalog;
            var folder = new KeyRingFolder(new SimulatedFileSystem(), "/keys", new FakeTimeProvider(TimeProvider.System.GetUtcNow()), CryptographicRandom.Instance);
            Ring = MakeRing(folder, first);
            var sealer = new SecretSealer(Ring, KeyDomainId.Shared, CryptographicRandom.Instance);
            Certificates = new OwnCertificates(new SimulatedFileSystem(), "/tls", sealer, Cluster, [], TimeProvider.System, CryptographicRandom.Instance);
            _own = ServerCertificateSource.Start(new NodeCertificatesDouble(certificate), TimeProvider.System, Events).Value;
            var verifier = new NodeVerifier(Cluster, authority.Certificate, new NodesOfCatalog(catalog), TimeProvider.System);
            _dialler = new PeerDialler(Cluster, _own, verifier);
            Sharing = new KeySharing(Ring, catalog, identity.Node, ChannelTo, Events);
            _listener = NodeListener.Create(
                [new IPEndPoint(IPAddress.Loopback, 0)], _own, verifier,
                new NodePortServices(new Mailbox(), new ForwardedProposals(_ => null)) { Keys = new KeysService(Ring, Certificates, catalog, Sharing, Events) },
                Events);
        }

        public KeyRing Ring { get; }

        public OwnCertificates Certificates { get; }

        public KeySharing Sharing { get; }

        public EventLog Events { get; } = new();

        public string Endpoint { get; private set; } = "";

        public async Task ListenAsync() => Endpoint = $"127.0.0.1:{(await _listener.StartAsync(CancellationToken.None))[0].Port}";

        public async Task CloseAsync()
        {
            if (!_closed)
            {
                _closed = true;
                await _listener.StopAsync(new CancellationToken(canceled: true));
                await _listener.DisposeAsync();
            }
        }

        public Task<Result<KeyParcel>> FetchAsync(Holder from) =>
            KeyParcel.FetchAsync(Open(from._identity.Node, from.Endpoint), Cluster, _identity.Node, CancellationToken.None);

        public async ValueTask DisposeAsync()
        {
            _channels.ForEach(channel => channel.Dispose());
            await CloseAsync();
            _own.Dispose();
            Sharing.Dispose();
            Ring.Dispose();
        }

        private static KeyRing MakeRing(KeyRingFolder folder, KeyRing? first)
        {
            if (first is null)
            {
                return folder.Create(Cluster, new RootKeyDouble(1)).Value;
            }

            using SecretBytes export = first.Export();
            return folder.Adopt(Cluster, export.Span, new RootKeyDouble(2)).Value;
        }

        private GrpcChannel? ChannelTo(NodeId node) => _catalog.Current.FindNode(node) is { } known ? Open(node, known.PeerEndpoint) : null;

        private GrpcChannel Open(NodeId node, string endpoint)
        {
            GrpcChannel channel = _dialler.Open(node, endpoint).Value;
            _channels.Add(channel);
            return channel;
        }
    }

    private sealed class RootKeyDouble(byte fill) : IRootKeyProvider
    {
        public string Name => "test";

        public Result<RootKey> Open(RootKeyId? expected) => RootKey.CopyOf([.. Enumerable.Repeat(fill, RootKey.SizeBytes)]);
    }

    private sealed class CatalogDouble : ICatalogReader
    {
        public Catalog Current { get; private set; } = Catalog.Empty;

        public void Generation(ulong generation) => Current = Current with { KeyRingGeneration = generation };

        public void Add(uint node, string endpoint, ClusterNodeState state = ClusterNodeState.Active) => Current = Current with
        {
            Nodes = Current.Nodes.Add(new ClusterNode(
                new NodeId(node), new RegionId(1), endpoint, $"https://{endpoint}", state, ReplicaKind.Voter, default, new Sequence(1))),
        };

        public void Remove(uint node)
        {
            ClusterNode before = Current.FindNode(new NodeId(node))!;
            Current = Current with { Nodes = Current.Nodes.Replace(before, before with { State = ClusterNodeState.Removed }) };
        }
    }
}
