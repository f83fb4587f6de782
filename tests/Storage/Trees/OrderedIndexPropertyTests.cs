using System.Text;
using CsCheck;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

/// <summary>Random work on an index against a sorted dictionary, old views held to what they showed.</summary>
public sealed class OrderedIndexPropertyTests
{
    private static readonly Gen<byte[]> AnyKey = Gen.Frequency(
        (6, Gen.Int[0, 400].Select(n => TreeWorkbench.Number(n))),
        (3, Gen.Byte[97, 99].Array[1, 6]),
        (6, Gen.Select(Gen.Int[0, 25], Gen.Int[0, 9], (partition, id) => ItemKey(partition, id))),
        (1, Gen.Select(Gen.Byte[97, 98], Gen.Int[900, 2000], Gen.Byte, LongKey)));

    private static readonly Gen<Step> AnyStep = Gen.Frequency<Step>(
        (10, Gen.Select(AnyKey, Gen.Byte.Array[0, 40], Gen.Bool, (key, value, later) => (Step)new Put(key, value, later))),
        (4, Gen.Select(AnyKey, Gen.Bool, (key, later) => (Step)new Delete(key, later))),
        (2, Gen.Select(Gen.Int[0, 390], Gen.Int[1, 60], Gen.Bool, (from, count, later) => (Step)new PutRun(from, count, later))),
        (2, Gen.Select(Gen.Int[0, 390], Gen.Int[1, 120], Gen.Bool, (from, count, later) => (Step)new DeleteRun(from, count, later))),
        (2, Gen.Const((Step)new Publish())),
        (1, Gen.Const((Step)new Drain())),
        (1, Gen.Const((Step)new BeginDrain())),
        (3, Gen.Int[1, 4].Select(nodes => (Step)new DrainSlice(nodes))));

    [Test]
    public void Index_AnySteps_EveryViewShowsWhatItWasPublishedWith([Values] bool asynchronous)
    {
        AnyStep.Array[0, 120].Sample(
            steps => Run(steps, cacheBytes: asynchronous ? 4096 : 1 << 20, asynchronous).GetAwaiter().GetResult(),
            iter: 150,
            print: steps => string.Join("; ", steps.AsEnumerable()));
    }

    private static byte[] ItemKey(int partition, int id) =>
        Encoding.UTF8.GetBytes($"{partition * 7919 % 97:D2}-partition-of-a-long-name-{partition}/item-{id}");

    private static byte[] LongKey(byte first, int length, byte last)
    {
        byte[] key = new byte[length];
        Array.Fill(key, first);
        key[^1] = last;
        return key;
    }

    private static async Task Run(Step[] steps, long cacheBytes, bool asynchronous)
    {
        TreeWorkbench bench = new(cacheBytes: cacheBytes, asynchronous: asynchronous);
        SortedDictionary<byte[], byte[]> model = new(ByteOrder.Instance);
        List<(TreeView View, KeyValuePair<byte[], byte[]>[] Entries)> published = [];
        foreach (Step step in steps)
        {
            step.Do(bench.Index, model);
            if (step is Publish)
            {
                published.Add((bench.Index.Publish(), [.. model]));
            }
        }

        published.Add((bench.Index.Publish(), [.. model]));
        foreach ((byte[] key, byte[] value) in model)
        {
            Assert.That(bench.Index.TryGet(key, out TreeValue found), Is.True);
            Assert.That(found.Span.SequenceEqual(value), Is.True);
        }

        bench.Index.Drain();
        Assert.That(bench.Verify().Findings, Is.Empty);
        Assert.That(bench.Index.Root.Entries, Is.EqualTo(model.Count));
        published.Add((bench.Index.Publish(), [.. model]));
        bench.Reopen();
        published.Add((bench.Index.Publish(), [.. model]));
        for (int i = 0; i < published.Count; i++)
        {
            await CheckView(published[i].View, published[i].Entries, seed: i);
        }
    }

    private static async Task CheckView(TreeView view, KeyValuePair<byte[], byte[]>[] expected, int seed)
    {
        AssertSame(await TreeWorkbench.Scan(view), expected);
        AssertSame(await TreeWorkbench.Scan(view, descending: true), [.. expected.Reverse()]);
        Random random = new(seed);
        for (int i = 0; i < 6; i++)
        {
            byte[] a = Bound(expected, random);
            byte[] b = Bound(expected, random);
            bool inclusive = random.Next(2) == 0;
            AssertSame(
                await TreeWorkbench.Scan(view, a, inclusive, b),
                [.. expected.Where(e => From(e.Key, a, inclusive, 1) && Until(e.Key, b, 1))]);
            AssertSame(
                await TreeWorkbench.Scan(view, a, inclusive, b, descending: true),
                [.. expected.Reverse().Where(e => From(e.Key, a, inclusive, -1) && Until(e.Key, b, -1))]);
            byte[]? found = a.Length == 0 ? null : await TreeWorkbench.Get(view, a);
            byte[]? wanted = expected.FirstOrDefault(e => e.Key.AsSpan().SequenceEqual(a)).Value;
            Assert.That(found, Is.EqualTo(wanted));
        }
    }

