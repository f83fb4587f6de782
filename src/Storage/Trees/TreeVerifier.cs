using Nacre.Core.Files;
using Nacre.Storage.Records;

namespace Nacre.Storage.Trees;

/// <summary>
/// Walks a whole tree and checks it: every node there and well formed, levels, order of keys, separators, counts. It
/// goes on past what is wrong; only what lies below a node that cannot be read stays unseen.
/// </summary>
/// <remarks>One thread; for a tree that nobody changes, as a checkpoint holds it.</remarks>
internal sealed class TreeVerifier
{
    private readonly TreeId _tree;
    private readonly IRecordStore _records;
    private readonly Visitor? _visitor;
    private readonly List<TreeFinding> _findings = [];
    private long _entries;
    private long _leaves;
    private long _innerNodes;
    private long _bytes;

    private TreeVerifier(TreeId tree, IRecordStore records, Visitor? visitor)
    {
        _tree = tree;
        _records = records;
        _visitor = visitor;
    }

    /// <summary>Sees an entry of a leaf; both spans end with the call.</summary>
    public delegate void Visitor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Verifies a tree.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="records">Its nodes.</param>
    /// <param name="root">Its root.</param>
    /// <param name="visitor">Sees every entry that can be read, in order; may be null.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    public static TreeVerification Verify(
        TreeId tree, IRecordStore records, TreeRoot root, Visitor? visitor, CancellationToken cancellationToken)
    {
        TreeVerifier verifier = new(tree, records, visitor);
        verifier.VerifyRoot(root, cancellationToken);
        return new TreeVerification(
            verifier._findings, verifier._entries, verifier._leaves, verifier._innerNodes, verifier._bytes);
    }

    private void VerifyRoot(TreeRoot root, CancellationToken cancellationToken)
    {
        if (root.IsEmpty)
        {
            return;
        }

        VerifyNode(root.Node, root.Height - 1, [], null, root.Entries, cancellationToken);
        if (_findings.Count == 0 && _bytes != root.Bytes)
        {
            Report(root.Node, $"the root says {root.Bytes} bytes of nodes, there are {_bytes}");
        }
    }

    /// <param name="number">The node.</param>
    /// <param name="level">The level that it must have.</param>
    /// <param name="low">No key may be below this.</param>
    /// <param name="high">All keys must be below this; null for no bound.</param>
    /// <param name="entries">Entries that it must hold.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    private void VerifyNode(
        ulong number, int level, byte[] low, byte[]? high, long entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Read(number, level) is not { } node)
        {
            return;
        }

        byte[][] keys = new byte[node.Count][];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = new byte[node.KeyLength(i)];
            node.CopyKey(i, keys[i]);
            if (i > 0 && keys[i].AsSpan().SequenceCompareTo(keys[i - 1]) <= 0)
            {
                Report(number, $"entry {i} is not above the one before it");
            }
        }

        if (keys[0].AsSpan().SequenceCompareTo(low) < 0)
        {
            Report(number, "a key is below the node's separator");
        }

        if (high is not null && keys[^1].AsSpan().SequenceCompareTo(high) >= 0)
        {
            Report(number, "a key is not below the next node's separator");
        }

        long held = level == 0 ? node.Count : VerifyChildren(node, keys, high, cancellationToken);
        if (held != entries)
        {
            Report(number, $"{held} entries where {entries} were counted");
        }

        if (level == 0)
        {
            VisitLeaf(node, keys);
        }
    }

    private long VerifyChildren(Node node, byte[][] keys, byte[]? high, CancellationToken cancellationToken)
    {
        long entries = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            byte[]? childHigh = i + 1 < keys.Length ? keys[i + 1] : high;
            VerifyNode(node.Child(i), node.Level - 1, keys[i], childHigh, node.ChildEntries(i), cancellationToken);
            entries += node.ChildEntries(i);
        }

        return entries;
    }

    private void VisitLeaf(Node leaf, byte[][] keys)
    {
        _entries += leaf.Count;
        if (_visitor is not null)
        {
            for (int i = 0; i < keys.Length; i++)
            {
                _visitor(keys[i], leaf.Value(i).Span);
            }
        }
    }

    private Node? Read(ulong number, int level)
    {
        try
        {
            using RecordLease lease = _records.Read(RecordKey.Node(number));
            if (!lease.Found)
            {
                Report(number, "the node is missing");
                return null;
            }

            Node node = Node.Parse(number, lease.Span.ToArray(), lease.Span.Length, _tree, level);
            _bytes += node.Length;
            if (level == 0)
            {
                _leaves++;
            }
            else
            {
                _innerNodes++;
            }

            return node;
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.Corrupt)
        {
            Report(number, fault.Message);
            return null;
        }
    }

    private void Report(ulong node, string detail) => _findings.Add(new TreeFinding(_tree, node, detail));
}
