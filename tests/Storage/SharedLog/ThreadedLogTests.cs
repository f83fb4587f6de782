using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Storage.SharedLog;
using Nacre.Testing;

namespace Nacre.Storage.Tests.SharedLog;

/// <summary>The log as the product runs it, with its threads.</summary>
[TestFixture]
public sealed class ThreadedLogTests
{
    private static readonly SegmentedLogOptions Options = LogBench.SmallOptions with { IdleSealAfter = TimeSpan.Zero };

    private readonly TestDataKeys _keys = new();
    private RecordingSink _sink = new();
    private SimulatedFileSystem _files = new();

    [SetUp]
    public void MakeDisk()
    {
        _files = new SimulatedFileSystem();
        _sink = new RecordingSink();
    }

    [Test, CancelAfter(30_000)]
    public async Task AppendAsync_FromManyTasks_FlushesAllInOrder(CancellationToken cancellationToken)
    {
        const int Shards = 4;
        const int Count = 200;
        await using (SegmentedLog log = Open())
        {
            await Task.WhenAll(Enumerable.Range(1, Shards).Select(shard => Task.Run(async () =>
            {
                for (ulong index = 1; index <= Count; index++)
                {
                    LogAppend append = Make((uint)shard, index, new byte[100]);
                    await log.AppendAsync(append, cancellationToken);
                    if (index % 10 == 0)
                    {
                        Assert.That(await _sink.OutcomeOf(append).WaitAsync(cancellationToken), Is.EqualTo(ErrorCode.None));
                    }
                }
            }, cancellationToken)));
        }

        Assert.That(_sink.Told, Has.Count.EqualTo(Shards * Count));
        foreach (IGrouping<ShardId, LogAppend> shard in _sink.Told.Select(told => told.Append).GroupBy(append => append.Shard))
        {
            Assert.That(shard.Select(append => append.Entries[0].Index.Value), Is.Ordered);
        }

        await using SegmentedLog again = Open();
        Assert.That(again.Recovery.IsCleanStop);
        Assert.That(again.Recovery.Shards.Values.Select(state => state.LastIndex.Value), Is.All.EqualTo(Count));
    }

    [Test, CancelAfter(30_000)]
    public async Task Flushed_WithASlowDisk_IsNotToldBeforeTheFlushIsThrough(CancellationToken cancellationToken)
    {
        await using SegmentedLog log = Open();
        using FlushGate gate = _files.HoldFlushes();
        LogAppend first = Make(1, 1, [1]);
        LogAppend second = Make(1, 2, [2]);

        await log.AppendAsync(first, cancellationToken);
        await gate.Reached.WaitAsync(cancellationToken);
        await log.AppendAsync(second, cancellationToken);
        Assert.That(_sink.Told, Is.Empty);
        Assert.That(log.StateOf(new ShardId(1)).LastIndex, Is.EqualTo(new LogIndex(0)));

        gate.Open();
        Assert.That(await _sink.OutcomeOf(first).WaitAsync(cancellationToken), Is.EqualTo(ErrorCode.None));
        Assert.That(await _sink.OutcomeOf(second).WaitAsync(cancellationToken), Is.EqualTo(ErrorCode.None));
    }

