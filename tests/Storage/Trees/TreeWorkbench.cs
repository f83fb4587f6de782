using Nacre.Storage.Records;
using Nacre.Storage.Records.Memory;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Tests.Trees;

/// <summary>An index over a store in memory, and short ways to ask it.</summary>
internal sealed class TreeWorkbench
{
    public static readonly TreeId Tree = new(7);

    public TreeWorkbench(int nodeBytes = 1024, long cacheBytes = 1 << 20, IRecordStore? records = null)
    {
        Records = records ?? new MemoryRecordStore(MemoryRecords.Empty);
        Allocator = new NodeAllocator(1);
        Cache = new NodeCache(cacheBytes);
        Options = new TreeOptions { NodeBytes = nodeBytes };
        Index = new OrderedIndex(Tree, Records, Allocator, Cache, Options, TreeRoot.Empty);
    }

    public IRecordStore Records { get; }

    public NodeAllocator Allocator { get; }

    public NodeCache Cache { get; }

    public TreeOptions Options { get; }

    public OrderedIndex Index { get; }

    /// <summary>The tree as a restart finds it: nothing in memory.</summary>
    public OrderedIndex Reopened() => new(
        Tree, Records, new NodeAllocator(Allocator.Next), new NodeCache(1 << 20), Options, Index.Root);

    public TreeVerification Verify() => TreeVerifier.Verify(Tree, Records, Index.Root, null, CancellationToken.None);

    public static byte[] Number(long value)
    {
        byte[] bytes = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, value);
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
}
