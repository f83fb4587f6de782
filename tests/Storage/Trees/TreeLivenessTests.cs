using Nacre.Core.Ids;
using Nacre.Storage.Records;
using Nacre.Storage.Records.Memory;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

/// <summary>Which nodes compaction may drop.</summary>
public sealed class TreeLivenessTests
{
    [Test]
    public void IsLive_AfterManyDrains_IsTrueForWhatTheRootReachesAlone()
    {
        TreeWorkbench bench = new();
        Random random = new(6);
        for (int i = 0; i < 40; i++)
        {
            int from = random.Next(3_000);
            bench.PutRange(from, from + random.Next(300));
            from = random.Next(3_000);
            bench.DeleteRange(from, from + random.Next(400));
            bench.Index.Drain();
        }

        TreeVerification seen = bench.Verify();
        (long live, long bytes) = Live(bench);

        Assert.That(live, Is.EqualTo(seen.Leaves + seen.InnerNodes));
        Assert.That(bytes, Is.EqualTo(bench.Index.Root.Bytes));
        Assert.That(bench.Allocator.Next, Is.GreaterThan((ulong)live * 3));
    }

    [Test]
    public void IsLive_DuringADrain_KeepsOldAndNewNodes()
    {
        TreeWorkbench bench = new();
        bench.PutRange(0, 5_000);
        bench.Index.Drain();
        (long before, _) = Live(bench);
        ulong first = bench.Allocator.Next;
        bench.PutRange(1_000, 4_000);
        bench.Index.BeginDrain();
        for (int i = 0; i < 6; i++)
        {
            Assert.That(bench.Index.DrainSlice(10), Is.False);
        }

        (long during, _) = Live(bench);

        Assert.That(bench.Allocator.Next, Is.GreaterThan(first));
        Assert.That(during, Is.EqualTo(before + (long)(bench.Allocator.Next - first)));
    }

    [Test]
    public async Task CompactSlice_BetweenDrainsAndCrashes_LosesNoNode()
    {
        MemoryShardDisk disk = new();
        MemoryShardStore store = disk.Open();
        Random random = new(7);
        OrderedIndex index = Open(store);
        SortedSet<long> model = [];
        SortedSet<long> durable = [];
        for (int round = 0; round < 60; round++)
        {
            for (int i = 0; i < 120; i++)
            {
                long key = random.Next(4_000);
                if (random.Next(3) == 0)
                {
                    index.Delete(TreeWorkbench.Number(key));
                    model.Remove(key);
                }
                else
                {
                    index.Put(TreeWorkbench.Number(key), new byte[20]);
                    model.Add(key);
                }
            }

            if (round % 7 == 6)
            {
                // A crash, somewhere in a drain: only what the last checkpoint holds comes back.
                index.BeginDrain();
                index.DrainSlice(random.Next(1, 20));
                store = disk.Open();
                index = Open(store);
                model = [.. durable];
                Assert.That(await TreeWorkbench.Numbers(index.Publish()), Is.EqualTo(model));
                continue;
            }

            index.Drain();
            await store.BeginCheckpoint(new LogIndex((ulong)round + 1), Meta(index));
            durable = [.. model];
            store.CompactSlice(store.Nodes, new Liveness(index), 40_000);
            Assert.That(
                TreeVerifier.Verify(TreeWorkbench.Tree, store.Nodes, index.Root, null, CancellationToken.None).Findings,
                Is.Empty);
        }

        Assert.That(store.Nodes.LogBytes, Is.LessThan(index.Root.Bytes * 12));
        Assert.That(await TreeWorkbench.Numbers(index.Publish()), Is.EqualTo(model));
    }

    private static (long Count, long Bytes) Live(TreeWorkbench bench)
    {
        long count = 0;
        long bytes = 0;
        for (ulong number = 1; number < bench.Allocator.Next; number++)
        {
            using RecordLease lease = bench.Records.Read(RecordKey.Node(number));
            Assert.That(OrderedIndex.TryReadTree(lease.Span, out TreeId tree), Is.True);
            Assert.That(tree, Is.EqualTo(TreeWorkbench.Tree));
            if (bench.Index.IsLive(number, lease.Span))
            {
                count++;
                bytes += lease.Span.Length;
            }
        }

        return (count, bytes);
    }

    private static readonly Dictionary<OrderedIndex, NodeAllocator> Allocators = [];

    private static OrderedIndex Open(MemoryShardStore store)
    {
        TreeRoot root = TreeRoot.Empty;
        ulong next = 1;
        if (!store.RecoveredMeta.IsEmpty)
        {
            Assert.That(TreeRoot.TryRead(store.RecoveredMeta.Span, out root), Is.True);
            next = BitConverter.ToUInt64(store.RecoveredMeta.Span[TreeRoot.SizeBytes..]);
        }

        NodeAllocator allocator = new(next);
        OrderedIndex index = new(
            TreeWorkbench.Tree, store.Nodes, allocator, new NodeCache(20_000), new TreeOptions { NodeBytes = 1024 }, root);
        Allocators[index] = allocator;
        return index;
    }

    private static byte[] Meta(OrderedIndex index)
    {
        byte[] meta = new byte[TreeRoot.SizeBytes + sizeof(ulong)];
        index.Root.Write(meta);
        BitConverter.TryWriteBytes(meta.AsSpan(TreeRoot.SizeBytes), Allocators[index].Next);
        return meta;
    }

    private sealed class Liveness(OrderedIndex index) : ILiveness
    {
        public bool IsLive(RecordKey key, ReadOnlySpan<byte> value) => index.IsLive(key.Low, value);
    }
}
