using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Storage.Control;
using Nacre.Storage.Tests.Control;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Snapshots;

/// <summary>The control shard's snapshots.</summary>
[TestFixture]
public sealed class ControlSnapshotTests
{
    private readonly TestDataKeys _keys = new();

    [Test]
    public void Hold_WithoutACheckpoint_IsUnavailable() =>
        Assert.That(SnapshotsOn(new SimulatedFileSystem()).Hold().Error?.Code, Is.EqualTo(ErrorCode.Unavailable));

    [Test]
    public async Task Install_OnAnotherNode_GivesTheState()
    {
        ControlBench source = await Filled();
        using ISnapshotSource held = SnapshotsOn(source.Files).Hold().Value;
        for (int round = 0; round < 3; round++)
        {
            source.NoOp();
            await source.Machine.BeginCheckpoint();
        }

        var target = new ControlBench();
        IShardSnapshots snapshots = SnapshotsOn(target.Files);
        Receive(snapshots, held);

        ControlStateMachine opened = target.Open();
        Assert.That((opened.Applied, opened.RunningHash), Is.EqualTo((held.Manifest.Index, held.Manifest.RunningHash)));
        Assert.That(opened.AppliedSet?.Set.ToString(), Is.EqualTo(ControlBench.Sets[2].ToString()));
        Assert.That(snapshots.PendingReset, Is.EqualTo(new SnapshotPoint(held.Manifest.Index, new Term(3))));
        Assert.That(ControlVerifier.Verify(ControlBench.Folder, target.Files, _keys, new SeededRandom(1)).Findings, Is.Empty);
        snapshots.ResetDone();
        Assert.That(snapshots.PendingReset, Is.Null);
    }

    [Test]
    public async Task Install_CrashedAtAnyChange_GivesTheOneStateOrTheOther([Values(1ul, 2ul, 3ul)] ulong seed)
    {
        ControlBench source = await Filled();
        using ISnapshotSource held = SnapshotsOn(source.Files).Hold().Value;
        for (long step = 1; ; step++)
        {
            ControlBench target = ControlBench.Created();
            await target.Machine.BeginCheckpoint();
            ulong before = target.Machine.RunningHash;
            target.Files.CrashAt(target.Files.Changes + step, seed);
            bool isDone = true;
            try
            {
                Receive(SnapshotsOn(target.Files), held);
            }
            catch (SimulatedCrashException)
            {
                isDone = false;
            }

            target.Files = target.Files.Reboot(seed);
            ControlStateMachine opened = target.Open();
            bool isNew = SnapshotsOn(target.Files).PendingReset is not null;
            Assert.That(opened.RunningHash, Is.EqualTo(isNew ? held.Manifest.RunningHash : before), $"step {step}");
            if (isDone)
            {
                Assert.That(isNew);
                return;
            }
        }
    }

    [Test]
    public async Task Complete_OfDamagedBytes_IsCorrupt()
    {
        ControlBench source = await Filled();
        using ISnapshotSource held = SnapshotsOn(source.Files).Hold().Value;
        var files = new SimulatedFileSystem();
        using ISnapshotTarget target = SnapshotsOn(files).Receive(held.Manifest).Value;
        byte[] bytes = new byte[held.Manifest.Files[0].Length];
        held.Read(0, 0, bytes);
        bytes[200] ^= 1;
        target.Write(0, 0, bytes);

        Assert.That(target.Complete().Error?.Code, Is.EqualTo(ErrorCode.Corrupt));
    }

    private static void Receive(IShardSnapshots snapshots, ISnapshotSource held)
    {
        using ISnapshotTarget target = snapshots.Receive(held.Manifest).Value;
        byte[] bytes = new byte[held.Manifest.Files[0].Length];
        Assert.That(held.Read(0, 0, bytes), Is.EqualTo(bytes.Length));
        target.Write(0, 0, bytes.AsSpan(0, 100));
        target.Flush();
        target.Write(0, 100, bytes.AsSpan(100));
        Assert.That(target.Complete().IsOk);
        target.Install(new Term(3));
    }

    private static async Task<ControlBench> Filled()
    {
        ControlBench bench = ControlBench.Created();
        bench.Run(new CreateDatabase("warehouse", KeyDomainId.Shared));
        bench.Configure(ControlBench.Sets[2]);
        await bench.Machine.BeginCheckpoint();
        return bench;
    }

    private IShardSnapshots SnapshotsOn(SimulatedFileSystem files) =>
        ControlStateMachine.Snapshots(ControlBench.Folder, files, _keys, new SeededRandom(5));
}
