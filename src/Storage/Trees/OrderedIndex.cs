using Nacre.Core;
using Nacre.Storage.Records;

namespace Nacre.Storage.Trees;

/// <summary>
/// An ordered index: a shadow-paged B+tree whose nodes are immutable records, with a sorted write buffer in front.
/// Keys are ordered byte by byte, unsigned; a key that is a prefix of another comes first.
/// </summary>
/// <remarks>Thread: the applier, all members. Readers hold a <see cref="TreeView"/>.</remarks>
internal sealed partial class OrderedIndex
{
    /// <summary>Longest key in bytes; the shortest has one.</summary>
    public const int MaxKeyBytes = 6144;

    /// <summary>Longest value in bytes; a value may be empty.</summary>
    public const int MaxValueBytes = 255;

    // Invariants:
    // - the index is Root, changed by _frozen, changed by _active;
    // - _frozen is there if and only if a drain has begun and not ended; nothing is written to it any more, and
    //   nothing is staged in it;
    // - what a published view refers to is never changed: roots, nodes, frozen buffers, active buffers up to a
    //   sequence number.
    private readonly NodeSource _nodes;
    private readonly NodeAllocator _allocator;
    private readonly TreeOptions _options;
    private readonly bool _isExact;
    private WriteBuffer _active = new();
    private WriteBuffer? _frozen;
    private TreeDrain? _drain;
    private TreeView _view;

    /// <param name="id">Which tree of the shard.</param>
    /// <param name="nodes">Where its nodes are kept.</param>
    /// <param name="allocator">Shared by all trees of the shard.</param>
    /// <param name="cache">Shared by all trees of the shard.</param>
    /// <param name="options">Layout.</param>
    /// <param name="root">The root of the recovered checkpoint, or <see cref="TreeRoot.Empty"/>.</param>
    /// <param name="isExact">
    /// Promises that only keys that are not there are put, and only keys that are there deleted: then entries can be counted.
    /// </param>
    public OrderedIndex(
        TreeId id, IRecordStore nodes, NodeAllocator allocator, NodeCache cache, TreeOptions options, TreeRoot root,
        bool isExact = false)
    {
        options.Validate();
        Id = id;
        Root = root;
        _nodes = new NodeSource(id, nodes, cache);
        _allocator = allocator;
        _options = options;
        _isExact = isExact;
        _view = new TreeView(_nodes, root, _active, 0, null);
    }

    /// <summary>Which tree of the shard.</summary>
    public TreeId Id { get; }

    /// <summary>The tree without what is still buffered; what a checkpoint keeps, after <see cref="Drain"/> or beside <see cref="WriteBuffered"/>.</summary>
    public TreeRoot Root { get; private set; }

    /// <summary>Bytes of memory that changes not yet drained take.</summary>
    public long BufferedBytes => _active.Bytes + (_frozen?.Bytes ?? 0);

    /// <summary>The tree that a node belongs to.</summary>
    /// <param name="node">A node's bytes.</param>
    /// <param name="tree">The tree.</param>
    /// <returns>False for bytes that begin no node of a known format.</returns>
    public static bool TryReadTree(ReadOnlySpan<byte> node, out TreeId tree) => NodeFormat.TryReadTree(node, out tree);

    /// <summary>Inserts an entry or overwrites its value. Seen by views published later.</summary>
    /// <param name="key">1 to <see cref="MaxKeyBytes"/> bytes; copied.</param>
    /// <param name="value">Up to <see cref="MaxValueBytes"/> bytes; copied.</param>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Invariant.Check(key.Length is > 0 and <= MaxKeyBytes);
        Invariant.Check(value.Length <= MaxValueBytes);
        _active.Write(key, value, deletion: false);
    }

    /// <summary>Removes an entry; nothing happens when it is not there.</summary>
    /// <param name="key">1 to <see cref="MaxKeyBytes"/> bytes; copied.</param>
    public void Delete(ReadOnlySpan<byte> key)
    {
        Invariant.Check(key.Length is > 0 and <= MaxKeyBytes);
        _active.Write(key, default, deletion: true);
    }

    /// <summary>
    /// As <see cref="Put"/>, and cheaper where many changes come before anybody looks: they are sorted in together.
    /// </summary>
    /// <param name="key">1 to <see cref="MaxKeyBytes"/> bytes; copied.</param>
    /// <param name="value">Up to <see cref="MaxValueBytes"/> bytes; copied.</param>
    public void PutLater(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Invariant.Check(key.Length is > 0 and <= MaxKeyBytes);
        Invariant.Check(value.Length <= MaxValueBytes);
        _active.Stage(key, value, deletion: false);
    }

    /// <summary>As <see cref="Delete"/>, and cheaper where many changes come before anybody looks.</summary>
    /// <param name="key">1 to <see cref="MaxKeyBytes"/> bytes; copied.</param>
    public void DeleteLater(ReadOnlySpan<byte> key)
    {
        Invariant.Check(key.Length is > 0 and <= MaxKeyBytes);
        _active.Stage(key, default, deletion: true);
    }

    /// <summary>Reads an entry, unpublished writes included; blocks on the disk when its nodes are not in memory.</summary>
    /// <returns>False when the key has no entry. Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
    public bool TryGet(ReadOnlySpan<byte> key, out TreeValue value)
    {
        _active.Settle();
        if (!_active.TryFind(key, _active.Sequence, out value)
            && (_frozen is null || !_frozen.TryFind(key, _frozen.Sequence, out value))
            && !Root.IsEmpty)
        {
            value = _nodes.Load(DescendTo(key, 0), 0).Find(key);
        }

        return value.Found;
    }

    /// <summary>An immutable view of everything put so far; O(1).</summary>
    public TreeView Publish()
    {
        _active.Settle();
        if (!_view.IsOf(Root, _active, _frozen))
        {
            _view = new TreeView(_nodes, Root, _active, _active.Sequence, _frozen);
        }

        return _view;
    }

    /// <summary>
    /// True when the current root, or the drain under way, reaches a node; for compaction. Blocks on the disk for
    /// inner nodes that are not in memory.
    /// </summary>
    /// <param name="number">The node's number.</param>
    /// <param name="node">The node's bytes, of this tree. Throws <see cref="Core.Files.StorageFaultException"/> for bytes that make no sense.</param>
    public bool IsLive(ulong number, ReadOnlySpan<byte> node)
    {
        if (_drain is not null && number >= _drain.FirstNumber)
        {
            return true;
        }

        int level = NodeFormat.LevelOf(node);
        if (NodeFormat.Fault(node, Id, level) is { } fault)
        {
            TreeFaults.ThrowCorrupt(Id, number, fault);
        }

        // The lowest key of a node leads to it from every root that reaches it.
        Span<byte> lowest = stackalloc byte[MaxKeyBytes];
        lowest = lowest[..NodeFormat.CopyLowestKey(node, lowest)];
        return level < Root.Height && DescendTo(lowest, level) == number;
    }

    /// <summary>The node of a level whose keys would include a key.</summary>
    private ulong DescendTo(ReadOnlySpan<byte> key, int level)
    {
        ulong number = Root.Node;
        for (int at = Root.Height - 1; at > level; at--)
        {
            Node node = _nodes.Load(number, at);
            number = node.Child(node.ChildIndex(key));
        }

        return number;
    }
}
