using CsCheck;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

/// <summary>How full trees are, and that they shrink.</summary>
public sealed class TreeShapeTests
{
    [TestCase(7)]
    [TestCase(50)]
    [TestCase(1_000)]
    [TestCase(30_000)]
    public void Drain_RisingKeys_FillsLeaves(int keysADrain)
    {
        TreeWorkbench bench = new(nodeBytes: 2048);
        for (int i = 0; i < 30_000; i += keysADrain)
        {
            bench.PutRange(i, Math.Min(30_000, i + keysADrain));
            bench.Index.Drain();
        }

        Assert.That(bench.Fill, Is.GreaterThan(0.95));
        Assert.That(bench.Verify().Findings, Is.Empty);
    }

    [TestCase(7)]
    [TestCase(1_000)]
    public void Drain_FallingKeys_FillsLeaves(int keysADrain)
    {
        TreeWorkbench bench = new(nodeBytes: 2048);
        for (int i = 30_000; i > 0; i -= keysADrain)
        {
            bench.PutRange(Math.Max(0, i - keysADrain), i);
            bench.Index.Drain();
        }

        Assert.That(bench.Fill, Is.GreaterThan(0.85));
        Assert.That(bench.Verify().Findings, Is.Empty);
    }

    [Test]
    public void Drain_SeveralRisingRows_FillsLeaves()
    {
        TreeWorkbench bench = new(nodeBytes: 2048);
        for (int i = 0; i < 5_000; i += 100)
        {
            for (int row = 0; row < 6; row++)
            {
                bench.PutRange((row * 1_000_000L) + i, (row * 1_000_000L) + i + 100);
            }

            bench.Index.Drain();
        }

        Assert.That(bench.Fill, Is.GreaterThan(0.9));
        Assert.That(bench.Verify().Findings, Is.Empty);
    }

    [TestCase(100)]
    [TestCase(2_000)]
    [TestCase(20_000)]
    public void Drain_RandomKeys_FillsLeavesByTwoThirds(int keysADrain)
    {
        TreeWorkbench bench = new(nodeBytes: 2048);
        long[] keys = [.. Enumerable.Range(0, 20_000).Select(i => (long)i * 7_919)];
        new Random(3).Shuffle(keys);
        foreach (long[] some in keys.Chunk(keysADrain))
        {
            foreach (long key in some)
            {
                bench.PutRange(key, key + 1);
            }

            bench.Index.Drain();
        }

        Assert.That(bench.Fill, Is.GreaterThan(0.67));
        Assert.That(bench.Verify().Findings, Is.Empty);
    }

    [Test]
    public void Drain_EmptiedFromTheLeftWhileAppended_StaysSmall()
    {
        TreeWorkbench bench = new(nodeBytes: 2048);
        bench.PutRange(0, 2_000);
        TreeRoot first = bench.Index.Drain();
        for (int i = 2_000; i < 40_000; i += 300)
        {
            bench.PutRange(i, i + 300);
            bench.DeleteRange(i - 2_000, i - 1_700);
            bench.Index.Drain();
        }

        Assert.That(bench.Index.Root.Entries, Is.EqualTo(2_000));
        Assert.That(bench.Index.Root.Bytes, Is.LessThan(first.Bytes * 1.2));
        Assert.That(bench.Index.Root.Height, Is.EqualTo(first.Height));
        Assert.That(bench.Verify().Findings, Is.Empty);
    }

