using Nacre.Core;

namespace Nacre.Storage.Trees;

internal sealed partial class OrderedIndex
{
    /// <summary>True between <see cref="BeginDrain"/> and the last <see cref="DrainSlice"/>.</summary>
    public bool IsDraining => _frozen is not null;

    /// <summary>
    /// Applies all buffered changes to the tree, in key order, and writes the new nodes. Views published earlier keep
    /// what they see; the new root is durable with the next checkpoint.
    /// </summary>
    /// <returns>The new <see cref="Root"/>. Throws <see cref="Core.Files.StorageFaultException"/>; then nothing is lost and the drain may be tried again.</returns>
    public TreeRoot Drain()
    {
        while (IsDraining || BeginDrain())
        {
            DrainSlice(int.MaxValue);
        }

        return Root;
    }

    /// <summary>
    /// Begins a drain of what is buffered now, to be done in slices between other work: changes made meanwhile are
    /// not part of it.
    /// </summary>
    /// <returns>False when nothing is buffered. A drain must not be under way.</returns>
    public bool BeginDrain()
    {
        Invariant.Check(!IsDraining);
        if (_active.Sequence == 0)
        {
            return false;
        }

        _active.Settle();
        _frozen = _active;
        _active = new WriteBuffer();
        return true;
    }

    /// <summary>Does a part of the drain under way.</summary>
    /// <param name="maxNodes">Stops after reading and writing about so many nodes; from 1.</param>
    /// <returns>True when the drain is done and <see cref="Root"/> is the new one.</returns>
    public bool DrainSlice(int maxNodes)
    {
        Invariant.Check(_frozen is not null);
        Invariant.Check(maxNodes > 0);
        _drain ??= new TreeDrain(_nodes, _allocator, _options, Root, _frozen);
        bool done = true;
        try
        {
            done = _drain.Advance(maxNodes);
            if (done)
            {
                TakeOver(_drain);
            }
        }
        finally
        {
            // After a fault the next slice begins anew; what this drain wrote is dead.
            if (done)
            {
                _drain.Dispose();
                _drain = null;
            }
        }

        return done;
    }

    /// <summary>
    /// Reads leaves that the drain under way needs next into memory, so that its slices do not wait for the disk.
    /// Must be called on the applier's turn; changes and slices may go on before it has completed.
    /// </summary>
    /// <param name="maxLeaves">At most so many, all at once; from 1.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <returns>Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
    public async ValueTask PrefetchAsync(int maxLeaves, CancellationToken cancellationToken)
    {
        Invariant.Check(_frozen is not null);
        Invariant.Check(maxLeaves > 0);
        TreeRoot root = Root;
        if (root.IsEmpty)
        {
            return;
        }

        // From here on only what never changes is looked at: the drain may go on meanwhile.
        WriteBuffer.Scan changes = _drain?.Ahead() ?? TreeDrain.ChangesOf(_frozen);
        List<Task> reads = [];
        while (changes.HasCurrent && reads.Count < maxLeaves)
        {
            ulong number = root.Node;
            byte[] bound = [];
            for (int level = root.Height - 1; level > 0; level--)
            {
                Node node = await _nodes.LoadAsync(number, level, scratch: null, cancellationToken);
                int child = node.ChildIndex(changes.Key);
                number = node.Child(child);
                if (child + 1 < node.Count)
                {
                    bound = new byte[node.KeyLength(child + 1)];
                    node.CopyKey(child + 1, bound);
                }
            }

            reads.Add(_nodes.LoadAsync(number, 0, scratch: null, cancellationToken).AsTask());
            if (bound.Length == 0)
            {
                break;
            }

            changes.Start(TreeDrain.AllChanges with { From = bound });
        }

        await Task.WhenAll(reads);
    }

    private void TakeOver(TreeDrain drain)
    {
        Root = drain.Result;
        _frozen = null;
        foreach (ulong number in drain.Replaced)
        {
            _nodes.Forget(number);
        }
    }
}
