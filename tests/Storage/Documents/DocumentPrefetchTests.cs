using Nacre.Core.Commands;
using Nacre.Core.Log;
using Nacre.Storage.Documents;
using Nacre.Storage.Records.Memory;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Documents;

[TestFixture]
public sealed class DocumentPrefetchTests
{
    private readonly RangeDefinition _range = Range();
    private WatchedShardStore _store = null!;

    [Test]
    public async Task Prefetch_ColdTree_SparesApplyTheWait()
    {
        await using DocumentWorkbench bench = OpenCold(nodeCacheBytes: 64 << 10);
        Assert.That(Apply(bench, 10), Is.GreaterThan(0), "without it apply reads nodes");

        await using DocumentWorkbench other = OpenCold(nodeCacheBytes: 64 << 10);
        LogRecord[] batch = Propose(other, 10);
        await other.Machine.PrefetchAsync(batch, CancellationToken.None);
        Assert.That(_store.NodeReadsAwaited, Is.GreaterThan(0));
        Assert.That(Apply(other, batch), Is.Zero);
    }

    [Test]
    public async Task Prefetch_TreeThatFitsInTheCache_DoesNothing()
    {
        await using DocumentWorkbench bench = OpenCold(nodeCacheBytes: 10 << 20);
        await bench.Machine.PrefetchAsync(Propose(bench, 10), CancellationToken.None);

        Assert.That(_store.NodeReadsAwaited, Is.Zero);
    }

    [Test]
    public async Task Prefetch_EntriesThatCannotBeRead_AreLeftToApply()
    {
        await using DocumentWorkbench bench = OpenCold(nodeCacheBytes: 64 << 10);
        LogRecord[] records =
        [
            bench.Propose([], kind: EntryKind.NoOp), bench.Propose([99], _range), bench.Propose([]),
            bench.Propose(Range(77), default, Upsert("a")),
            new LogRecord(new(1), new(1), new byte[] { 1, 2, 3 }),
        ];

        await bench.Machine.PrefetchAsync(records, CancellationToken.None);
        Assert.That(_store.NodeReadsAwaited, Is.Zero);
    }

    [Test]
    public async Task Prefetch_AfterDisposal_DoesNothing()
    {
        DocumentWorkbench bench = OpenCold(nodeCacheBytes: 64 << 10);
        LogRecord[] batch = Propose(bench, 10);
        await bench.DisposeAsync();

        await bench.Machine.PrefetchAsync(batch, CancellationToken.None);
        Assert.That(_store.NodeReadsAwaited, Is.Zero);
    }

    [Test]
    public async Task Dispose_WhileAReadIsOnItsWay_WaitsForIt()
    {
        DocumentWorkbench bench = OpenCold(nodeCacheBytes: 64 << 10);
        var gate = new TaskCompletionSource();
        _store.Gate = gate.Task;
        Task prefetch = bench.Machine.PrefetchAsync(Propose(bench, 10), CancellationToken.None).AsTask();
        Task disposal = bench.DisposeAsync().AsTask();

        Assert.That((prefetch.IsCompleted, disposal.IsCompleted), Is.EqualTo((false, false)));
        gate.SetResult();
        await prefetch;
        await disposal;
    }

    /// <summary>A shard of some thousand documents whose nodes are all on the disk.</summary>
    private DocumentWorkbench OpenCold(long nodeCacheBytes)
    {
        DocumentStoreOptions options = SmallOptions with { NodeCacheBytes = nodeCacheBytes, CheckpointDrainBytes = 1 << 30 };
        var disk = new MemoryShardDisk();
        var bench = new DocumentWorkbench(options, () => _store = new WatchedShardStore(disk.Open()));
        bench.Activate(_range);
        for (int i = 0; i < 4000; i++)
        {
            bench.Write(_range, Upsert($"item{i:d5}"));
        }

        bench.Checkpoint();
        bench.Reopen();
        return bench;
    }

    private LogRecord[] Propose(DocumentWorkbench bench, int count) =>
        [.. Enumerable.Range(0, count).Select(i => bench.Propose(_range, default, Upsert($"item{i * 331:d5}", "new")))];

    private int Apply(DocumentWorkbench bench, int count) => Apply(bench, Propose(bench, count));

    /// <summary>Applies; returns how many nodes the applier waited for.</summary>
    private int Apply(DocumentWorkbench bench, LogRecord[] batch)
    {
        int before = _store.NodeReadsBlocked;
        bench.Machine.Apply(batch, new Core.StateMachines.CommandOutcome[batch.Length]);
        return _store.NodeReadsBlocked - before;
    }

    /// <summary>Old documents that only the disk has are read before the entries that replace them are applied.</summary>
    [Test]
    public async Task Prefetch_IndexedRange_SparesApplyTheOldDocuments()
    {
        RangeDefinition range = Range(3) with { Indexing = Core.Indexing.IndexingPolicy.Default };
        DocumentStoreOptions options = SmallOptions with { NodeCacheBytes = 10 << 20 };
        var disk = new MemoryShardDisk();
        await using var bench = new DocumentWorkbench(options, () => _store = new WatchedShardStore(disk.Open()));
        bench.Activate(range);
        bench.Write(range, Upsert("a", "one"), Upsert("b", "one"), Upsert("c", "one"));
        LogRecord[] batch = [bench.Propose(range, default, Upsert("a", "two"), Delete("b")), bench.Propose(range, default, Create("d"))];
        await bench.Machine.PrefetchAsync(batch, CancellationToken.None);
        int before = _store.ItemReadsBlocked;
        bench.Machine.Apply(batch, new Core.StateMachines.CommandOutcome[2]);
        Assert.That(_store.ItemReadsBlocked, Is.EqualTo(before));

        bench.Write(range, Upsert("a", "three"));
        Assert.That(_store.ItemReadsBlocked, Is.EqualTo(before + 1), "without it apply reads the document");
    }
}
