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

    private SegmentedLog Open(SegmentedLogOptions? options = null) =>
        SegmentedLog.Open(options ?? Options, _files, _keys, new SeededRandom(1), TimeProvider.System);

    private LogAppend Make(uint shard, ulong index, byte[] entry) => new(
        new ShardId(shard), KeyDomainId.Shared, null, [new LogRecord(new LogIndex(index), new Term(1), entry)], _sink);
}
