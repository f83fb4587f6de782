using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Core.Time;
using Nacre.Protocol.Node.V1;
using Nacre.Replication;
using Nacre.Replication.Snapshots;
using Nacre.Security.Certificates;
using Nacre.Server.Peers;

namespace Nacre.Server.Tests.Peers;

/// <summary>Snapshots between two nodes over real sockets.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class SnapshotPeerTests
{
    private static readonly ClusterId Cluster = new(0xABC);
    private static readonly ShardId Shard = new(5);

    private readonly ReplicationMetrics _metrics = new();
    private byte[][] _files = [];
    private SnapshotManifest _manifest = null!;
    private CertificateAuthority _authority = null!;
    private TestPeer _source = null!;
    private TestPeer _receiver = null!;
    private SnapshotHolder _holder = null!;
    private SnapshotFetcher _fetcher = null!;

    [SetUp]
    public async Task SetUp()
    {
        _authority = CertificateAuthority.Make(Cluster, TimeProvider.System.GetUtcNow(), CryptographicRandom.Instance);
        _source = await StartAsync(1);
        _receiver = await StartAsync(2);
        _receiver.Channels.SetPeers(new Dictionary<NodeId, string> { [_source.Node] = _source.Endpoint });
        _fetcher = new SnapshotFetcher(() => _receiver.Channels);
        _files = [[1, 2, 3], new byte[3 << 20]];
        CryptographicRandom.Instance.Fill(_files[1]);
        ReplicaSet set = ReplicaSet.Initial((new ReplicaId(1), new NodeId(1)), (new ReplicaId(2), new NodeId(2)));
        _manifest = new SnapshotManifest(
            new UInt128(7, 9), Shard, new LogIndex(40), new LoggedReplicaSet(new LogIndex(12), set), 0xF00D,
            [new("checkpoint/meta", 3), new("items.0", _files[1].Length)]);
        _holder = new SnapshotHolder(
            new OneEntryLog(new Term(3)), new SnapshotOptions(),
            new ReplicaEnvironment(TimeProvider.System, CryptographicRandom.Instance, PoolScheduler.Instance, _metrics, NullLogger.Instance));
        _holder.Offer(Shard, new OneSnapshot(_manifest, _files));
        _source.Snapshots = _holder;
    }

    [TearDown]
    public async Task TearDown()
    {
        await _source.DisposeAsync();
        await _receiver.DisposeAsync();
        _holder.Dispose();
        _authority.Dispose();
    }

    [OneTimeTearDown]
    public void DisposeMetrics() => _metrics.Dispose();

    [Test]
    public async Task Describe_OfASnapshot_SaysAllOfIt()
    {
        SnapshotDescription described = (await _fetcher.DescribeAsync(_source.Node, Shard, 0, default)).Value;

        Assert.That(described.Term, Is.EqualTo(new Term(3)));
        Assert.That(described.Manifest with { Files = [], Set = null }, Is.EqualTo(_manifest with { Files = [], Set = null }));
        Assert.That(described.Manifest.Files, Is.EqualTo(_manifest.Files));
        Assert.That(described.Manifest.Set!.Value.Index, Is.EqualTo(new LogIndex(12)));
        Assert.That(described.Manifest.Set!.Value.Set.ToString(), Is.EqualTo("1 2"));
    }

    [Test]
    public async Task Read_OfPieces_GivesTheBytesAndTheirHash()
    {
        SnapshotDescription described = (await _fetcher.DescribeAsync(_source.Node, Shard, 0, default)).Value;
        var content = new List<byte>();
        while (content.Count < _files[1].Length)
        {
            SnapshotChunk piece = (await _fetcher.ReadAsync(_source.Node, Shard, described.Manifest.Id, 1, content.Count, 1 << 20, default)).Value;
            Assert.That(piece.Hash.ToArray(), Is.EqualTo(SHA256.HashData(piece.Bytes.Span)));
            content.AddRange(piece.Bytes.Span);
        }

        Assert.That(content, Is.EqualTo(_files[1]));
    }

    [Test]
    public async Task Read_OfWhatIsNotHeld_IsNotFound()
    {
        Result<SnapshotChunk> read = await _fetcher.ReadAsync(_source.Node, Shard, 77, 0, 0, 1, default);
        Result<SnapshotDescription> described = await _fetcher.DescribeAsync(_source.Node, new ShardId(6), 0, default);

        Assert.That(read.Error?.Code, Is.EqualTo(ErrorCode.NotFound));
        Assert.That(described.Error?.Code, Is.EqualTo(ErrorCode.NotFound));
    }

    [TestCase(2, 0, 1)]
    [TestCase(0, 3, 1)]
    [TestCase(0, -1, 1)]
    [TestCase(0, 0, 0)]
    [TestCase(-1, 0, 1)]
    [TestCase(0, 0, (4 << 20) + 1)]
    public async Task Read_OfAPlaceThatIsNone_IsMalformed(int file, long offset, int length)
    {
        SnapshotDescription described = (await _fetcher.DescribeAsync(_source.Node, Shard, 0, default)).Value;

        Result<SnapshotChunk> read = await _fetcher.ReadAsync(_source.Node, Shard, described.Manifest.Id, file, offset, length, default);

        Assert.That(read.Error?.Code, Is.EqualTo(ErrorCode.Malformed));
    }

    [Test]
    public async Task Describe_WhereNobodyAnswers_IsUnavailable()
    {
        _source.Snapshots = null;
        Result<SnapshotDescription> starting = await _fetcher.DescribeAsync(_source.Node, Shard, 0, default);
        await _source.CloseListenerAsync();
        Result<SnapshotDescription> gone = await _fetcher.DescribeAsync(_source.Node, Shard, 0, default);
        Result<SnapshotDescription> unknown = await _fetcher.DescribeAsync(new NodeId(9), Shard, 0, default);
        await _source.ReopenListenerAsync();

        Assert.That(new[] { starting, gone, unknown }.Select(each => each.Error?.Code), Is.All.EqualTo(ErrorCode.Unavailable));
    }

    [Test]
    public void Description_ThatNoNodeGives_IsRefused()
    {
        DescribeSnapshotAnswer good = SnapshotWire.Show(new SnapshotDescription(_manifest, new Term(3)));
        Action<DescribeSnapshotAnswer>[] changes =
        [
            answer => answer.Id = null,
            answer => answer.Index = 0,
            answer => answer.Term = ulong.MaxValue,
            answer => answer.SetIndex = answer.Index + 1,
            answer => answer.Set = Google.Protobuf.ByteString.CopyFrom(1, 9),
            answer => answer.Files[0].Length = ulong.MaxValue,
        ];

        Assert.That(SnapshotWire.Read(good).IsOk);
        foreach (Action<DescribeSnapshotAnswer> change in changes)
        {
            DescribeSnapshotAnswer changed = good.Clone();
            change(changed);
            Assert.That(SnapshotWire.Read(changed).Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
        }
    }

    private async Task<TestPeer> StartAsync(uint node)
    {
        var identity = new NodeIdentity(Cluster, new NodeId(node), new RegionId(1));
        return await TestPeer.StartAsync(
            identity, _authority.IssueNode(identity, TimeProvider.System.GetUtcNow(), CryptographicRandom.Instance),
            new NodeVerifier(Cluster, _authority.Certificate, new RemovedNodes(), TimeProvider.System));
    }
}
