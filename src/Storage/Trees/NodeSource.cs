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
    public Node Load(ulong number, int level)
    {
        if (TryGetCached(number, level, out Node? node))
        {
            return node;
        }

        using RecordLease lease = records.Read(RecordKey.Node(number));
        node = Parse(lease, number, level);
        cache.Add(node);
        return node;
    }

    /// <summary>Gets a node.</summary>
    /// <param name="number">The node.</param>
    /// <param name="level">The level that it must have.</param>
    /// <param name="keep">Whether to keep it in memory; a long scan does not.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public ValueTask<Node> LoadAsync(ulong number, int level, bool keep, CancellationToken cancellationToken)
    {
        if (TryGetCached(number, level, out Node? node))
        {
            return new ValueTask<Node>(node);
        }

        ValueTask<RecordLease> read = records.ReadAsync(RecordKey.Node(number), cancellationToken);
        return read.IsCompletedSuccessfully
            ? new ValueTask<Node>(Accept(read.Result, number, level, keep))
            : AwaitAsync(read, number, level, keep);
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
    private async ValueTask<Node> AwaitAsync(ValueTask<RecordLease> read, ulong number, int level, bool keep) =>
        Accept(await read, number, level, keep);

    private Node Accept(RecordLease read, ulong number, int level, bool keep)
    {
        using RecordLease lease = read;
        Node node = Parse(lease, number, level);
        if (keep)
        {
            cache.Add(node);
        }

        return node;
    }

    private Node Parse(in RecordLease lease, ulong number, int level)
    {
        if (!lease.Found)
        {
            TreeFaults.ThrowCorrupt(tree, number, "the node is missing");
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(lease.Span.Length);
        lease.Span.CopyTo(bytes);
        return Node.Parse(number, bytes, tree, level);
    }
}
