using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

public sealed class OrderedIndexTests
{
    [Test]
    public async Task Publish_WithoutChanges_GivesTheSameView()
    {
        TreeWorkbench bench = new();
        bench.Index.Put([1], [2]);
        TreeView view = bench.Index.Publish();

        Assert.That(bench.Index.Publish(), Is.SameAs(view));

        bench.Index.Put([1], [3]);
        Assert.That(bench.Index.Publish(), Is.Not.SameAs(view));
        Assert.That(await TreeWorkbench.Get(view, [1]), Is.EqualTo(new byte[] { 2 }));
    }

    [Test]
    public async Task TryGet_UnpublishedPut_IsSeenByTheIndexAlone()
    {
        TreeWorkbench bench = new();
        TreeView before = bench.Index.Publish();

        bench.Index.Put([5], []);

        Assert.That(bench.Index.TryGet([5], out TreeValue value), Is.True);
        Assert.That(value.Found, Is.True);
        Assert.That(value.Span.Length, Is.Zero);
        Assert.That(await TreeWorkbench.Get(before, [5]), Is.Null);
    }

    [TestCase(0, 1)]
    [TestCase(OrderedIndex.MaxKeyBytes + 1, 1)]
    [TestCase(1, OrderedIndex.MaxValueBytes + 1)]
    public void Put_OutsideTheLimits_IsABug(int keyBytes, int valueBytes)
    {
        TreeWorkbench bench = new();

        Assert.That(
            () => bench.Index.Put(new byte[keyBytes], new byte[valueBytes]),
            Throws.TypeOf<InvariantViolationException>());
        Assert.That(
            () => bench.Index.PutLater(new byte[keyBytes], new byte[valueBytes]),
            Throws.TypeOf<InvariantViolationException>());
    }

    /// <summary>Batches that fill blocks and groups many times over, with keys that begin alike, and some again.</summary>
    [TestCase(3)]
    [TestCase(700)]
    [TestCase(30_000)]
    public async Task PutLater_ManyInAnyOrder_EachViewShowsItsBatches(int batch)
    {
        TreeWorkbench bench = new();
        SortedDictionary<byte[], byte[]> model = new(ByteOrder.Instance);
        Random random = new(batch);
        List<(TreeView View, KeyValuePair<byte[], byte[]>[] Entries)> views = [];
        for (int i = 1; i <= 60_000; i++)
        {
            byte[] key = [(byte)random.Next(3), (byte)(random.Next(9) / 8), .. TreeWorkbench.Number(random.Next(40_000))];
            if (random.Next(5) == 0)
            {
                bench.Index.DeleteLater(key);
                model.Remove(key);
            }
            else
            {
                model[key] = [(byte)i];
                bench.Index.PutLater(key, model[key]);
            }

            if (i % batch == 0 && (batch > 3 || i % 20_001 == 0))
            {
                views.Add((bench.Index.Publish(), views.Count % 20 == 0 ? [.. model] : []));
            }
            else if (i % batch == 0)
            {
                bench.Index.Publish();
            }
        }

        views.Add((bench.Index.Publish(), [.. model]));
        foreach ((TreeView view, KeyValuePair<byte[], byte[]>[] entries) in views.Where(view => view.Entries.Length > 0))
        {
            List<KeyValuePair<byte[], byte[]>> found = await TreeWorkbench.Scan(view);
            Assert.That(found.Select(e => Convert.ToHexString(e.Key)), Is.EqualTo(entries.Select(e => Convert.ToHexString(e.Key))));
            Assert.That(found.Select(e => e.Value[0]), Is.EqualTo(entries.Select(e => e.Value[0])));
        }

        bench.Index.Drain();
        Assert.That(bench.Verify().Findings, Is.Empty);
        Assert.That(bench.Index.Root.Entries, Is.EqualTo(model.Count));
    }

    [Test]
    public void DeleteLater_NotLookedAtYet_IsSeenByWhoeverLooks()
    {
        TreeWorkbench bench = new();
        bench.Index.Put([5], [1]);
        bench.Index.DeleteLater([5]);
        Assert.That(bench.Index.TryGet([5], out _), Is.False);

        bench.Index.PutLater([5], [2]);
        bench.Index.Put([5], [3]);
        Assert.That(bench.Index.TryGet([5], out TreeValue value), Is.True);
        Assert.That(value.Span.ToArray(), Is.EqualTo(new byte[] { 3 }), "a change that did not wait came after one that did");

        bench.Index.PutLater([6], []);
        Assert.That(bench.Index.IsBuffered([6]), Is.True);
        bench.Index.PutLater([7], []);
        Assert.That(bench.Index.BeginDrain() && bench.Index.DrainSlice(100), Is.True);
        Assert.That(bench.Index.Root.Entries, Is.EqualTo(3));
    }

