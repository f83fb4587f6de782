using System.Buffers.Binary;
using Nacre.Storage.Records;
using Nacre.Storage.Records.Memory;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

/// <summary>An index over a store in memory, and short ways to ask it.</summary>
internal sealed class TreeWorkbench
{
    public static readonly TreeId Tree = new(7);

    private readonly long _cacheBytes;

    public TreeWorkbench(int nodeBytes = 1024, long cacheBytes = 1 << 20, bool asynchronous = false)
    {
        _cacheBytes = cacheBytes;
        Records = new TestRecordStore(new MemoryRecordStore(MemoryRecords.Empty), asynchronous);
        Allocator = new NodeAllocator(1);
        Cache = new NodeCache(cacheBytes);
        Options = new TreeOptions { NodeBytes = nodeBytes };
        Index = new OrderedIndex(Tree, Records, Allocator, Cache, Options, TreeRoot.Empty);
    }

    public TestRecordStore Records { get; }

    public NodeAllocator Allocator { get; }

    public NodeCache Cache { get; }

    public TreeOptions Options { get; }

    public OrderedIndex Index { get; private set; }

    /// <summary>How full the nodes are on average, from 0 to 1.</summary>
    public double Fill
    {
        get
        {
            TreeVerification seen = Verify();
            return seen.Bytes / (double)((seen.Leaves + seen.InnerNodes) * Options.NodeBytes);
        }
    }

    /// <summary>Goes on with the tree as a restart finds it: nothing buffered, nothing in memory.</summary>
    public void Reopen() => Index = new OrderedIndex(
        Tree, Records, Allocator, new NodeCache(_cacheBytes), Options, Index.Root);

    public TreeVerification Verify() => TreeVerifier.Verify(Tree, Records, Index.Root, null, CancellationToken.None);

    /// <summary>The leaves from left to right.</summary>
    public IEnumerable<Node> Leaves()
    {
        Stack<(ulong Number, int Level)> ahead = new([(Index.Root.Node, Index.Root.Height - 1)]);
        while (ahead.TryPop(out (ulong Number, int Level) at))
        {
            byte[] bytes = ReadNode(at.Number);
            Node node = Node.Parse(at.Number, bytes, bytes.Length, Tree, at.Level);
            if (at.Level == 0)
            {
                yield return node;
                continue;
            }

            for (int i = node.Count - 1; i >= 0; i--)
            {
                ahead.Push((node.Child(i), at.Level - 1));
            }
        }
    }

    public byte[] ReadNode(ulong number)
    {
        using RecordLease lease = Records.Read(RecordKey.Node(number));
        return lease.Span.ToArray();
    }

    public void PutRange(long from, long to, int valueBytes = 20)
    {
        byte[] value = new byte[valueBytes];
        for (long i = from; i < to; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(value, i);
            Index.Put(Number(i), value);
        }
    }

    public void DeleteRange(long from, long to)
    {
        for (long i = from; i < to; i++)
        {
            Index.Delete(Number(i));
        }
    }

    public static byte[] Number(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    public static async Task<byte[]?> Get(TreeView view, byte[] key)
    {
        TreeValue value = await view.TryGetAsync(key, CancellationToken.None);
        return value.Found ? value.Span.ToArray() : null;
    }

    public static async Task<List<KeyValuePair<byte[], byte[]>>> Scan(
        TreeView view, byte[]? from = null, bool inclusive = true, byte[]? to = null, bool descending = false)
    {
        List<KeyValuePair<byte[], byte[]>> entries = [];
        await using TreeCursor cursor = view.Seek(from, inclusive, to, descending);
        while (await cursor.MoveNextAsync(CancellationToken.None))
        {
            entries.Add(new(cursor.Key.ToArray(), cursor.Value.ToArray()));
        }

        return entries;
    }

    /// <summary>The keys of a view as numbers.</summary>
    public static async Task<long[]> Numbers(TreeView view) =>
        [.. (await Scan(view)).Select(e => BinaryPrimitives.ReadInt64BigEndian(e.Key))];
}
