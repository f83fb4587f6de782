using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

public sealed class NodeCacheTests
{
    private static readonly long OneNode = MakeNode(1).Length + NodeCache.OverheadBytes;

    [Test]
    public void Add_OverTheBudget_DropsNodesAndCountsExactly()
    {
        NodeCache cache = new(10 * OneNode);

        for (ulong number = 1; number <= 50; number++)
        {
            cache.Add(MakeNode(number));
        }

        Assert.That(cache.Bytes, Is.EqualTo(10 * OneNode));
        Assert.That(Enumerable.Range(1, 50).Count(n => cache.TryGet((ulong)n, out _)), Is.EqualTo(10));
        Assert.That(cache.TryGet(50, out _), Is.True);
    }

    [Test]
    public void Add_AskedForNodes_OutliveOthers()
    {
        NodeCache cache = new(10 * OneNode);
        for (ulong number = 1; number <= 100; number++)
        {
            cache.Add(MakeNode(number));
            Assert.That(cache.TryGet(1, out _), Is.True);
        }
    }

    [Test]
    public void Add_InnerNodes_OutliveLeaves()
    {
        NodeCache cache = new(10 * OneNode);
        cache.Add(MakeNode(1, level: 1));
        cache.Add(MakeNode(2, level: 0));
        Assert.That(cache.TryGet(1, out _) && cache.TryGet(2, out _), Is.True);
        for (ulong number = 10; number < 40; number++)
        {
            cache.Add(MakeNode(number));
        }

        Assert.That(cache.TryGet(1, out _), Is.True);
        Assert.That(cache.TryGet(2, out _), Is.False);
    }

    [Test]
    public void Add_Twice_KeepsTheFirst()
    {
        NodeCache cache = new(10 * OneNode);
        Node node = MakeNode(3);
        cache.Add(node);
        cache.Add(MakeNode(3));

        Assert.That(cache.TryGet(3, out Node? found), Is.True);
        Assert.That(found, Is.SameAs(node));
        Assert.That(cache.Bytes, Is.EqualTo(OneNode));
    }

    [Test]
    public void Remove_AnyNode_GivesItsBytesBack()
    {
        NodeCache cache = new(10 * OneNode);
        for (ulong number = 1; number <= 8; number++)
        {
            cache.Add(MakeNode(number));
        }

        cache.Remove(3);
        cache.Remove(8);
        cache.Remove(77);

        Assert.That(cache.Bytes, Is.EqualTo(6 * OneNode));
        Assert.That(cache.TryGet(3, out _), Is.False);
        Assert.That(cache.TryGet(4, out _), Is.True);
    }

    [Test]
    public void Add_WithoutBudget_KeepsNothing()
    {
        NodeCache cache = new(0);
        cache.Add(MakeNode(1));

        Assert.That(cache.TryGet(1, out _), Is.False);
        Assert.That(cache.Bytes, Is.Zero);
    }

    [Test]
    public void BudgetBytes_Lowered_TakesEffectAsNodesCome()
    {
        NodeCache cache = new(10 * OneNode);
        for (ulong number = 1; number <= 10; number++)
        {
            cache.Add(MakeNode(number));
        }

        cache.BudgetBytes = 4 * OneNode;
        cache.Add(MakeNode(11));

        Assert.That(cache.Bytes, Is.EqualTo(4 * OneNode));
    }

    [Test]
    public async Task Use_ByManyThreads_StaysInsideTheBudget()
    {
        long budget = 600 * OneNode;
        NodeCache cache = new(budget);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            Random random = new(seed);
            for (int i = 0; i < 20_000; i++)
            {
                ulong number = (ulong)random.Next(1, 2_000);
                switch (random.Next(4))
                {
                    case 0:
                        cache.Add(MakeNode(number));
                        break;
                    case 1 when random.Next(5) == 0:
                        cache.Remove(number);
                        break;
                    default:
                        Assert.That(!cache.TryGet(number, out Node? node) || node.Number == number, Is.True);
                        break;
                }
            }
        })));

        long kept = Enumerable.Range(1, 2_000).Count(n => cache.TryGet((ulong)n, out _));
        Assert.That(cache.Bytes, Is.EqualTo(kept * OneNode));
        Assert.That(cache.Bytes, Is.LessThanOrEqualTo(budget));
        for (ulong number = 1; number < 2_000; number++)
        {
            cache.Remove(number);
        }

        Assert.That(cache.Bytes, Is.Zero);
    }

    private static Node MakeNode(ulong number, int level = 0)
    {
        LevelWriter writer = new(TreeWorkbench.Tree, level, 1024);
        byte[] value = new byte[NodeFormat.ChildBytes];
        for (byte i = 0; i < 20; i++)
        {
            writer.Append([1, i], default, value.AsSpan(0, level == 0 ? 15 : value.Length), isNew: false);
        }

        return Node.FromEncoded(number, writer.Cut(20, out _));
    }
}