    [Test]
    public async Task Drain_LongestKeysAndValues_KeepsThem()
    {
        TreeWorkbench bench = new(nodeBytes: 8192);
        SortedDictionary<byte[], byte[]> model = new(ByteOrder.Instance);
        for (int i = 0; i < 200; i++)
        {
            // Pairs that differ in their last byte only, so that separators are as long as keys.
            byte[] key = new byte[OrderedIndex.MaxKeyBytes];
            Array.Fill(key, (byte)(i / 2));
            key[^1] = (byte)(i % 2);
            model[key] = [.. Enumerable.Repeat((byte)i, OrderedIndex.MaxValueBytes)];
            bench.Index.Put(key, model[key]);
            if (i % 17 == 0)
            {
                bench.Index.Drain();
            }
        }

        bench.Index.Drain();
        bench.Reopen();

        Assert.That(bench.Verify().Findings, Is.Empty);
        Assert.That(bench.Index.Root.Height, Is.LessThan(10));
        List<KeyValuePair<byte[], byte[]>> found = await TreeWorkbench.Scan(bench.Index.Publish());
        Assert.That(found.Select(e => e.Key), Is.EqualTo(model.Keys));
        Assert.That(found.Select(e => e.Value), Is.EqualTo(model.Values));
    }

    [Test]
    public void Drain_OneChange_WritesOnePath()
    {
        TreeWorkbench bench = new();
        bench.PutRange(0, 20_000);
        TreeRoot root = bench.Index.Drain();
        int before = bench.Records.Writes;

        bench.Index.Put(TreeWorkbench.Number(7_777), new byte[20]);
        TreeRoot changed = bench.Index.Drain();

        Assert.That(root.Height, Is.GreaterThanOrEqualTo(3));
        Assert.That(bench.Records.Writes - before, Is.EqualTo(root.Height));
        Assert.That(changed.Entries, Is.EqualTo(root.Entries));
        Assert.That(changed.Bytes, Is.EqualTo(root.Bytes));
    }

    [Test]
    public void Drain_NothingBuffered_WritesNothing()
    {
        TreeWorkbench bench = new();
        bench.PutRange(0, 100);
        TreeRoot root = bench.Index.Drain();
        int before = bench.Records.Writes;

        Assert.That(bench.Index.Drain(), Is.EqualTo(root));
        Assert.That(bench.Records.Writes, Is.EqualTo(before));
        Assert.That(bench.Index.BufferedBytes, Is.Zero);
    }

    [Test]
    public void Drain_ReplacedNodes_LeaveTheCache()
    {
        TreeWorkbench bench = new(cacheBytes: 64 << 20);
        bench.PutRange(0, 5_000);
        bench.Index.Drain();
        for (int i = 0; i < 5; i++)
        {
            bench.PutRange(1_000, 4_000);
            bench.Index.Drain();
        }

        TreeVerification seen = bench.Verify();
        Assert.That(
            bench.Cache.Bytes,
            Is.EqualTo(seen.Bytes + ((seen.Leaves + seen.InnerNodes) * NodeCache.OverheadBytes)));
    }

    [Test]
    public async Task DrainSlice_ChangesInBetween_AreNotPartOfIt()
    {
        TreeWorkbench bench = new();
        bench.PutRange(0, 5_000);
        bench.Index.Drain();
        bench.PutRange(2_000, 9_000, valueBytes: 30);
        Assert.That(bench.Index.BeginDrain(), Is.True);
        int slices = 0;
        long next = 10_000;
        while (!bench.Index.DrainSlice(8))
        {
            slices++;
            bench.Index.Delete(TreeWorkbench.Number(slices));
            bench.PutRange(next, next + 1);
            next++;
            Assert.That(bench.Index.TryGet(TreeWorkbench.Number(8_999), out _), Is.True);
        }

        Assert.That(slices, Is.GreaterThan(20));
        Assert.That(bench.Index.Root.Entries, Is.EqualTo(9_000));
        long[] expected = [0, .. Enumerable.Range(slices + 1, 8_999 - slices), .. Enumerable.Range(10_000, slices)];
        Assert.That(await TreeWorkbench.Numbers(bench.Index.Publish()), Is.EqualTo(expected));
        bench.Index.Drain();
        Assert.That(bench.Verify().Findings, Is.Empty);
        Assert.That(bench.Index.Root.Entries, Is.EqualTo(expected.Length));
    }

