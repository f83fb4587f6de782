using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Tests.Doubles;

namespace Nacre.Replication.Tests;

/// <summary>When checkpoints are taken, what they free, and what becomes of those that fail.</summary>
[TestFixture]
public sealed class ReplicaCheckpointTests
{
    private static readonly ShardReplicaOptions Small = new() { CheckpointAfterBytes = 4 << 10, CheckpointRetryAfter = TimeSpan.FromSeconds(10) };

    [Test]
    public async Task Checkpoint_AfterEnoughBytes_IsTakenAndReleasesTheLogThroughTheOlder()
    {
        await using Rig rig = await Rig.StartedAsync(Small);
        while (rig.Disk.Count < 3)
        {
            await rig.ProposeAsync(new byte[500]);
        }

        await rig.Replica.StopAsync(default);

        Assert.That(rig.Log.Releases, Is.Not.Empty);
        Assert.That(rig.Log.Releases[^1].Through, Is.EqualTo(rig.Disk.Older!.Applied));
        Assert.That(rig.Log.StateOf(Rig.Shard).TruncationIndex, Is.EqualTo(rig.Disk.Older.Applied));
    }

    [Test]
    public async Task Checkpoint_OfALargeStore_ComesAfterItsShareOfBytes()
    {
        await using Rig rig = await Rig.StartedAsync(new ShardReplicaOptions { CheckpointNotBeforeBytes = 4 << 10, CheckpointAfterShare = 2 });
        rig.Machine.StoredBytes = 100_000;
        long proposed = 0;
        while (rig.Disk.Count == 0)
        {
            await rig.ProposeAsync(new byte[5000]);
            proposed += 5000;
        }

        Assert.That(proposed, Is.InRange(45_000, 60_000));

        rig.Machine.StoredBytes = 0;
        proposed = 0;
        while (rig.Disk.Count == 1)
        {
            await rig.ProposeAsync(new byte[500]);
            proposed += 500;
        }

        Assert.That(proposed, Is.InRange(2_000, 8_000));
    }

