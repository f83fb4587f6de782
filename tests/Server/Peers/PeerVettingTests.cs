using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.Time;
using Nacre.Replication.Membership;
using Nacre.Security.Certificates;
using Nacre.Server.DataFolder;
using Nacre.Server.Peers;

namespace Nacre.Server.Tests.Peers;

/// <summary>What peers remember of a node that starts, over real sockets.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class PeerVettingTests
{
    private const int VettingGoesOn = 1051;

    private static readonly ClusterId Cluster = new(0xABC);
    private static readonly ShardId Shard = new(1);
    private static readonly RememberedNode More = new(0, RememberedNode.Nothing.Shards.Add(Shard, new DurableMark(new Term(4), new LogIndex(11), default, default)));

    private readonly List<TestPeer> _peers = [];
    private readonly List<PeerVetting> _vettings = [];
    private CertificateAuthority _authority = null!;
    private NodeVerifier _verifier = null!;

    [SetUp]
    public void SetUp()
    {
        _authority = CertificateAuthority.Make(Cluster, TimeProvider.System.GetUtcNow(), CryptographicRandom.Instance);
        _verifier = new NodeVerifier(Cluster, _authority.Certificate, new RemovedNodes(), TimeProvider.System);
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (PeerVetting vetting in _vettings)
        {
            await vetting.DisposeAsync();
        }

        foreach (TestPeer peer in _peers)
        {
            await peer.DisposeAsync();
        }

        _vettings.Clear();
        _peers.Clear();
        _authority.Dispose();
    }

    [Test]
    public async Task AskAll_AllRememberWhatIsThere_PassesAndOpensTheWayToEach()
    {
        (TestPeer[] peers, PeerVetting vetting) = await StartAsync();
        peers[2].Remembers = new RememberedNode(5, RememberedNode.Nothing.Shards.Add(Shard, new DurableMark(new Term(4), new LogIndex(10), new Term(4), new LogIndex(10))));

        Assert.That(vetting.MaySpeakTo(peers[1].Node), Is.False, "it has not answered");
        Assert.That(vetting.MayHear(peers[1].Node), Is.False);
        Assert.That(vetting.MayHear(new NodeId(77)), Is.True, "no answer could reach it");

        Assert.That(await vetting.AskAllAsync(default), Is.Null);

        foreach (TestPeer peer in peers[1..])
        {
            Assert.That(vetting.MaySpeakTo(peer.Node) && vetting.MayHear(peer.Node), $"node {peer.Node}");
        }

        Assert.That(vetting.MaySpeakTo(new NodeId(77)), Is.False);
    }

    [Test]
    public async Task AskAll_OneRemembersMore_IsRefusedAndNobodyIsHeard()
    {
        (TestPeer[] peers, PeerVetting vetting) = await StartAsync();
        peers[2].Remembers = More;

        NacreError? refusal = await vetting.AskAllAsync(default);

        Assert.That(refusal?.Code, Is.EqualTo(ErrorCode.OlderCopy));
        Assert.That(refusal!.Message, Does.Contain("node 3 remembers").And.Contain("nacre node remove 1"));
        Assert.That(peers.Any(peer => vetting.MaySpeakTo(peer.Node) || vetting.MayHear(peer.Node)), Is.False);
        Assert.That(vetting.MayHear(new NodeId(77)), Is.False);
    }

    [Test]
    public async Task AskAll_OneIsDown_PassesWithoutIt_AndItIsHeardWhenItHasAnswered(CancellationToken cancellationToken)
    {
        (TestPeer[] peers, PeerVetting vetting) = await StartAsync();
        await peers[1].CloseListenerAsync();

        Assert.That(await vetting.AskAllAsync(default), Is.Null);

        Assert.That(await peers[0].Events.WaitForAsync(VettingGoesOn), Does.Contain("remember of it: 2."));
        Assert.That(vetting.MaySpeakTo(peers[2].Node));
        Assert.That(vetting.MayHear(peers[1].Node) || vetting.MaySpeakTo(peers[1].Node), Is.False);

        vetting.Start(_ => Assert.Fail("nobody remembers more"));
        await peers[1].ReopenListenerAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!vetting.MaySpeakTo(peers[1].Node))
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        Assert.That(vetting.MayHear(peers[1].Node));
    }

    [Test]
    public async Task Start_OneThatWasDownRemembersMore_TellsAndSilencesAll(CancellationToken cancellationToken)
    {
        (TestPeer[] peers, PeerVetting vetting) = await StartAsync();
        await peers[1].CloseListenerAsync();
        Assert.That(await vetting.AskAllAsync(default), Is.Null);
        peers[1].Remembers = More;
        var refused = new TaskCompletionSource<NacreError>(TaskCreationOptions.RunContinuationsAsynchronously);

        vetting.Start(refused.SetResult);
        await peers[1].ReopenListenerAsync();

        Assert.That((await refused.Task.WaitAsync(cancellationToken)).Code, Is.EqualTo(ErrorCode.OlderCopy));
        Assert.That(vetting.MaySpeakTo(peers[2].Node) || vetting.MayHear(peers[2].Node), Is.False);
    }

    private async Task<(TestPeer[] Peers, PeerVetting Vetting)> StartAsync()
    {
        for (uint node = 1; node <= 3; node++)
        {
            var identity = new NodeIdentity(Cluster, new NodeId(node), new RegionId(1));
            _peers.Add(await TestPeer.StartAsync(
                identity, _authority.IssueNode(identity, TimeProvider.System.GetUtcNow(), CryptographicRandom.Instance), _verifier));
        }

        TestPeer self = _peers[0];
        self.Channels.SetPeers(_peers.Skip(1).ToDictionary(peer => peer.Node, peer => peer.Endpoint));
        var logs = new Dictionary<ShardId, ShardLogState>
        {
            [Shard] = new ShardLogState(new HardState(new Term(4), default), default, default, new LogIndex(10), new Term(4)),
        };
        var vetting = new PeerVetting(self.Node, starts: 5, logs, self.Channels, TimeProvider.System, self.Events);
        _vettings.Add(vetting);
        return ([.. _peers], vetting);
    }
}
