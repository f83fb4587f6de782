using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Tests.Doubles;
using Nacre.Testing;

namespace Nacre.Replication.Tests;

/// <summary>What a start finds again, and when it refuses.</summary>
[TestFixture]
public sealed class ReplicaRecoveryTests
{
    [Test]
    public async Task Start_WhoseFlushesEndOnAnotherThread_HasAppliedWhatItOpened()
    {
        // The start and the flush's thread meet at the opening entry: many times on busy cores, since who is first is chance.
        await Parallel.ForAsync(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (_, stop) =>
        {
            await using var rig = new Rig();
            rig.Log.Holds = true;
            Task<RecoveryReport> start = Task.Run(() => rig.Replica.StartAsync(stop), stop);
            for (int flush = 0; flush < 2; flush++)
            {
                await rig.Log.WhenWaiting();
                await Task.Run(rig.Log.FlushOne, stop);
            }

            await start;
            Assert.That(rig.Machine.Applied.Value, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Start_AfterACrash_AppliesWhatWasFlushed()
    {
        await using Rig rig = await Rig.StartedAsync(new ShardReplicaOptions { MaxApplyEntries = 7, RecoveryBatchBytes = 64 << 10 });
        for (int n = 0; n < 500; n++)
        {
            await rig.ProposeAsync([(byte)n, (byte)(n >> 8), .. new byte[1000]]);
        }

        rig.Log.Holds = true;
        ValueTask<Result<CommandOutcome>> lost = rig.ProposeAsync(255);
        await rig.RestartAsync();
        Assert.That((await lost).Error?.Code, Is.EqualTo(ErrorCode.OutcomeUnknown));
        RecoveryReport report = await rig.Replica.StartAsync(default);

        Assert.Multiple(() =>
        {
            Assert.That(report.LastRecovered, Is.EqualTo(new LogIndex(501)));
            Assert.That(report.Replayed, Is.EqualTo(501));
            Assert.That(report.Term, Is.EqualTo(new Term(2)));
            Assert.That(rig.Machine.Commands, Has.Count.EqualTo(500));
            Assert.That(rig.Machine.Batches, Has.All.LessThanOrEqualTo(7));
        });
        Result<CommandOutcome> next = await rig.ProposeAsync(1);
        Assert.That(next.Value.Lsn, Is.EqualTo(new Lsn(501)), "the sequence goes on without a gap");
    }

    [Test]
    public async Task Start_AfterTheClockFellBack_StampsNoEarlierTime()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Time.Advance(TimeSpan.FromHours(1));
        await rig.ProposeAsync(1);
        DateTimeOffset last = rig.Machine.AppliedTime;
        await rig.RestartAsync();
        rig.Time.AdjustTime(rig.Time.GetUtcNow() - TimeSpan.FromMinutes(30));

        await rig.Replica.StartAsync(default);
        await rig.ProposeAsync(2);

        Assert.That(rig.Machine.AppliedTime, Is.EqualTo(last));
    }

    [Test]
    public async Task Start_WithNothingLeftInTheLog_TakesStampsFromTheCheckpoint()
    {
        await using Rig rig = await Rig.StartedAsync();
        await rig.ProposeAsync(1);
        await rig.Replica.CheckpointAsync(default);
        rig.Time.Advance(TimeSpan.FromSeconds(3));
        await rig.ProposeAsync(2);
        await rig.Replica.CheckpointAsync(default);
        rig.Log.Release(Rig.Shard, rig.Machine.Applied);
        DateTimeOffset last = rig.Machine.AppliedTime;
        await rig.RestartAsync();
        rig.Time.AdjustTime(rig.Time.GetUtcNow() - TimeSpan.FromHours(1));

        await rig.Replica.StartAsync(default);
        Result<CommandOutcome> next = await rig.ProposeAsync(3);

        Assert.That(next.Value.Lsn, Is.EqualTo(new Lsn(3)));
        Assert.That(rig.Machine.AppliedTime, Is.EqualTo(last));
    }

    [Test]
    public async Task Start_FromTheOlderCheckpoint_ReplaysFromThere()
    {
        await using Rig rig = await Rig.StartedAsync();
        await rig.ProposeAsync(1);
        await rig.Replica.CheckpointAsync(default);
        await rig.ProposeAsync(2);
        await rig.Replica.CheckpointAsync(default);
        await rig.ProposeAsync(3);
        rig.Disk.LoseNewest();

        await rig.RestartAsync();
        RecoveryReport report = await rig.Replica.StartAsync(default);

        Assert.That(report.Checkpoint, Is.EqualTo(new LogIndex(2)));
        Assert.That(rig.Machine.Commands.Select(command => command[0]), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public async Task Start_WithALogThatBeginsTooLate_IsCorrupt()
    {
        await using Rig rig = await Rig.StartedAsync();
        await rig.ProposeAsync(1);
        await rig.ProposeAsync(2);
        rig.Log.Release(Rig.Shard, new LogIndex(2));
        await rig.RestartAsync();

        StorageFaultException? fault = await Assert.ThrowsAsync<StorageFaultException>(() => rig.Replica.StartAsync(default));

        Assert.That(fault?.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
        Assert.That(rig.Replica.State, Is.EqualTo(ReplicaState.Failed));
        Assert.That((await rig.ProposeAsync(1)).Error?.Code, Is.EqualTo(ErrorCode.StorageFailed));
    }

    [Test]
    public async Task Start_WithALogThatEndsBeforeTheCheckpoint_IsCorrupt()
    {
        await using Rig rig = await Rig.StartedAsync();
        MemoryLog older = rig.Log.Restart();
        await rig.ProposeAsync(1);
        await rig.Replica.CheckpointAsync(default);
        await rig.RestartAsync(older);

        StorageFaultException? fault = await Assert.ThrowsAsync<StorageFaultException>(() => rig.Replica.StartAsync(default));

        Assert.That(fault?.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
    }

    [Test]
    public async Task Start_WhenTheDiskIsFull_WaitsAndServesWhenThereIsRoom()
    {
        await using var rig = new Rig();
        rig.Log.Holds = true;
        Task<RecoveryReport> starting = rig.Replica.StartAsync(default);
        await rig.Log.WhenWaiting();
        rig.Log.RejectOne(ErrorCode.DiskFull);
        Assert.That((await rig.ProposeAsync(1)).Error?.Code, Is.EqualTo(ErrorCode.Unavailable));

        while (rig.Log.Waiting == 0)
        {
            rig.Replica.Tick();
            await Task.Yield();
        }

        rig.Log.FlushAll();
        RecoveryReport report = await starting;
        Assert.That(report.Term, Is.EqualTo(new Term(2)));
        Assert.That((await rig.ProposeAsync(1)).IsOk);
    }

    [Test]
    public async Task Start_Cancelled_CanBeDisposed()
    {
        await using var rig = new Rig();
        rig.Log.Holds = true;
        using var cancellation = new CancellationTokenSource();
        Task<RecoveryReport> starting = rig.Replica.StartAsync(cancellation.Token);
        await rig.Log.WhenWaiting();

        await cancellation.CancelAsync();

        Assert.That(async () => await starting, Throws.InstanceOf<OperationCanceledException>());
        await rig.Replica.DisposeAsync();
        Assert.That(rig.Machine.IsDisposed);
    }

    [Test]
    public async Task Dispose_WhileStarting_EndsTheStart()
    {
        await using var rig = new Rig();
        rig.Log.Holds = true;
        Task<RecoveryReport> starting = rig.Replica.StartAsync(default);
        await rig.Log.WhenWaiting();

        await rig.Replica.DisposeAsync();

        Assert.That(async () => await starting, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Dispose_NeverStarted_DisposesTheMachine()
    {
        var rig = new Rig();
        await rig.Replica.DisposeAsync();
        await rig.DisposeAsync();

        Assert.That(rig.Machine.IsDisposed);
    }

    [Test]
    public async Task Entries_Always_CarryTheReplicasStamps()
    {
        await using Rig rig = await Rig.StartedAsync();
        await rig.ProposeAsync(1);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.Replica.ProposeAsync(new Proposal(new EntryHeader { Kind = EntryKind.Data, Activity = new ActivityId(42) }, new byte[] { 2 }), default);

        EntryHeader first = rig.Machine.Headers[1];
        EntryHeader second = rig.Machine.Headers[2];
        Assert.Multiple(() =>
        {
            Assert.That(first.Cluster, Is.EqualTo(new ClusterId(7)));
            Assert.That(first.Shard, Is.EqualTo(Rig.Shard));
            Assert.That(first.Key, Is.EqualTo(new TestDataKeys().Current(KeyDomainId.Shared)));
            Assert.That(first.Sequence, Is.EqualTo(new Sequence(1)));
            Assert.That(first.Activity.Value, Is.Not.EqualTo(UInt128.Zero), "the cluster's own commands get a name");
            Assert.That(second.Activity, Is.EqualTo(new ActivityId(42)));
            Assert.That(second.Time - first.Time, Is.EqualTo(TimeSpan.FromSeconds(1)));
        });
    }
}