    [TestCase(20)]
    [TestCase(3)]
    public void Drain_MostEntriesDeletedAnywhere_JoinsLeaves(int kept)
    {
        TreeWorkbench bench = new(nodeBytes: 2048);
        bench.PutRange(0, 30_000);
        TreeRoot full = bench.Index.Drain();
        int[] order = [.. Enumerable.Range(0, 30_000).Where(i => i % kept != 0)];
        new Random(4).Shuffle(order);
        foreach (int[] some in order.Chunk(1_500))
        {
            foreach (int i in some)
            {
                bench.Index.Delete(TreeWorkbench.Number(i));
            }

            bench.Index.Drain();
        }

        Assert.That(bench.Index.Root.Entries, Is.EqualTo(30_000 / kept));
        Assert.That(bench.Index.Root.Bytes * (double)kept / full.Bytes, Is.LessThan(2));
        Assert.That(bench.Fill, Is.GreaterThan(0.4));
        Assert.That(bench.Verify().Findings, Is.Empty);
    }

    [Test]
    public void Drain_FewEntriesLeftInSomeLeaves_JoinsThemWithTheirNeighbours()
    {
        TreeWorkbench bench = new(nodeBytes: 2048);
        long[] keys = [.. Enumerable.Range(0, 20_000).Select(i => (long)i * 7_919)];
        new Random(8).Shuffle(keys);
        foreach (long[] some in keys.Chunk(100))
        {
            foreach (long key in some)
            {
                bench.PutRange(key, key + 1);
            }

            bench.Index.Drain();
        }

        // Every fifth leaf keeps two entries; its neighbours are not touched.
        byte[] buffer = new byte[OrderedIndex.MaxKeyBytes];
        foreach (Node leaf in bench.Leaves().Where((_, index) => index % 5 == 2).ToArray())
        {
            for (int i = 2; i < leaf.Count; i++)
            {
                bench.Index.Delete(buffer.AsSpan(0, leaf.CopyKey(i, buffer)));
            }
        }

        bench.Index.Drain();

        Assert.That(bench.Leaves().SkipLast(1).Min(leaf => leaf.Length), Is.GreaterThan(2048 / 3));
        Assert.That(bench.Verify().Findings, Is.Empty);
    }

    [TestCase(30_000)]
    [TestCase(701)]
    public async Task Drain_AllDeleted_LeavesNothing(int keysADrain)
    {
        TreeWorkbench bench = new(nodeBytes: 2048);
        bench.PutRange(0, 30_000);
        bench.Index.Drain();
        TreeView full = bench.Index.Publish();
        int[] order = [.. Enumerable.Range(0, 30_000)];
        new Random(5).Shuffle(order);
        foreach (int[] some in order.Chunk(keysADrain))
        {
            foreach (int i in some)
            {
                bench.Index.Delete(TreeWorkbench.Number(i));
            }

            bench.Index.Drain();
        }

        Assert.That(bench.Index.Root, Is.EqualTo(TreeRoot.Empty));
        Assert.That(await TreeWorkbench.Scan(bench.Index.Publish()), Is.Empty);
        Assert.That(await TreeWorkbench.Scan(full), Has.Count.EqualTo(30_000));
        bench.PutRange(0, 10);
        Assert.That(bench.Index.Drain().Entries, Is.EqualTo(10));
    }

    [Test]
    public void Drain_AnyHistory_KeepsCountsAndBytesExact() =>
        Gen.Select(Gen.Int[0, 3_000], Gen.Int[1, 900], Gen.Bool).Array[1, 25].Sample(
            history =>
            {
                TreeWorkbench bench = new();
                HashSet<long> model = [];
                foreach ((int from, int count, bool delete) in history)
                {
                    if (delete)
                    {
                        bench.DeleteRange(from, from + count);
                    }
                    else
                    {
                        bench.PutRange(from, from + count);
                    }

                    for (int i = from; i < from + count; i++)
                    {
                        _ = delete ? model.Remove(i) : model.Add(i);
                    }

                    bench.Index.Drain();
                    TreeVerification seen = bench.Verify();
                    Assert.That(seen.Findings, Is.Empty);
                    Assert.That(seen.Entries, Is.EqualTo(model.Count));
                    Assert.That(seen.Bytes, Is.EqualTo(bench.Index.Root.Bytes));
                }
            },
            iter: 60);
}
