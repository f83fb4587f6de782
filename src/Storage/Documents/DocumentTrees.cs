using System.Collections.Immutable;
using Nacre.Storage.Records;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>The trees of a data shard.</summary>
/// <remarks>Thread: the applier.</remarks>
internal sealed class DocumentTrees
{
    /// <summary>Opens the trees; nothing is buffered yet.</summary>
    /// <param name="nodes">Where nodes are kept.</param>
    /// <param name="allocator">Gives nodes numbers.</param>
    /// <param name="cache">Nodes in memory.</param>
    /// <param name="layout">Layout of nodes.</param>
    /// <param name="roots">One for each of <see cref="All"/>.</param>
    public DocumentTrees(
        IRecordStore nodes, NodeAllocator allocator, NodeCache cache, TreeOptions layout, params ReadOnlySpan<TreeRoot> roots)
    {
        Items = new OrderedIndex(DocumentStateMachine.ItemTree, nodes, allocator, cache, layout, roots[0]);
        Changes = new OrderedIndex(DocumentStateMachine.ChangeTree, nodes, allocator, cache, layout, roots[1]);
        Entries = new OrderedIndex(
            DocumentStateMachine.EntryTree, nodes, allocator, cache, layout, roots[2], isExact: true);
        Moves = new OrderedIndex(DocumentStateMachine.MoveTree, nodes, allocator, cache, layout, roots[3]);
        All = [Items, Changes, Entries, Moves];
    }

    /// <summary>Tablet and item key → version.</summary>
    public OrderedIndex Items { get; }

    /// <summary>Tablet, log sequence number and ordinal → nothing. Latest versions only.</summary>
    public OrderedIndex Changes { get; }

    /// <summary>Set, index, value and item number → marks.</summary>
    public OrderedIndex Entries { get; }

    /// <summary>Tablet and item number → log sequence number and ordinal of the item's version, where they differ.</summary>
    public OrderedIndex Moves { get; }

    /// <summary>All of them, in the order of checkpoints.</summary>
    public ImmutableArray<OrderedIndex> All { get; }

    /// <summary>Bytes of memory that changes not yet drained take.</summary>
    public long BufferedBytes
    {
        get
        {
            long bytes = 0;
            foreach (OrderedIndex tree in All)
            {
                bytes += tree.BufferedBytes;
            }

            return bytes;
        }
    }

    /// <summary>Bytes of all nodes that the roots reach.</summary>
    public long NodeBytes
    {
        get
        {
            long bytes = 0;
            foreach (OrderedIndex tree in All)
            {
                bytes += tree.Root.Bytes;
            }

            return bytes;
        }
    }

    /// <summary>The tree that is being drained; null for none.</summary>
    public OrderedIndex? Draining
    {
        get
        {
            foreach (OrderedIndex tree in All)
            {
                if (tree.IsDraining)
                {
                    return tree;
                }
            }

            return null;
        }
    }

    /// <summary>Finds a tree; null for an id of none.</summary>
    public OrderedIndex? Find(TreeId id)
    {
        foreach (OrderedIndex tree in All)
        {
            if (tree.Id == id)
            {
                return tree;
            }
        }

        return null;
    }

    /// <summary>The tree with the most buffered.</summary>
    public OrderedIndex Fullest()
    {
        OrderedIndex fullest = Items;
        foreach (OrderedIndex tree in All)
        {
            fullest = tree.BufferedBytes > fullest.BufferedBytes ? tree : fullest;
        }

        return fullest;
    }
}