    [Test, CancelAfter(30_000)]
    public async Task AppendAsync_WithAFullQueue_WaitsForRoomInOrder(CancellationToken cancellationToken)
    {
        await using SegmentedLog log = Open(Options with { QueueBytes = 100 });
        using FlushGate gate = _files.HoldFlushes();
        await log.AppendAsync(Make(1, 1, new byte[80]), cancellationToken);
        Task second = log.AppendAsync(Make(1, 2, new byte[80]), cancellationToken).AsTask();
        using var impatient = new CancellationTokenSource();
        Task third = log.AppendAsync(Make(2, 1, new byte[80]), impatient.Token).AsTask();
        Assert.That(second.IsCompleted || third.IsCompleted, Is.False);

        await impatient.CancelAsync();
        Assert.That(async () => await third, Throws.InstanceOf<OperationCanceledException>());
        gate.Open();
        await second.WaitAsync(cancellationToken);

        await log.CloseAsync(ReadOnlyMemory<byte>.Empty);
        Assert.That(_sink.Told.Select(told => told.Append.Entries[0].Index.Value), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test, CancelAfter(30_000)]
    public async Task TryWriteNow_AtRest_IsDurableWhenItReturns(CancellationToken cancellationToken)
    {
        LogAppend append = Make(1, 1, [1]);
        await using (SegmentedLog log = Open())
        {
            await WriteAtRestAsync(log, append, cancellationToken);

            Assert.That(_sink.Told.Single(), Is.EqualTo((append, ErrorCode.None)));
            Assert.That(log.StateOf(new ShardId(1)).LastIndex, Is.EqualTo(new LogIndex(1)));
            await using SegmentedLog crashed = Open(files: _files.Reboot(seed: 3));
            Assert.That(crashed.Recovery.Shards[new ShardId(1)].LastIndex, Is.EqualTo(new LogIndex(1)));
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task TryWriteNow_BehindAnAppendUnderWay_IsNotTaken(CancellationToken cancellationToken)
    {
        await using SegmentedLog log = Open();
        using FlushGate gate = _files.HoldFlushes();
        await log.AppendAsync(Make(1, 1, [1]), cancellationToken);
        await gate.Reached.WaitAsync(cancellationToken);

        Assert.That(log.TryWriteNow(Make(1, 2, [2])), Is.False);

        gate.Open();
        await log.CloseAsync(ReadOnlyMemory<byte>.Empty);
        Assert.That(log.TryWriteNow(Make(1, 2, [2])), Is.False, "closed");
        Assert.That(_sink.Told, Has.Count.EqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task TryWriteNow_WhileItWrites_OthersQueueBehindIt(CancellationToken cancellationToken)
    {
        await using SegmentedLog log = Open();
        await WriteAtRestAsync(log, Make(1, 1, [1]), cancellationToken);
        LogAppend held = Make(1, 2, [2]);
        LogAppend behind = Make(1, 3, [3]);
        using FlushGate gate = _files.HoldFlushes();
        var holder = new Thread(() => WriteAtRestAsync(log, held, cancellationToken).GetAwaiter().GetResult());
        holder.Start();
        await gate.Reached.WaitAsync(cancellationToken);

        await log.AppendAsync(behind, cancellationToken);
        Assert.That(log.TryWriteNow(Make(2, 1, [1])), Is.False);
        Assert.That(_sink.Told, Has.Count.EqualTo(1));
        gate.Open();

        Assert.That(await _sink.OutcomeOf(behind).WaitAsync(cancellationToken), Is.EqualTo(ErrorCode.None));
        holder.Join();
        Assert.That(_sink.Told.Select(told => told.Append.Entries[0].Index.Value), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test, CancelAfter(30_000)]
    public async Task TryWriteNow_OfManyBesideAppends_KeepsEachShardsOrder(CancellationToken cancellationToken)
    {
        const int Shards = 4;
        const int Count = 200;
        int now = 0;
        await using (SegmentedLog log = Open())
        {
            await Task.WhenAll(Enumerable.Range(1, Shards).Select(shard => Task.Run(async () =>
            {
                for (ulong index = 1; index <= Count; index++)
                {
                    LogAppend append = Make((uint)shard, index, new byte[100]);
                    if (log.TryWriteNow(append))
                    {
                        Interlocked.Increment(ref now);
                        Assert.That(_sink.OutcomeOf(append).IsCompletedSuccessfully);
                    }
                    else
                    {
                        await log.AppendAsync(append, cancellationToken);
                        await _sink.OutcomeOf(append).WaitAsync(cancellationToken);
                    }
                }
            }, cancellationToken)));
        }

        await TestContext.Out.WriteLineAsync($"{now} of {Shards * Count} on the caller's thread");
        Assert.That(_sink.Told.Select(told => told.Reason), Is.All.EqualTo(ErrorCode.None));
        await using SegmentedLog again = Open();
        Assert.That(again.Recovery.IsCleanStop);
        Assert.That(again.Recovery.Shards.Values.Select(state => state.LastIndex.Value), Is.All.EqualTo(Count));
    }

    [Test, CancelAfter(30_000)]
    public async Task TryWriteNow_WithASegmentFullAndNoneReady_LeavesItToTheLogsThread(CancellationToken cancellationToken)
    {
        // The disk is full, so that no segment can be made ready while the active one fills up.
        await using SegmentedLog log = Open();
        await WriteAtRestAsync(log, Make(1, 1, [1]), cancellationToken);
        _files.QuotaBytes = _files.UsedBytes;
        ulong index = 1;
        LogAppend append;
        do
        {
            append = Make(1, ++index, new byte[20_000]);
            if (!log.TryWriteNow(append))
            {
                await log.AppendAsync(append, cancellationToken);
            }

            await _sink.OutcomeOf(append).WaitAsync(cancellationToken);
        }
        while (_sink.Told[^1].Reason == ErrorCode.None);

        Assert.That(_sink.Told[^1].Reason, Is.EqualTo(ErrorCode.DiskFull));
        Assert.That(log.TryWriteNow(Make(1, index, new byte[20_000])), Is.False);
        _files.QuotaBytes = null;
        LogAppend again = Make(1, index, new byte[20_000]);
        await log.AppendAsync(again, cancellationToken);
        Assert.That(await _sink.OutcomeOf(again).WaitAsync(cancellationToken), Is.EqualTo(ErrorCode.None));
        await WriteAtRestAsync(log, Make(1, index + 1, [1]), cancellationToken);
    }

    [Test, CancelAfter(30_000)]
    public async Task TryWriteNow_WithASlowDisk_LeavesItToTheLogsThread(CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        await using SegmentedLog log = Open(time: time);
        await WriteAtRestAsync(log, Make(1, 1, [1]), cancellationToken);
        using FlushGate gate = _files.HoldFlushes();
        LogAppend slow = Make(1, 2, [2]);
        await log.AppendAsync(slow, cancellationToken);
        await gate.Reached.WaitAsync(cancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(20));
        gate.Open();
        await _sink.OutcomeOf(slow).WaitAsync(cancellationToken);

        Assert.That(log.TryWriteNow(Make(1, 3, [3])), Is.False);

        // Quick flushes bring it back.
        ulong index = 3;
        for (; index < 30; index++)
        {
            LogAppend quick = Make(1, index, [3]);
            await log.AppendAsync(quick, cancellationToken);
            await _sink.OutcomeOf(quick).WaitAsync(cancellationToken);
        }

        await WriteAtRestAsync(log, Make(1, index, [3]), cancellationToken);
    }

    [Test, CancelAfter(30_000)]
    public async Task TryWriteNow_WithASinkThatThrows_StopsTheLogAndLetsGoOfIt(CancellationToken cancellationToken)
    {
        SegmentedLog log = Open();
        await WriteAtRestAsync(log, Make(1, 1, [1]), cancellationToken);
        LogAppend twice = Make(1, 2, [2]);
        _sink.Flushed(twice);

        Assert.That(() => log.TryWriteNow(twice), Throws.InstanceOf<InvalidOperationException>());

        Assert.That(log.Fault, Is.Not.Null);
        LogAppend after = Make(1, 3, [3]);
        await log.AppendAsync(after, cancellationToken);
        Assert.That(await _sink.OutcomeOf(after).WaitAsync(cancellationToken), Is.EqualTo(ErrorCode.StorageFailed));
        await log.DisposeAsync();
    }

    /// <summary>The log's thread may still be on its way to rest.</summary>
    private static async Task WriteAtRestAsync(SegmentedLog log, LogAppend append, CancellationToken cancellationToken)
    {
        while (!log.TryWriteNow(append))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task CloseAsync_WithAppendsQueued_WritesThemFirst(CancellationToken cancellationToken)
    {
        SegmentedLog log = Open();
        using FlushGate gate = _files.HoldFlushes();
        LogAppend append = Make(1, 1, [1]);
        await log.AppendAsync(append, cancellationToken);
        await gate.Reached.WaitAsync(cancellationToken);
        LogAppend last = Make(1, 2, [2]);
        await log.AppendAsync(last, cancellationToken);

        Task<LogEnd> closed = log.CloseAsync(ReadOnlyMemory<byte>.Empty);
        Assert.That(async () => await log.AppendAsync(Make(1, 3, [3]), cancellationToken), Throws.TypeOf<ObjectDisposedException>());
        gate.Open();
        await closed.WaitAsync(cancellationToken);
        await log.DisposeAsync();

        Assert.That(await _sink.OutcomeOf(last).WaitAsync(cancellationToken), Is.EqualTo(ErrorCode.None));
    }

    private SegmentedLog Open(SegmentedLogOptions? options = null, SimulatedFileSystem? files = null, TimeProvider? time = null) =>
        SegmentedLog.Open(options ?? Options, files ?? _files, _keys, new SeededRandom(1), time ?? TimeProvider.System);

    private LogAppend Make(uint shard, ulong index, byte[] entry) => new(
        new ShardId(shard), KeyDomainId.Shared, null, [new LogRecord(new LogIndex(index), new Term(1), entry)], _sink);
}
