using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Records;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Records;

/// <summary>A disk that fails, fills up or stalls under a store.</summary>
[TestFixture]
public sealed class ShardStoreFaultTests
{
    private StoreBench _bench = new(new SimulatedFileSystem());

    [SetUp]
    public void NewBench() => _bench = new StoreBench(new SimulatedFileSystem());

    [TearDown]
    public void CloseBench() => _bench.Dispose();

    [TestCase(SimulatedOperationKind.Write, "items-0")]
    [TestCase(SimulatedOperationKind.Write, "nodes-0")]
    [TestCase(SimulatedOperationKind.Flush, "items-0")]
    [TestCase(SimulatedOperationKind.Flush, "nodes-0")]
    [TestCase(SimulatedOperationKind.Write, "manifest")]
    [TestCase(SimulatedOperationKind.Flush, "manifest")]
    [TestCase(SimulatedOperationKind.Rename, "manifest")]
    [TestCase(SimulatedOperationKind.SyncDirectory, null)]
    [TestCase(SimulatedOperationKind.Flush, "items-0", StorageFaultKind.NoSpace)]
    [TestCase(SimulatedOperationKind.Flush, "nodes-0", StorageFaultKind.NoSpace)]
    [TestCase(SimulatedOperationKind.SyncDirectory, null, StorageFaultKind.NoSpace)]
    public async Task Checkpoint_WhenTheDiskFails_StopsTheStoreAndLosesNothing(
        SimulatedOperationKind kind, string? path, StorageFaultKind fault = StorageFaultKind.Io)
    {
        await using (ShardStore store = _bench.Open())
        {
            Fill(store, 1, 100);
            await store.BeginCheckpoint(new LogIndex(1), default);
            Fill(store, 101, 100);
            _bench.Files.Fail(kind, path, times: 100, fault: fault);

            Assert.That(async () => await store.BeginCheckpoint(new LogIndex(2), default), ThrowsFault(StorageFaultKind.Io));

            _bench.Files.Heal();
            Assert.That(() => store.Items.Write(RecordKey.Node(999), "x"u8, []), ThrowsFault(StorageFaultKind.Io));
            Assert.That(() => store.Items.Read(RecordKey.Node(1)), ThrowsFault(StorageFaultKind.Io));
            Assert.That(async () => await store.Items.ReadAsync(RecordKey.Node(1), CancellationToken.None), ThrowsFault(StorageFaultKind.Io));
            Assert.That(() => store.BeginCheckpoint(new LogIndex(3), default), ThrowsFault(StorageFaultKind.Io));
        }

        await using ShardStore again = _bench.Open();
        Assert.That(again.RecoveredIndex.Value, Is.AnyOf(1, 2));
        Check(again, 1, 100);
    }

    [Test]
    public async Task Read_WhenTheDiskFails_FailsThatReadAlone()
    {
        await using ShardStore store = await OpenWithColdRecordsAsync();
        _bench.Files.Fail(SimulatedOperationKind.Read, "items-0", times: int.MaxValue);

        Assert.That(() => store.Items.Read(RecordKey.Node(1)), ThrowsFault(StorageFaultKind.Io));
        Assert.That(async () => await store.Items.ReadAsync(RecordKey.Node(2), CancellationToken.None), ThrowsFault(StorageFaultKind.Io));

        _bench.Files.Heal();
        Check(store, 1, 100);
        Fill(store, 90_001, 10);
        await store.BeginCheckpoint(new LogIndex(9), default);
    }

    [Test]
    public async Task Read_WhenTheDiskFailsOnce_IsRepeated()
    {
        await using ShardStore store = await OpenWithColdRecordsAsync();
        _bench.Files.Fail(SimulatedOperationKind.Read, "items-0", times: 1);

        using RecordLease lease = await store.Items.ReadAsync(RecordKey.Node(1), CancellationToken.None);

        Assert.That(lease.Span.SequenceEqual(Content(1)), Is.True);
    }

    [Test]
    public async Task CompactSlice_WhenTheDiskFails_MovesNothingUntilTheNextCheckpoint()
    {
        await using ShardStore store = await OpenWithColdRecordsAsync();
        long before = store.Items.LogBytes;
        _bench.Files.Fail(SimulatedOperationKind.Read, "items-0", times: int.MaxValue);

        Assert.That(store.CompactSlice(store.Items, new Liveness(_ => true), 1 << 20), Is.Zero);

        _bench.Files.Heal();
        Assert.That(store.Items.LogBytes, Is.EqualTo(before));
        Assert.That(store.CompactSlice(store.Items, new Liveness(_ => true), 1 << 20), Is.Zero, "it waits");
        Check(store, 1, 100);
        await store.BeginCheckpoint(new LogIndex(2), default);
        Assert.That(store.CompactSlice(store.Items, new Liveness(_ => true), 1 << 20), Is.Positive);
        Check(store, 1, 100);
    }