    private static byte[] Bound(KeyValuePair<byte[], byte[]>[] entries, Random random) => random.Next(4) switch
    {
        0 => [],
        1 => TreeWorkbench.Number(random.Next(400)),
        _ => entries.Length == 0 ? [98] : entries[random.Next(entries.Length)].Key,
    };

    private static bool From(byte[] key, byte[] from, bool inclusive, int direction)
    {
        int order = key.AsSpan().SequenceCompareTo(from) * direction;
        return from.Length == 0 || order > 0 || (order == 0 && inclusive);
    }

    private static bool Until(byte[] key, byte[] to, int direction) =>
        to.Length == 0 || key.AsSpan().SequenceCompareTo(to) * direction < 0;

    private static void AssertSame(List<KeyValuePair<byte[], byte[]>> found, KeyValuePair<byte[], byte[]>[] expected)
    {
        Assert.That(found, Has.Count.EqualTo(expected.Length));
        for (int i = 0; i < expected.Length; i++)
        {
            if (!found[i].Key.AsSpan().SequenceEqual(expected[i].Key)
                || !found[i].Value.AsSpan().SequenceEqual(expected[i].Value))
            {
                Assert.Fail($"entry {i} of {expected.Length} differs");
            }
        }
    }

    private abstract record Step
    {
        public virtual void Do(OrderedIndex index, SortedDictionary<byte[], byte[]> model)
        {
        }
    }

    private sealed record Put(byte[] Key, byte[] Value, bool Later) : Step
    {
        public override void Do(OrderedIndex index, SortedDictionary<byte[], byte[]> model)
        {
            if (Later)
            {
                index.PutLater(Key, Value);
            }
            else
            {
                index.Put(Key, Value);
            }

            model[Key] = Value;
        }

        public override string ToString() => $"Put{(Later ? "Later" : "")} {Convert.ToHexString(Key.AsSpan(0, Math.Min(9, Key.Length)))} ({Key.Length}, {Value.Length})";
    }

    private sealed record Delete(byte[] Key, bool Later) : Step
    {
        public override void Do(OrderedIndex index, SortedDictionary<byte[], byte[]> model)
        {
            if (Later)
            {
                index.DeleteLater(Key);
            }
            else
            {
                index.Delete(Key);
            }

            model.Remove(Key);
        }

        public override string ToString() => $"Delete{(Later ? "Later" : "")} {Convert.ToHexString(Key.AsSpan(0, Math.Min(9, Key.Length)))} ({Key.Length})";
    }

    private sealed record PutRun(int From, int Count, bool Later) : Step
    {
        public override void Do(OrderedIndex index, SortedDictionary<byte[], byte[]> model)
        {
            for (int i = 0; i < Count; i++)
            {
                new Put(TreeWorkbench.Number(From + i), [.. Enumerable.Repeat((byte)i, 25)], Later).Do(index, model);
            }
        }
    }

    private sealed record DeleteRun(int From, int Count, bool Later) : Step
    {
        public override void Do(OrderedIndex index, SortedDictionary<byte[], byte[]> model)
        {
            for (int i = 0; i < Count; i++)
            {
                new Delete(TreeWorkbench.Number(From + i), Later).Do(index, model);
            }
        }
    }

    private sealed record Publish : Step;

    private sealed record Drain : Step
    {
        public override void Do(OrderedIndex index, SortedDictionary<byte[], byte[]> model) => index.Drain();
    }

    private sealed record BeginDrain : Step
    {
        public override void Do(OrderedIndex index, SortedDictionary<byte[], byte[]> model)
        {
            if (!index.IsDraining)
            {
                index.BeginDrain();
            }
        }
    }

    private sealed record DrainSlice(int Nodes) : Step
    {
        public override void Do(OrderedIndex index, SortedDictionary<byte[], byte[]> model)
        {
            if (index.IsDraining)
            {
                index.DrainSlice(Nodes);
            }
        }
    }
}