    [Test]
    public async Task Drain_FaultAnywhere_LosesNothingAndMayBeTriedAgain()
    {
        int faults = 0;
        for (int allowed = 0; ; allowed += 3)
        {
            TreeWorkbench bench = new(cacheBytes: 0);
            bench.PutRange(0, 2_000);
            TreeRoot root = bench.Index.Drain();
            TreeView before = bench.Index.Publish();
            bench.DeleteRange(500, 1_500);
            bench.PutRange(1_800, 2_300);
            TreeView changed = bench.Index.Publish();
            long[] expected = [.. Enumerable.Range(0, 500), .. Enumerable.Range(1_500, 800)];

            bench.Records.Allowed = allowed;
            bool failed = false;
            try
            {
                bench.Index.Drain();
            }
            catch (StorageFaultException)
            {
                failed = true;
                faults++;
                Assert.That(bench.Index.Root, Is.EqualTo(root));
                Assert.That(await TreeWorkbench.Numbers(bench.Index.Publish()), Is.EqualTo(expected));
            }

            bench.Records.Allowed = int.MaxValue;
            bench.Index.Drain();
            Assert.That(bench.Verify().Findings, Is.Empty);
            Assert.That(await TreeWorkbench.Numbers(bench.Index.Publish()), Is.EqualTo(expected));
            Assert.That(await TreeWorkbench.Numbers(changed), Is.EqualTo(expected));
            Assert.That((await TreeWorkbench.Numbers(before)).Length, Is.EqualTo(2_000));
            if (!failed)
            {
                break;
            }
        }

        Assert.That(faults, Is.GreaterThan(10));
    }

    [Test]
    public async Task PrefetchAsync_BeforeEachSlice_SparesTheSliceTheDisk()
    {
        TreeWorkbench bench = new(asynchronous: true);
        bench.PutRange(0, 20_000);
        bench.Index.Drain();
        bench.Reopen();
        for (int i = 0; i < 20_000; i += 90)
        {
            bench.Index.Put(TreeWorkbench.Number(i), new byte[20]);
        }

        bench.Index.BeginDrain();
        int before = bench.Records.BlockingReads;
        do
        {
            await bench.Index.PrefetchAsync(16, CancellationToken.None);
        }
        while (!bench.Index.DrainSlice(8));

        Assert.That(bench.Records.BlockingReads, Is.EqualTo(before));
        Assert.That(bench.Verify().Findings, Is.Empty);
    }

    [Test]
    public async Task TryGetAsync_MissingNode_FaultsAsCorrupt()
    {
        TreeWorkbench bench = new();
        OrderedIndex index = new(
            TreeWorkbench.Tree, bench.Records, bench.Allocator, bench.Cache, bench.Options, new TreeRoot(99, 1, 5, 100));

        StorageFaultException? fault = await Assert.ThrowsAsync<StorageFaultException>(
            async () => await index.Publish().TryGetAsync(new byte[] { 1 }, CancellationToken.None));
        Assert.That(fault!.Kind, Is.EqualTo(StorageFaultKind.Corrupt));
        Assert.That(fault.Place, Does.Contain("99"));
    }

    [Test]
    public async Task MoveNextAsync_Cancelled_StopsBeforeTheRead()
    {
        TreeWorkbench bench = new();
        bench.PutRange(0, 1_000);
        bench.Index.Drain();
        bench.Reopen();
        using CancellationTokenSource source = new();
        source.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await using TreeCursor cursor = bench.Index.Publish().Seek(default, true, default);
            await cursor.MoveNextAsync(source.Token);
        });
    }

    [Test]
    public async Task Reads_InMemory_CompleteSynchronouslyWithoutAllocating()
    {
        TreeWorkbench bench = new(cacheBytes: 64 << 20);
        bench.PutRange(0, 20_000);
        bench.Index.Drain();
        bench.PutRange(10_000, 10_500);
        TreeView view = bench.Index.Publish();
        byte[][] keys = [.. Enumerable.Range(0, 20_000).Select(i => TreeWorkbench.Number(i))];

        // What the reads allocate comes every time; what the runtime does beside them (a faster version of a method, a
        // pool that was trimmed) does not.
        long least = long.MaxValue;
        for (int round = 0; round < 3; round++)
        {
            least = Math.Min(least, await AllocatedByReadsAsync(view, keys));
        }

        Assert.That(least, Is.LessThan(1_000));
    }

    private static async Task<long> AllocatedByReadsAsync(TreeView view, byte[][] keys)
    {
        await using TreeCursor cursor = view.Seek(default, true, default);
        Assert.That(await cursor.MoveNextAsync(CancellationToken.None), Is.True);
        bool complete = true;

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (byte[] key in keys)
        {
            ValueTask<TreeValue> read = view.TryGetAsync(key, CancellationToken.None);
            complete &= read.IsCompletedSuccessfully && read.Result.Found;
        }

        for (int i = 1; i < keys.Length; i++)
        {
            ValueTask<bool> move = cursor.MoveNextAsync(CancellationToken.None);
            complete &= move.IsCompletedSuccessfully && move.Result;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(complete, Is.True);
        return allocated;
    }
}
