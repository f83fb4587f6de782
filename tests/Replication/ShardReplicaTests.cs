using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Raft;
using Nacre.Replication.Tests.Doubles;

namespace Nacre.Replication.Tests;

/// <summary>The way of a proposal: what is answered, when, and in which order.</summary>
[TestFixture]
public sealed class ShardReplicaTests
{
    [Test]
    public async Task Propose_ByAProposerWhoMayWait_IsAnsweredOnReturn()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Log.WritesNow = true;

        ValueTask<Result<CommandOutcome>> waited = rig.Replica.ProposeAsync(Rig.Write(1) with { MayWait = true }, default);

        Assert.That(waited.IsCompletedSuccessfully, Is.True);
        Assert.That((await waited).IsOk, Is.True);
        Assert.That(rig.Machine.Commands[^1], Is.EqualTo(new byte[] { 1 }));
        Assert.That(rig.Log.WrittenNow, Is.EqualTo(1));
        Assert.That((await rig.ProposeAsync(2)).IsOk, Is.True);
        Assert.That(rig.Log.WrittenNow, Is.EqualTo(1), "who may not wait writes nothing");
    }

    [Test]
    public async Task Propose_ByAProposerWhoMayWaitBehindAnother_LeavesItToTheLog()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Log.WritesNow = rig.Log.Holds = true;
        ValueTask<Result<CommandOutcome>> first = rig.ProposeAsync(1);
        await rig.Log.WhenWaiting();

        ValueTask<Result<CommandOutcome>> second = rig.Replica.ProposeAsync(Rig.Write(2) with { MayWait = true }, default);

        Assert.That(second.IsCompleted, Is.False, "an entry must not overtake one on its way");
        Assert.That(rig.Log.WrittenNow, Is.Zero);
        rig.Log.FlushOne();
        rig.Log.FlushOne();
        Assert.That((await first).IsOk && (await second).IsOk, Is.True);
    }

    [Test, CancelAfter(30_000)]
    public async Task Loop_ThrowsAfterItGaveEntriesToApply_AnswersAllAndEnds(CancellationToken cancellationToken)
    {
        var rig = new Rig();
        await rig.Replica.StartAsync(cancellationToken);
        rig.Log.Holds = true;
        Task<Result<CommandOutcome>> committed = rig.ProposeAsync(1).AsTask();
        await rig.Log.WhenWaiting();

        // One round hears of the flush, gives the entry to the applier, and fails at the next append.
        rig.Scheduler.Hold();
        rig.Log.FlushOne();
        Task<Result<CommandOutcome>> next = rig.ProposeAsync(2).AsTask();
        rig.Log.Throws = new InvalidOperationException("a bug");
        rig.Scheduler.LetGo();

        Assert.That((await rig.Replica.Faulted.WaitAsync(cancellationToken)).Code, Is.EqualTo(ErrorCode.Internal));
        Assert.That((await committed.WaitAsync(cancellationToken)).Error?.Code, Is.Null.Or.EqualTo(ErrorCode.OutcomeUnknown));
        Assert.That((await next.WaitAsync(cancellationToken)).Error?.Code, Is.EqualTo(ErrorCode.OutcomeUnknown));
        await rig.DisposeAsync().AsTask().WaitAsync(cancellationToken);
    }

    [Test]
    public async Task Start_OnAnEmptyLog_OpensTermOneWithOneEntry()
    {
        await using var rig = new Rig();

        RecoveryReport report = await rig.Replica.StartAsync(default);

        Assert.Multiple(() =>
        {
            Assert.That(report.Term, Is.EqualTo(new Term(1)));
            Assert.That(report.LastRecovered, Is.EqualTo(default(LogIndex)));
            Assert.That(rig.Replica.Status.Role, Is.EqualTo(RaftRole.Leader));
            Assert.That(rig.Machine.Applied, Is.EqualTo(new LogIndex(1)));
            Assert.That(rig.Machine.Headers.Single().Kind, Is.EqualTo(EntryKind.NoOp));
        });
    }

    [Test]
    public async Task Start_BeforeTheVoteIsFlushed_AppendsNoEntry()
    {
        await using var rig = new Rig();
        rig.Log.Holds = true;
        Task<RecoveryReport> starting = rig.Replica.StartAsync(default);
        await rig.Log.WhenWaiting();

        Assert.That(rig.Replica.Status.LastIndex, Is.EqualTo(default(LogIndex)));
        rig.Log.FlushOne();
        await rig.Log.WhenWaiting();
        Assert.That(rig.Replica.State, Is.EqualTo(ReplicaState.Starting));
        Result<LogIndex> early = await rig.Replica.ReadIndexAsync(default);
        Assert.That(early.Error?.Code, Is.EqualTo(ErrorCode.Unavailable));

        rig.Log.FlushOne();
        await starting;
        Assert.That(rig.Replica.State, Is.EqualTo(ReplicaState.Serving));
    }

    [Test]
    public async Task Propose_Flushed_AppliesAndAnswers()
    {
        await using Rig rig = await Rig.StartedAsync();

        Result<CommandOutcome> outcome = await rig.ProposeAsync(1, 2, 3);

        Assert.That(outcome.Value.Lsn, Is.EqualTo(new Lsn(1)));
        Assert.That(rig.Machine.Commands.Single(), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }

    [Test]
    public async Task Propose_BeforeTheFlush_IsNotAnswered()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Log.Holds = true;
        ValueTask<Result<CommandOutcome>> first = rig.ProposeAsync(1);
        ValueTask<Result<CommandOutcome>> second = rig.ProposeAsync(2);
        await rig.Log.WhenWaiting();

        Assert.That(first.IsCompleted, Is.False);
        Assert.That(rig.Machine.Commands, Is.Empty);

        rig.Log.FlushOne();
        await first;
        Assert.That(second.IsCompleted, Is.False);
        rig.Log.FlushAll();
        Assert.That((await second).IsOk);
    }

    [Test]
    public async Task Propose_ManyAtOnce_AppliesInOrderOfSequenceWithoutGaps()
    {
        await using Rig rig = await Rig.StartedAsync();
        Task<Result<CommandOutcome>>[] proposals =
            [.. Enumerable.Range(0, 2_000).AsParallel().Select(n => rig.ProposeAsync((byte)n, (byte)(n >> 8)).AsTask())];

        Result<CommandOutcome>[] outcomes = await Task.WhenAll(proposals);

        Assert.That(outcomes.Select(outcome => outcome.Value.Lsn.Value).Order(), Is.EqualTo(Enumerable.Range(1, 2_000).Select(n => (ulong)n)));
        Assert.That(rig.Machine.Commands, Has.Count.EqualTo(2_000));
        Assert.That(rig.Replica.Status.PendingProposals, Is.Zero);
        Assert.That(rig.Replica.Status.PendingBytes, Is.Zero);
    }

    [Test]
    public async Task Propose_WhileABatchIsFlushed_IsAppendedBehindIt()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Log.Holds = true;
        ValueTask<Result<CommandOutcome>> first = rig.ProposeAsync(1);
        ValueTask<Result<CommandOutcome>> second = rig.ProposeAsync(2);

        await rig.Log.WhenWaiting(2);

        rig.Log.FlushAll();
        Assert.That((await first).IsOk && (await second).IsOk);
    }

    [Test]
    public async Task Propose_WhileTheLogsQueueIsFull_IsGatheredIntoOneAppend()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Log.Holds = true;
        rig.Log.IsFull = true;
        List<Task<Result<CommandOutcome>>> proposals = [.. Enumerable.Range(0, 10).Select(n => rig.ProposeAsync((byte)n).AsTask())];
        Assert.That(rig.Log.Waiting, Is.EqualTo(1));

        rig.Log.MakeRoom();
        await rig.Log.WhenWaiting(2);

        Assert.That(rig.Log.WaitingEntries, Is.EqualTo(new[] { 1, 9 }));
        rig.Log.FlushAll();
        Assert.That(await Task.WhenAll(proposals), Has.All.Matches<Result<CommandOutcome>>(outcome => outcome.IsOk));
    }

    [Test]
    public async Task Propose_CancelledWhileFlushing_EndsTheWaitOnly()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Log.Holds = true;
        using var cancellation = new CancellationTokenSource();
        ValueTask<Result<CommandOutcome>> proposal = rig.Replica.ProposeAsync(Rig.Write(9), cancellation.Token);
        await rig.Log.WhenWaiting();

        await cancellation.CancelAsync();

        Assert.That((await proposal).Error?.Code, Is.EqualTo(ErrorCode.OutcomeUnknown));
        rig.Log.FlushAll();
        await rig.ProposeAsync(1);
        Assert.That(rig.Machine.Commands.Select(command => command[0]), Is.EqualTo(new byte[] { 9, 1 }));
    }

    [Test]
    public async Task Propose_CancelledBeforeTheLog_DoesNothing()
    {
        await using Rig rig = await Rig.StartedAsync();

        Result<CommandOutcome> outcome = await rig.Replica.ProposeAsync(Rig.Write(9), new CancellationToken(canceled: true));

        Assert.That(outcome.Error?.Code, Is.EqualTo(ErrorCode.DeadlineExceeded));
        await rig.ProposeAsync(1);
        Assert.That(rig.Machine.Commands.Select(command => command[0]), Is.EqualTo(new byte[] { 1 }));
        Assert.That(rig.Replica.Status.PendingProposals, Is.Zero);
    }

    [Test]
    public async Task Propose_AboveTheLimit_IsOverloadedWithAHint()
    {
        await using Rig rig = await Rig.StartedAsync(new ShardReplicaOptions { MaxPendingProposals = 2 });
        rig.Log.Holds = true;
        ValueTask<Result<CommandOutcome>> first = rig.ProposeAsync(1);
        ValueTask<Result<CommandOutcome>> second = rig.ProposeAsync(2);

        Result<CommandOutcome> third = await rig.ProposeAsync(3);

        Assert.That(third.Error?.Code, Is.EqualTo(ErrorCode.Overloaded));
        Assert.That(third.Error?.RetryAfter, Is.GreaterThan(TimeSpan.Zero));
        rig.Log.FlushAll();
        Assert.That((await first).IsOk && (await second).IsOk);
        Assert.That((await rig.ProposeAsync(4)).IsOk);
    }

    [Test]
    public async Task Propose_LargerThanAnAppend_IsTooLarge()
    {
        await using Rig rig = await Rig.StartedAsync();

        Result<CommandOutcome> refused = await rig.ProposeAsync(new byte[rig.Log.MaxAppendBytes]);

        Assert.That(refused.Error?.Code, Is.EqualTo(ErrorCode.TooLarge));
        Assert.That(rig.Replica.Status.PendingBytes, Is.Zero);
    }

    [Test]
    public async Task Propose_WithoutRoomInTheStore_IsRefusedBeforeTheLog()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Machine.HasRoom = false;

        Result<CommandOutcome> refused = await rig.ProposeAsync(1);

        Assert.That(refused.Error?.Code, Is.EqualTo(ErrorCode.DiskFull));
        Assert.That(rig.Replica.Status.LastIndex, Is.EqualTo(new LogIndex(1)));
    }

    [Test]
    public async Task Propose_RefusedByAFullDisk_GivesBackPlaceAndSequence()
    {
        await using Rig rig = await Rig.StartedAsync();
        await rig.ProposeAsync(1);
        rig.Log.Holds = true;
        ValueTask<Result<CommandOutcome>> kept = rig.ProposeAsync(2);
        ValueTask<Result<CommandOutcome>> refused = rig.ProposeAsync(3);
        ValueTask<Result<CommandOutcome>> behind = rig.ProposeAsync(4);
        await rig.Log.WhenWaiting(3);

        rig.Log.FlushOne();
        rig.Log.RejectOne(ErrorCode.DiskFull);
        Assert.That((await kept).IsOk);
        ValueTask<Result<CommandOutcome>> late = rig.ProposeAsync(5);
        rig.Log.RejectOne(ErrorCode.DiskFull);

        Assert.That((await refused).Error?.Code, Is.EqualTo(ErrorCode.DiskFull));
        Assert.That((await behind).Error?.Code, Is.EqualTo(ErrorCode.DiskFull));
        Assert.That((await late).Error?.Code, Is.EqualTo(ErrorCode.DiskFull));
        Assert.That(rig.Replica.State, Is.EqualTo(ReplicaState.Serving));

        rig.Log.FlushAll();
        Result<CommandOutcome> after = await rig.ProposeAsync(6);
        Assert.That(after.Value.Lsn, Is.EqualTo(new Lsn(3)));
        Assert.That(rig.Machine.Commands.Select(command => command[0]), Is.EqualTo(new byte[] { 1, 2, 6 }));
    }

    [Test]
    public async Task Propose_WhenTheLogFails_IsUnknownAndTheReplicaStops()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Log.Holds = true;
        ValueTask<Result<CommandOutcome>> inFlight = rig.ProposeAsync(1);
        await rig.Log.WhenWaiting();

        rig.Log.RejectOne(ErrorCode.StorageFailed);

        Assert.That((await inFlight).Error?.Code, Is.EqualTo(ErrorCode.OutcomeUnknown));
        Assert.That((await rig.Replica.Faulted).Code, Is.EqualTo(ErrorCode.StorageFailed));
        Assert.That((await rig.ProposeAsync(2)).Error?.Code, Is.EqualTo(ErrorCode.StorageFailed));
        Assert.That((await rig.Replica.ReadIndexAsync(default)).Error?.Code, Is.EqualTo(ErrorCode.StorageFailed));
        Assert.That(rig.Replica.Status.PendingProposals, Is.Zero);
    }

    [Test]
    public async Task Propose_WhenApplyFails_IsUnknownAndTheReplicaStops()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Machine.Fault = new StorageFaultException(StorageFaultKind.Io, "items", "block 7", "The disk failed");

        Result<CommandOutcome> outcome = await rig.ProposeAsync(1);

        Assert.That(outcome.Error?.Code, Is.EqualTo(ErrorCode.OutcomeUnknown));
        Assert.That((await rig.Replica.Faulted).Code, Is.EqualTo(ErrorCode.StorageFailed));
        Assert.That(rig.Replica.State, Is.EqualTo(ReplicaState.Failed));
    }

    [Test]
    public async Task Propose_WhenApplyHasABug_StopsAsInternal()
    {
        await using Rig rig = await Rig.StartedAsync();
        rig.Machine.Fault = new InvalidOperationException("a bug");

        Result<CommandOutcome> outcome = await rig.ProposeAsync(1);

        Assert.That(outcome.Error?.Code, Is.EqualTo(ErrorCode.OutcomeUnknown));
        Assert.That((await rig.Replica.Faulted).Code, Is.EqualTo(ErrorCode.Internal));
    }

    [Test]
    public async Task ReadIndex_WhileApplying_DoesNotWait()
    {
        await using Rig rig = await Rig.StartedAsync();
        await rig.ProposeAsync(1);
        using var gate = new ManualResetEventSlim();
        rig.Machine.Gate = gate;
        ValueTask<Result<CommandOutcome>> applying = rig.ProposeAsync(2);

        ValueTask<Result<LogIndex>> read = rig.Replica.ReadIndexAsync(default);

        Assert.That(read.IsCompleted);
        Assert.That((await read).Value, Is.EqualTo(new LogIndex(2)), "what was acknowledged is applied; the entry on its way was not");
        gate.Set();
        await applying;
        Assert.That((await rig.Replica.ReadIndexAsync(default)).Value, Is.EqualTo(new LogIndex(3)));
    }
}
