using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Storage.Records;
using Nacre.Storage.Tests.Control;
using Nacre.Storage.Tests.Documents;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Snapshots;

/// <summary>A data shard's snapshots: held while the shard goes on, copied, checked, put in place.</summary>
[TestFixture]
public sealed class DocumentSnapshotTests
{
    private TestDataKeys _keys = new();
    private SnapshotHistory _history = null!;
    private SnapshotNode _source = null!;
    private SnapshotNode _target = null!;

    [SetUp]
    public void MakeNodes()
    {
        _keys = new TestDataKeys();
        _history = new SnapshotHistory();
        _source = new SnapshotNode(_keys, 1);
        _target = new SnapshotNode(_keys, 2);
        _source.Open();
    }

    [TearDown]
    public async Task EndNodes()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        await _history.DisposeAsync();
    }

    [Test]
    public void Hold_WithoutACheckpoint_IsUnavailable()
    {
        Assert.That(_source.Snapshots.Hold().Error?.Code, Is.EqualTo(ErrorCode.Unavailable));
        Assert.That(_target.Snapshots.Hold().Error?.Code, Is.EqualTo(ErrorCode.Unavailable), "nothing is open");
    }

    [Test]
    public async Task Install_OnANewNode_GivesTheStateAndGoesOn()
    {
        using ISnapshotSource source = await CheckpointAndHold();
        _history.Write(50);

        await _target.InstallAsync(source, new Term(4));

        Assert.That(_target.Snapshots.PendingReset, Is.EqualTo(new SnapshotPoint(source.Manifest.Index, new Term(4))));
        _target.Open();
        Assert.That(_target.Machine.Applied, Is.EqualTo(source.Manifest.Index));
        Assert.That(_target.Machine.RunningHash, Is.EqualTo(source.Manifest.RunningHash));
        Assert.That(_target.Snapshots.PendingReset, Is.Not.Null, "until the log was set");
        _target.Snapshots.ResetDone();
        Assert.That(_target.Snapshots.PendingReset, Is.Null);
        await _history.CheckAsync(_target);
        await _target.Machine.BeginCheckpoint();
        await _target.CloseAsync();
        _target.Open();
        await _history.CheckAsync(_target);
        Assert.That(_target.Files.ListDirectories("/data/shards"), Is.EqualTo(new[] { "1" }));
    }

    [Test]
    public async Task Hold_OfTheSameCheckpoint_HasTheSameId()
    {
        using ISnapshotSource first = await CheckpointAndHold();
        using ISnapshotSource second = _source.Snapshots.Hold().Value;
        Assert.That(second.Manifest.Id, Is.EqualTo(first.Manifest.Id));

        _history.Write(10);
        using ISnapshotSource third = await CheckpointAndHold();
        Assert.That(third.Manifest.Id, Is.Not.EqualTo(first.Manifest.Id));
    }

    /// <summary>Checkpoints, compaction and re-encryption go on; what is held stays as it was, and goes afterwards.</summary>
    [Test]
    public async Task Hold_WhileTheShardGoesOn_KeepsEveryByteUntilItEnds()
    {
        _history.Write(600);
        ISnapshotSource source = await CheckpointAndHold();
        byte[] before = ReadAll(source);
        DataKeyId old = _source.Shard!.Encryption.KeysInUse().Single();
        _keys.Rotate(KeyDomainId.Shared);
        for (int round = 0; round < 8; round++)
        {
            _history.Write(300);
            _source.Apply(_history.Log);
            while (await _source.Shard.Encryption.ReencryptSegmentAsync() || _source.Machine.Maintain())
            {
            }

            await _source.Machine.BeginCheckpoint();
        }

        Assert.That(_source.Segments, Is.SupersetOf(source.Manifest.Files.Skip(1).Select(file => file.Name)));
        Assert.That(ReadAll(source), Is.EqualTo(before));
        Assert.That(_source.Shard.Encryption.KeysInUse(), Does.Contain(old), "whoever takes the snapshot needs it");
        await _target.InstallAsync(source, new Term(1));
        source.Dispose();
        source.Dispose();

        Assert.That(_source.Segments.Intersect(source.Manifest.Files.Select(file => file.Name)), Is.Empty);
        Assert.That(_source.Shard.Encryption.KeysInUse(), Does.Not.Contain(old));
        _target.Open();
        await _history.CheckAsync(_target);
        await _history.CheckAsync(_source);
    }

    [Test]
    public async Task Hold_TwiceOfOneCheckpoint_KeepsItUntilBothEnd()
    {
        _history.Write(600);
        ISnapshotSource first = await CheckpointAndHold();
        ISnapshotSource second = _source.Snapshots.Hold().Value;
        for (int round = 0; round < 8; round++)
        {
            _history.Write(300);
            _source.Apply(_history.Log);
            while (_source.Machine.Maintain())
            {
            }

            await _source.Machine.BeginCheckpoint();
        }

        int all = _source.Segments.Count;
        first.Dispose();
        Assert.That(_source.Segments, Has.Count.EqualTo(all));
        ReadAll(second);
        second.Dispose();
        Assert.That(_source.Segments, Has.Count.LessThan(all));
    }

    [Test]
    public async Task Dispose_AfterTheStoreWasClosed_LeavesItsFilesToTheNextStart()
    {
        ISnapshotSource source = await CheckpointAndHold();
        await _source.CloseAsync();
        _source.Open();
        source.Dispose();
        await _history.CheckAsync(_source);
    }

    /// <summary>The same seed on both nodes would be the worst case: they go on from the same files.</summary>
    [Test]
    public async Task Install_ThenBothGoOn_NeverShareAKey()
    {
        using ISnapshotSource source = await CheckpointAndHold();
        UInt128[] shared = [.. Salts(_source)];
        await _target.InstallAsync(source, new Term(1));
        await _source.CloseAsync();
        _source.Open();
        _target.Open();
        _history.Write(40);
        foreach (SnapshotNode node in new[] { _source, _target })
        {
            node.Apply(_history.Log);
            await node.Machine.BeginCheckpoint();
        }

        UInt128[] left = [.. Salts(_source).Except(shared)];
        UInt128[] right = [.. Salts(_target).Except(shared)];
        Assert.That(left, Is.Not.Empty);
        Assert.That(right, Is.Not.Empty);
        Assert.That(left.Intersect(right), Is.Empty);
        Assert.That(NewBlocksUnderOldEpochs(_source, source.Manifest) + NewBlocksUnderOldEpochs(_target, source.Manifest), Is.Zero);
    }

    [Test]
    public async Task Complete_OfDamagedBytes_IsCorruptAndBeginsAnew([Range(0, 11)] int round)
    {
        using ISnapshotSource source = await CheckpointAndHold();
        var random = new SeededRandom((ulong)round);
        int file = random.Next(source.Manifest.Files.Length);
        using (ISnapshotTarget target = _target.Snapshots.Receive(source.Manifest).Value)
        {
            _target.Copy(source, target);
            target.Flush();
            _target.Files.FlipBit(
                $"{SnapshotNode.Folder}.incoming/{source.Manifest.Files[file].Name}", random.Next((int)source.Manifest.Files[file].Length), random.Next(8));

            Assert.That(target.Complete().Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
        }

        using ISnapshotTarget again = _target.Snapshots.Receive(source.Manifest).Value;
        Assert.That(again.Received, Is.All.Zero);
    }

    [Test]
    public async Task Complete_OfAManifestThatLies_IsCorrupt([Range(0, 3)] int lie)
    {
        using ISnapshotSource source = await CheckpointAndHold();
        SnapshotManifest truth = source.Manifest;
        SnapshotManifest manifest = lie switch
        {
            0 => truth with { Index = truth.Index.Next },
            1 => truth with { RunningHash = truth.RunningHash + 1 },
            2 => truth with { Set = null },
            _ => truth with { Set = truth.Set!.Value with { Set = ControlBench.Sets[1] } },
        };
        using ISnapshotTarget target = _target.Snapshots.Receive(manifest).Value;
        _target.Copy(source, target);

        Assert.That(target.Complete().Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
    }

    [TestCase("../1/manifest-0000000000000009")]
    [TestCase("/etc/passwd")]
    [TestCase("a/b")]
    [TestCase("..")]
    [TestCase("")]
    [TestCase("transfer")]
    [TestCase("install")]
    [TestCase("snapshot")]
    [TestCase("a.new")]
    public async Task Receive_OfANameThatLeadsElsewhere_IsCorrupt(string name)
    {
        using ISnapshotSource source = await CheckpointAndHold();
        SnapshotManifest manifest = source.Manifest with { Files = source.Manifest.Files.SetItem(1, new SnapshotFile(name, 1)) };

        Assert.That(_target.Snapshots.Receive(manifest).Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public async Task Receive_OfAManifestThatCannotBe_IsCorrupt()
    {
        using ISnapshotSource source = await CheckpointAndHold();
        SnapshotManifest good = source.Manifest;
        SnapshotManifest[] bad =
        [
            good with { Shard = new ShardId(2) },
            good with { Index = default },
            good with { Files = [] },
            good with { Files = good.Files.Add(good.Files[0]) },
            good with { Files = good.Files.SetItem(0, good.Files[0] with { Length = -1 }) },
            good with { Set = good.Set!.Value with { Index = good.Index.Next } },
        ];
        Assert.That(bad.Select(each => _target.Snapshots.Receive(each).Error?.Code), Is.All.EqualTo(ErrorCode.Corrupt));
    }

    [Test]
    public async Task Receive_OfAnotherSnapshot_BeginsAnew()
    {
        using ISnapshotSource source = await CheckpointAndHold();
        using (ISnapshotTarget target = _target.Snapshots.Receive(source.Manifest).Value)
        {
            _target.Copy(source, target);
            target.Flush();
            Assert.That(_target.Snapshots.Receive(source.Manifest).Error?.Code, Is.EqualTo(ErrorCode.Unavailable), "one at a time");
        }

        using (ISnapshotTarget same = _target.Snapshots.Receive(source.Manifest).Value)
        {
            Assert.That(same.Received, Is.EqualTo(source.Manifest.Files.Select(file => file.Length)));
        }

        using ISnapshotTarget other = _target.Snapshots.Receive(source.Manifest with { Id = 5 }).Value;
        Assert.That(other.Received, Is.All.Zero);
    }

    [Test]
    public async Task Clear_OfATransferThatCanGoOn_KeepsIt()
    {
        using ISnapshotSource source = await CheckpointAndHold();
        using (ISnapshotTarget target = _target.Snapshots.Receive(source.Manifest).Value)
        {
            _target.Copy(source, target);
            target.Flush();
        }

        _target.Snapshots.Clear();
        using (ISnapshotTarget same = _target.Snapshots.Receive(source.Manifest).Value)
        {
            Assert.That(same.Received.Sum(), Is.GreaterThan(0));
        }

        _target.Files.Delete($"{SnapshotNode.Folder}.incoming/transfer");
        _target.Snapshots.Clear();
        Assert.That(_target.Files.ListDirectories("/data/shards"), Is.Empty);
    }

    private async Task<ISnapshotSource> CheckpointAndHold()
    {
        _history.Write(60);
        _source.Apply(_history.Log);
        await _source.Machine.BeginCheckpoint();
        return _source.Snapshots.Hold().Value;
    }

    private static byte[] ReadAll(ISnapshotSource source)
    {
        var all = new MemoryStream();
        for (int file = 0; file < source.Manifest.Files.Length; file++)
        {
            byte[] bytes = new byte[source.Manifest.Files[file].Length];
            Assert.That(source.Read(file, 0, bytes), Is.EqualTo(bytes.Length));
            all.Write(bytes);
        }

        return all.ToArray();
    }

    private ShardManifest ManifestOf(SnapshotNode node, ulong? generation = null)
    {
        var folder = new ManifestFolder(node.Files, SnapshotNode.Folder, DocumentWorkbench.Shard, _keys, new SeededRandom(1));
        return folder.Read(generation ?? folder.List()[0]).Manifest;
    }

    private IEnumerable<UInt128> Salts(SnapshotNode node) => new[] { ManifestOf(node).Items, ManifestOf(node).Nodes }
        .SelectMany(records => records.Blocks.Epochs).Select(epoch => epoch.Salt);

    /// <summary>Blocks behind the snapshot's end that an epoch of before it seals.</summary>
    private int NewBlocksUnderOldEpochs(SnapshotNode node, SnapshotManifest snapshot)
    {
        ShardManifest now = ManifestOf(node);
        ShardManifest then = ManifestOf(node, ulong.Parse(snapshot.Files[0].Name["manifest-".Length..], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture));
        int old = 0;
        foreach ((RecordManifest before, RecordManifest after) in new[] { (then.Items, now.Items), (then.Nodes, now.Nodes) })
        {
            // The group that the end lies in stands in the manifest, a tag entry of 32 bytes for each block.
            ReadOnlySpan<byte> tags = after.Blocks.Tail!.Tags;
            long first = after.Blocks.End - (after.Blocks.End % Storage.Devices.BlockGeometry.GroupBytes);
            for (int at = 0; at < tags.Length; at += 32)
            {
                bool isNew = first + (at / 32L * 4096) >= before.Blocks.End;
                old += isNew && BitConverter.ToUInt32(tags[at..]) < before.Blocks.NextEpoch ? 1 : 0;
            }
        }

        return old;
    }
}
