using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Storage.Snapshots;
using Nacre.Storage.Tests.Control;
using Nacre.Storage.Tests.Support;

namespace Nacre.Storage.Tests.Snapshots;

/// <summary>Holds the layouts of <c>docs/formats/snapshot.md</c>.</summary>
[TestFixture]
public sealed class SnapshotFormatTests
{
    private static readonly SnapshotManifest Manifest = new(
        7, new ShardId(1), new LogIndex(30), new LoggedReplicaSet(new LogIndex(20), ControlBench.Sets[1]), 99,
        [new SnapshotFile("manifest-0000000000000001", 500), new SnapshotFile("items-00000000-0000.seg", 90_000)]);

    [Test]
    public void Transfer_Sample_MatchesGoldenFile()
    {
        byte[] written = SnapshotFiles.WriteTransfer(Manifest, [500, 4096]);
        Golden.Check("snapshot-transfer-v1.bin", written);

        Assert.That(SnapshotFiles.TryReadTransfer(written, Manifest, out long[] received));
        Assert.That(received, Is.EqualTo(new long[] { 500, 4096 }));
        Assert.That(SnapshotFiles.TryReadTransfer(written, Manifest with { RunningHash = 98 }, out _), Is.False);
        Assert.That(SnapshotFiles.TryReadTransfer(written, Manifest with { Id = 8 }, out _), Is.False);
    }

    [Test]
    public void Install_Sample_MatchesGoldenFile()
    {
        var point = new SnapshotPoint(new LogIndex(30), new Term(4));
        byte[] written = SnapshotFiles.WriteInstall(point, Manifest.Files.Select(file => file.Name));
        Golden.Check("snapshot-install-v1.bin", written);

        Assert.That(SnapshotFiles.ReadInstall("install", written).Point, Is.EqualTo(point));
        Assert.That(SnapshotFiles.ReadInstall("install", written).Names, Is.EqualTo(Manifest.Files.Select(file => file.Name)));
    }

    [Test]
    public void Files_Altered_AreRefused() => Gen.Select(Gen.Int[0, 10_000], Gen.Byte[1, 255]).Sample((at, change) =>
    {
        byte[] transfer = SnapshotFiles.WriteTransfer(Manifest, [500, 4096]);
        transfer[at % transfer.Length] ^= change;
        byte[] install = SnapshotFiles.WriteInstall(default, ["a"]);
        install[at % install.Length] ^= change;

        Assert.That(SnapshotFiles.TryReadTransfer(transfer, Manifest, out _), Is.False);
        Assert.That(() => SnapshotFiles.ReadInstall("install", install), Throws.TypeOf<StorageFaultException>());
    });
}