    [Test]
    public async Task Write_OnAFullDisk_IsRefusedInTimeAndGoesOnWhenThereIsRoom()
    {
        FakeTimeProvider time = new();
        _bench.Configure = options => options with { Time = time, ReserveBytes = 1 << 20 };
        await using ShardStore store = _bench.Open();
        Fill(store, 1, 100);
        await store.BeginCheckpoint(new LogIndex(1), default);
        _bench.Files.QuotaBytes = _bench.Files.UsedBytes + (4 << 20);

        ulong last = 100;
        while (store.HasRoom)
        {
            Fill(store, last + 1, 1);
            last++;
        }

        // What was committed before the door closed may still be applied.
        Fill(store, last + 1, 20);
        last += 20;
        Check(store, 1, last);
        Assert.That(() => Fill(store, last + 1, 10_000), ThrowsFault(StorageFaultKind.NoSpace));
        Check(store, 1, last);
        Assert.That(store.HasRoom, Is.False);

        _bench.Files.QuotaBytes = null;
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(() => store.HasRoom, Is.True.After(5000, 1));
        Fill(store, 50_001, 50);
        await store.BeginCheckpoint(new LogIndex(2), default);
        Check(store, 1, last);
        Check(store, 50_001, 50);
    }

    [Test]
    public async Task Compaction_OnAFullDisk_LeavesTheReserveToWhatWasCommittedAndToCheckpoints()
    {
        _bench.Configure = options => options with { ReserveBytes = 4 << 20 };
        await using ShardStore store = _bench.Open();
        Fill(store, 1, 20_000);
        await store.BeginCheckpoint(new LogIndex(1), default);
        await store.IndexIdleAsync();
        _bench.Files.QuotaBytes = _bench.Files.UsedBytes;
        ulong last = 20_000;
        while (store.HasRoom)
        {
            Fill(store, ++last, 1);
        }

        while (store.CompactSlice(store.Items, new Liveness(_ => true), 1 << 20) > 0)
        {
        }

        // Half of the reserve is left, for entries that were accepted and for the checkpoint that gives space back.
        long end = store.Items.LogBytes + (2 << 20);
        while (store.Items.LogBytes < end)
        {
            Fill(store, ++last, 1);
        }

        // A manifest's room, also when each log takes a step of its reserve first.
        _bench.Files.QuotaBytes = _bench.Files.UsedBytes + (1 << 20);
        await store.BeginCheckpoint(new LogIndex(2), default);
        Check(store, 1, last);
    }

    [TestCase(StorageFaultKind.NoSpace)]
    [TestCase(StorageFaultKind.Io)]
    public async Task IndexCheckpoint_WhenTheDiskRefuses_IsGivenUpAlone(StorageFaultKind fault)
    {
        await using ShardStore store = _bench.Open();
        _bench.Files.Fail(SimulatedOperationKind.Write, "items-index", times: int.MaxValue, fault: fault);
        Fill(store, 1, 20_000);
        await store.BeginCheckpoint(new LogIndex(1), default);
        await store.IndexIdleAsync();

        Assert.That(
            _bench.Files.Operations.Any(operation =>
                operation.Kind == SimulatedOperationKind.Write && operation.Path.Contains("items-index", StringComparison.Ordinal)),
            Is.True, "it was begun");
        Assert.That(_bench.Named("items-index"), Is.Empty);
        Fill(store, 20_001, 10);
        _bench.Files.Heal();
        await store.BeginCheckpoint(new LogIndex(2), default);
        Check(store, 1, 20_010);
    }

    [TestCase(SimulatedOperationKind.Write)]
    [TestCase(SimulatedOperationKind.Flush)]
    public async Task Reencryption_WhenTheDiskIsFull_LeavesNoFile(SimulatedOperationKind kind)
    {
        await using ShardStore store = _bench.Open();
        Fill(store, 1, 20_000);
        await store.BeginCheckpoint(new LogIndex(1), default);
        await store.IndexIdleAsync();
        string[] before = [.. _bench.Named("items-0")];
        _bench.Keys.Rotate(KeyDomainId.Shared);
        _bench.Files.Fail(kind, "items-0", fault: StorageFaultKind.NoSpace);

        Assert.That(store.ReencryptSegmentAsync, ThrowsFault(StorageFaultKind.NoSpace));

        Assert.That(_bench.Named("items-0"), Is.EqualTo(before));
        Check(store, 1, 20_000);
    }