    [Test]
    public async Task Checkpoint_WhileItIsWritten_LetsWritesGoOn()
    {
        await using Rig rig = await Rig.StartedAsync(Small);
        rig.Disk.Holds = true;
        await rig.ProposeAsync(new byte[5000]);
        for (int n = 0; n < 10; n++)
        {
            Assert.That((await rig.ProposeAsync(new byte[5000])).IsOk);
        }

        Assert.That(rig.Disk.Count, Is.Zero);
        Task<Result<LogIndex>> asked = rig.Replica.CheckpointAsync(default);
        rig.Disk.Holds = false;
        rig.Disk.Release();
        Result<LogIndex> checkpointed = await asked;

        Assert.That(checkpointed.Value, Is.EqualTo(new LogIndex(12)), "one that ran before does not count");
        Assert.That(rig.Disk.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task Checkpoint_WithNothingNew_IsNotTaken()
    {
        await using Rig rig = await Rig.StartedAsync();
        await rig.ProposeAsync(1);

        await rig.Replica.CheckpointAsync(default);
        Result<LogIndex> second = await rig.Replica.CheckpointAsync(default);

        Assert.That(second.Value, Is.EqualTo(new LogIndex(2)));
        Assert.That(rig.Disk.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Checkpoint_WithoutSpace_IsTriedAgainAfterAPause()
    {
        await using Rig rig = await Rig.StartedAsync(Small);
        rig.Disk.Fault = new StorageFaultException(StorageFaultKind.NoSpace, "manifest", "byte 0", "No space is left");
        await rig.ProposeAsync(new byte[5000]);
        await rig.ProposeAsync(1);
        Assert.That(rig.Disk.Count, Is.Zero);
        Assert.That(rig.Replica.State, Is.EqualTo(ReplicaState.Serving));

        rig.Time.Advance(TimeSpan.FromSeconds(11));
        await rig.ProposeAsync(2);
        await rig.ProposeAsync(3);

        Assert.That(rig.Disk.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Checkpoint_AskedForWithoutSpace_SaysSo()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Disk.Fault = new StorageFaultException(StorageFaultKind.NoSpace, "manifest", "byte 0", "No space is left");

        Result<LogIndex> refused = await rig.Replica.CheckpointAsync(default);

        Assert.That(refused.Error?.Code, Is.EqualTo(ErrorCode.DiskFull));
    }

    [Test]
    public async Task Checkpoint_OnAFailingDisk_StopsTheReplica()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Disk.Fault = new StorageFaultException(StorageFaultKind.Io, "manifest", "byte 0", "The disk failed");

        Result<LogIndex> refused = await rig.Replica.CheckpointAsync(default);

        Assert.That(refused.Error?.Code, Is.EqualTo(ErrorCode.StorageFailed));
        Assert.That((await rig.Replica.Faulted).Code, Is.EqualTo(ErrorCode.StorageFailed));
    }

    [Test]
    public async Task RequestCheckpoint_Always_TakesOneSoon()
    {
        await using Rig rig = await Rig.StartedAsync();
        await rig.ProposeAsync(1);

        rig.Replica.RequestCheckpoint();
        await rig.ProposeAsync(2);
        await rig.ProposeAsync(3);

        Assert.That(rig.Disk.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task RequestCheckpoint_WithNothingNew_FreesTheLogForTheOlderOne()
    {
        await using Rig rig = await Rig.StartedAsync();
        await rig.ProposeAsync(1);
        await rig.Replica.CheckpointAsync(default);
        Assert.That(rig.Log.StateOf(Rig.Shard).TruncationIndex, Is.EqualTo(default(LogIndex)));

        rig.Replica.RequestCheckpoint();
        rig.Replica.RequestCheckpoint();
        await rig.Replica.StopAsync(default);

        Assert.That(rig.Disk.Count, Is.EqualTo(2), "a third would free nothing");
        Assert.That(rig.Log.StateOf(Rig.Shard).TruncationIndex, Is.EqualTo(new LogIndex(2)));
    }

    [Test]
    public async Task Tick_WithMaintenanceToDo_RunsItToTheEnd()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Machine.MaintenanceLeft = 5;

        rig.Replica.Tick();
        await rig.Machine.Maintained.Task;

        Assert.That(rig.Machine.MaintenanceLeft, Is.Zero);
    }

    [Test]
    public async Task Stop_Always_DrainsCheckpointsAndRefuses()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Log.Holds = true;
        ValueTask<Result<CommandOutcome>> inFlight = rig.ProposeAsync(1);
        Task stopping = rig.Replica.StopAsync(default);

        Assert.That((await rig.ProposeAsync(2)).Error?.Code, Is.EqualTo(ErrorCode.Unavailable));
        Assert.That(stopping.IsCompleted, Is.False);
        rig.Log.FlushAll();

        Assert.That((await inFlight).IsOk);
        await stopping;
        Assert.That(rig.Disk.Newest!.Applied, Is.EqualTo(new LogIndex(2)));
        Assert.That(rig.Replica.State, Is.EqualTo(ReplicaState.Stopped));
        Assert.That((await rig.Replica.CheckpointAsync(default)).Error?.Code, Is.EqualTo(ErrorCode.Unavailable));
        Assert.That((await rig.Replica.ReadIndexAsync(default)).Error?.Code, Is.EqualTo(ErrorCode.Unavailable));
    }

    [Test]
    public async Task Stop_CutShort_LeavesTheOutcomeUnknown()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Log.Holds = true;
        ValueTask<Result<CommandOutcome>> inFlight = rig.ProposeAsync(1);
        using var cancellation = new CancellationTokenSource();
        Task stopping = rig.Replica.StopAsync(cancellation.Token);

        await cancellation.CancelAsync();

        Assert.That(async () => await stopping, Throws.InstanceOf<OperationCanceledException>());
        await rig.Replica.DisposeAsync();
        Assert.That((await inFlight).Error?.Code, Is.EqualTo(ErrorCode.OutcomeUnknown));
        rig.Log.FlushAll();
        Assert.That(rig.Machine.IsDisposed, "a flush that comes late meets nobody");
    }

    [Test]
    public async Task Dispose_WithACheckpointUnderWay_WaitsForIt()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Disk.Holds = true;
        Task<Result<LogIndex>> asked = rig.Replica.CheckpointAsync(default);
        await rig.Disk.WhenHeld();
        ValueTask disposing = rig.Replica.DisposeAsync();

        Assert.That((await asked).Error?.Code, Is.EqualTo(ErrorCode.Unavailable));
        Assert.That(rig.Machine.IsDisposed, Is.False);
        rig.Disk.Release();
        await disposing;
        Assert.That(rig.Machine.IsDisposed);
    }
}
