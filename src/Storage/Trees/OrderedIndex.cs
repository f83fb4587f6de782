using Nacre.Storage.Records;

namespace Nacre.Storage.Trees;

/// <summary>
/// An ordered index: a shadow-paged B+tree whose nodes are immutable records, with a sorted write buffer in front.
/// Keys are ordered byte by byte, unsigned; a key that is a prefix of another comes first.
/// </summary>
/// <remarks>Thread: the applier, all members. Readers hold a <see cref="TreeView"/>.</remarks>
internal sealed class OrderedIndex
{
    /// <summary>Longest key in bytes; the shortest has one.</summary>
    public const int MaxKeyBytes = 6144;

    /// <summary>Longest value in bytes; a value may be empty.</summary>
    public const int MaxValueBytes = 255;

    /// <param name="id">Which tree of the shard.</param>
    /// <param name="nodes">Where its nodes are kept.</param>
    /// <param name="allocator">Shared by all trees of the shard.</param>
    /// <param name="cache">Shared by all trees of the shard.</param>
    /// <param name="options">Layout.</param>
    /// <param name="root">The root of the recovered checkpoint, or <see cref="TreeRoot.Empty"/>.</param>
    public OrderedIndex(TreeId id, IRecordStore nodes, NodeAllocator allocator, NodeCache cache, TreeOptions options, TreeRoot root)
    {
        options.Validate();
        Id = id;
        Root = root;
        _ = (nodes, allocator, cache);
    }

    /// <summary>Which tree of the shard.</summary>
    public TreeId Id { get; }

    /// <summary>The tree without what is still buffered; what a checkpoint keeps after <see cref="Drain"/>.</summary>
    public TreeRoot Root { get; private set; }

    /// <summary>Bytes of memory that changes not yet drained take.</summary>
    public long BufferedBytes => throw new NotSupportedException();

    /// <summary>Inserts an entry or overwrites its value. Seen by views published later.</summary>
    /// <param name="key">1 to <see cref="MaxKeyBytes"/> bytes; copied.</param>
    /// <param name="value">Up to <see cref="MaxValueBytes"/> bytes; copied.</param>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => throw new NotSupportedException();

    /// <summary>Removes an entry; nothing happens when it is not there.</summary>
    /// <param name="key">1 to <see cref="MaxKeyBytes"/> bytes; copied.</param>
    public void Delete(ReadOnlySpan<byte> key) => throw new NotSupportedException();

    /// <summary>Reads an entry, unpublished writes included; blocks on the disk when its nodes are not in memory.</summary>
    /// <returns>False when the key has no entry. Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
    public bool TryGet(ReadOnlySpan<byte> key, out TreeValue value) => throw new NotSupportedException();

    /// <summary>An immutable view of everything put so far; O(1).</summary>
    public TreeView Publish() => throw new NotSupportedException();

    /// <summary>
    /// Applies all buffered changes to the tree, in key order, and writes the new nodes. Views published earlier keep
    /// what they see; the new root is durable with the next checkpoint.
    /// </summary>
    /// <returns>The new <see cref="Root"/>. Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
    public TreeRoot Drain() => throw new NotSupportedException();

    /// <summary>True when the current root reaches a node; for compaction. May block on the disk for inner nodes.</summary>
    /// <param name="number">The node's number.</param>
    /// <param name="node">The node's bytes, of this tree.</param>
    public bool IsLive(ulong number, ReadOnlySpan<byte> node) => throw new NotSupportedException();

    /// <summary>The tree that a node belongs to.</summary>
    /// <param name="node">A node's bytes.</param>
    /// <param name="tree">The tree.</param>
    /// <returns>False for bytes that are no node of a known format.</returns>
    public static bool TryReadTree(ReadOnlySpan<byte> node, out TreeId tree) => throw new NotSupportedException();
}