    [TestCase(0)]
    [TestCase((256L << 20) + 1)]
    public async Task Open_ManifestOfAnImpossibleLength_TakesTheOneBefore(long length)
    {
        await using (ShardStore store = _bench.Open())
        {
            Fill(store, 1, 10);
            await store.BeginCheckpoint(new LogIndex(1), default);
            Fill(store, 11, 10);
            await store.BeginCheckpoint(new LogIndex(2), default);
        }

        string path = _bench.Named("manifest-")[^1];
        using (IStorageFile newest = _bench.Files.Open(path, StorageFileMode.Existing))
        {
            newest.SetLength(length);
        }

        await using ShardStore again = _bench.Open();

        Assert.That(
            _bench.Files.Operations.Where(operation => operation.Kind == SimulatedOperationKind.Read && operation.Path == path),
            Is.Empty, "memory is taken for what can be a manifest alone");

        Assert.That(again.RecoveredIndex.Value, Is.EqualTo(1));
        Check(again, 1, 10);
    }

    [Test]
    public async Task Checkpoint_WithoutRoomForTheManifest_IsRefusedAndTheStoreGoesOn()
    {
        await using (ShardStore store = _bench.Open())
        {
            Fill(store, 1, 100);
            await store.BeginCheckpoint(new LogIndex(1), default);
            Fill(store, 101, 10);
            _bench.Files.Fail(SimulatedOperationKind.Write, "manifest", fault: StorageFaultKind.NoSpace);

            Assert.That(async () => await store.BeginCheckpoint(new LogIndex(2), default), ThrowsFault(StorageFaultKind.NoSpace));

            Assert.That(_bench.Named("manifest.new"), Is.Empty);
            Fill(store, 111, 10);
            Assert.That((await store.BeginCheckpoint(new LogIndex(3), default)).Value, Is.EqualTo(1));
        }

        await using ShardStore again = _bench.Open();
        Assert.That(again.RecoveredIndex.Value, Is.EqualTo(3));
        Check(again, 1, 120);
    }

    [Test]
    public async Task Checkpoint_PastItsDeadline_StopsTheStore()
    {
        FakeTimeProvider time = new();
        _bench.Configure = options => options with { Time = time, CheckpointDeadline = TimeSpan.FromMinutes(1) };
        using FlushGate gate = _bench.Files.HoldFlushes("items-0");
        ShardStore store = _bench.Open();
        Fill(store, 1, 10);

        Task<LogIndex> checkpoint = store.BeginCheckpoint(new LogIndex(1), default);
        await gate.Reached;
        time.Advance(TimeSpan.FromMinutes(2));

        Assert.That(async () => await checkpoint, ThrowsFault(StorageFaultKind.Io));
        Assert.That(() => store.Items.Write(RecordKey.Node(50), "x"u8, []), ThrowsFault(StorageFaultKind.Io));
        gate.Open();
        await store.DisposeAsync();
    }

    [Test]
    public async Task BeginCheckpoint_WhileTheDiskIsSlow_LetsReadsAndWritesGoOn()
    {
        await using (ShardStore store = _bench.Open())
        {
            using FlushGate gate = _bench.Files.HoldFlushes();
            Fill(store, 1, 100);

            Task<LogIndex> checkpoint = store.BeginCheckpoint(new LogIndex(1), default);
            await gate.Reached;
            Fill(store, 101, 100);
            Check(store, 1, 200);

            Assert.That(checkpoint.IsCompleted, Is.False);
            Assert.That(_bench.Named("manifest-"), Is.Empty, "no manifest before everything is flushed");
            gate.Open();
            await checkpoint;
        }

        await using ShardStore again = _bench.Open();
        Check(again, 1, 100);
        Assert.That(again.Items.Read(RecordKey.Node(101)).Found, Is.False);
    }

    private static NUnit.Framework.Constraints.EqualConstraint<StorageFaultKind> ThrowsFault(StorageFaultKind kind) =>
        Throws.InstanceOf<StorageFaultException>().With.Property(nameof(StorageFaultException.Kind)).EqualTo(kind);

    private static byte[] Content(ulong key)
    {
        byte[] content = new byte[3000];
        Array.Fill(content, (byte)key);
        return content;
    }

    private static void Fill(ShardStore store, ulong first, ulong count)
    {
        for (ulong key = first; key < first + count; key++)
        {
            store.Items.Write(RecordKey.Node(key), Content(key), []);
            store.Nodes.Write(RecordKey.Node(key), "node"u8, []);
        }
    }

    private static void Check(ShardStore store, ulong first, ulong count)
    {
        for (ulong key = first; key < first + count; key++)
        {
            using RecordLease lease = store.Items.Read(RecordKey.Node(key));
            Assert.That(lease.Found, Is.True, $"record {key}");
            Assert.That(lease.Span.SequenceEqual(Content(key)), Is.True, $"record {key}");
        }
    }

    private async Task<ShardStore> OpenWithColdRecordsAsync()
    {
        // More than fits in memory: the first records are on disk only.
        ShardStore store = _bench.Open();
        Fill(store, 1, 4000);
        await store.BeginCheckpoint(new LogIndex(1), default);
        return store;
    }
}
