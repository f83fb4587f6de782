using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Nacre.Storage.Records;

namespace Nacre.Storage.Trees;

/// <summary>Where one tree's nodes come from: the cache, or else the record store.</summary>
/// <remarks>Thread-safe. Throws <see cref="Core.Files.StorageFaultException"/> for a node that is missing or makes no sense.</remarks>
internal sealed class NodeSource(TreeId tree, IRecordStore records, NodeCache cache)
{
    /// <summary>The tree.</summary>
    public TreeId Tree => tree;

    /// <summary>Finds a node in memory.</summary>
    public bool TryGetCached(ulong number, int level, [NotNullWhen(true)] out Node? node)
    {
        if (!cache.TryGet(number, out node))
        {
            return false;
        }

        if (node.Level != level)
        {
            TreeFaults.ThrowCorrupt(tree, number, "node of another level");
        }

        return true;
    }

    /// <summary>Gets a node, blocking on the disk when it is not in memory.</summary>
    /// <param name="number">The node.</param>
    /// <param name="level">The level that it must have.</param>
    /// <param name="scratch">Where to read it to when it is not in memory, or null to keep it there.</param>
    public Node Load(ulong number, int level, NodeScratch? scratch = null) =>
        TryGetCached(number, level, out Node? node)
            ? node
            : Accept(records.Read(RecordKey.Node(number)), number, level, scratch);

    /// <summary>Gets a node.</summary>
    /// <param name="number">The node.</param>
    /// <param name="level">The level that it must have.</param>
    /// <param name="scratch">Where to read it to when it is not in memory, or null to keep it there.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public ValueTask<Node> LoadAsync(
        ulong number, int level, NodeScratch? scratch, CancellationToken cancellationToken)
    {
        if (TryGetCached(number, level, out Node? node))
        {
            return new ValueTask<Node>(node);
        }

        ValueTask<RecordLease> read = records.ReadAsync(RecordKey.Node(number), cancellationToken);
        return read.IsCompletedSuccessfully
            ? new ValueTask<Node>(Accept(read.Result, number, level, scratch))
            : AwaitAsync(read, number, level, scratch);
    }

    /// <summary>Writes a new node and keeps it in memory.</summary>
    public void Store(Node node)
    {
        records.Write(RecordKey.Node(node.Number), node.Bytes, default);
        cache.Add(node);
    }

    /// <summary>Drops a node that the current root no longer reaches from memory.</summary>
    public void Forget(ulong number) => cache.Remove(number);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Node> AwaitAsync(
        ValueTask<RecordLease> read, ulong number, int level, NodeScratch? scratch) =>
        Accept(await read, number, level, scratch);

    private Node Accept(RecordLease read, ulong number, int level, NodeScratch? scratch)
    {
        cache.CountMiss();
        using RecordLease lease = read;
        if (!lease.Found)
        {
            TreeFaults.ThrowCorrupt(tree, number, "the node is missing");
        }

        ReadOnlySpan<byte> record = lease.Span;
        byte[] bytes = scratch?.Take(record.Length) ?? GC.AllocateUninitializedArray<byte>(record.Length);
        record.CopyTo(bytes);
        Node node = Node.Parse(number, bytes, record.Length, tree, level);
        if (scratch is null)
        {
            cache.Add(node);
        }

        return node;
    }
}
