using System.Buffers.Binary;
using Nacre.Core;

namespace Nacre.Storage.Trees;

/// <summary>
/// Rewrites a tree with the changes of a buffer, in one pass from left to right: subtrees without changes are taken
/// over as they are, leaves with changes are merged and cut anew, and so are their parents. Old nodes stay as they
/// were; the new tree exists once the pass is done.
/// </summary>
/// <remarks>Thread: the applier. The work can be done in slices. After a fault the drain is dropped and begun anew.</remarks>
internal sealed class TreeDrain
{
    // Invariants:
    // - _frames[0.._depth) is the path from the old root to where the pass stands; each frame's index is its next child
    //   or entry;
    // - all changes before _change are in the writers or in new nodes; no open frame's subtree ends before _change;
    // - the leftmost entry that is written on an inner level has an empty key;
    // - in key order, what a writer holds pending comes before what the writers of lower levels hold.
    private readonly NodeSource _nodes;
    private readonly NodeAllocator _allocator;
    private readonly WriteBuffer _changes;
    private readonly TreeOptions _options;
    private readonly List<LevelWriter> _writers = [];
    private readonly List<ulong> _replaced = [];
    private readonly Frame[] _frames;
    private readonly byte[] _separator = new byte[OrderedIndex.MaxKeyBytes];
    private int _depth;
    private uint _change;
    private long _bytes;
    private int _written;

    /// <param name="nodes">The tree's nodes.</param>
    /// <param name="allocator">The shard's node numbers.</param>
    /// <param name="options">Layout.</param>
    /// <param name="root">The tree as it is.</param>
    /// <param name="changes">A buffer that nobody writes to any more.</param>
    public TreeDrain(NodeSource nodes, NodeAllocator allocator, TreeOptions options, TreeRoot root, WriteBuffer changes)
    {
        _nodes = nodes;
        _allocator = allocator;
        _options = options;
        _changes = changes;
        _change = changes.First();
        _bytes = root.Bytes;
        FirstNumber = allocator.Next;
        _frames = new Frame[Math.Max(1, (int)root.Height)];
        for (int i = 0; i < _frames.Length; i++)
        {
            _frames[i] = new Frame();
        }

        _frames[0].Node = root.IsEmpty ? null : Open(root.Node, root.Height - 1, default, default);
        _depth = 1;
    }

    /// <summary>Nodes of the new tree that are not in the old one have this number or a higher one.</summary>
    public ulong FirstNumber { get; }

    /// <summary>The new tree, once <see cref="Advance"/> said that the pass is done.</summary>
    public TreeRoot Result { get; private set; }

    /// <summary>Nodes that the old tree reaches and the new one does not.</summary>
    public IReadOnlyList<ulong> Replaced => _replaced;

    private int Progress => _written + _replaced.Count;

    /// <summary>Goes on with the pass.</summary>
    /// <param name="maxNodes">Stops after reading and writing about so many nodes.</param>
    /// <returns>True when it is done.</returns>
    public bool Advance(int maxNodes)
    {
        int stop = maxNodes > int.MaxValue - Progress ? int.MaxValue : Progress + maxNodes;
        while (_depth > 0)
        {
            if (Progress >= stop)
            {
                return false;
            }

            Frame frame = _frames[_depth - 1];
            if (frame.Node is { Level: > 0 } inner)
            {
                AdvanceInner(inner, frame);
            }
            else if (MergeLeaf(frame, stop))
            {
                _depth--;
            }
        }

        Invariant.Check(_change == 0);
        Finish();
        return true;
    }

    /// <summary>Takes over the next child as it is, or goes down into it.</summary>
    private void AdvanceInner(Node inner, Frame frame)
    {
        if (frame.Index == inner.Count)
        {
            _depth--;
            return;
        }

        int index = frame.Index++;
        bool last = index + 1 == inner.Count;
        bool changed = _change != 0
            && (last ? IsBelow(frame) : inner.CompareKey(index + 1, _changes.KeyAt(_change)) > 0);
        if (!changed && CloseBelow(inner.Level))
        {
            AppendChild(inner.Level, inner.Prefix, inner.KeySuffix(index), inner.ChildReference(index), isNew: false);
            return;
        }

        Frame below = _frames[_depth++];
        below.Node = Open(inner.Child(index), inner.Level - 1, inner.Prefix, inner.KeySuffix(index));
        below.Index = 0;
        if (last)
        {
            below.CopyBound(frame);
        }
        else
        {
            below.SetBound(inner, index + 1);
        }
    }

    /// <summary>Merges a leaf with the changes below its bound.</summary>
    /// <returns>True when the leaf is done; false when the slice is.</returns>
    private bool MergeLeaf(Frame frame, int stop)
    {
        LevelWriter writer = WriterOf(0);
        Node? leaf = frame.Node;
        while (_change != 0 && IsBelow(frame))
        {
            ReadOnlySpan<byte> key = _changes.KeyAt(_change);
            bool exact = false;
            Take(writer, frame, leaf?.LowerBound(key, out exact) ?? 0);
            uint version = _changes.VersionAt(_change, uint.MaxValue);
            if (!_changes.IsDeletion(version))
            {
                writer.Append(key, _changes.ValueAtVersion(version).Span, isNew: !exact);
                CutAhead(0);
            }

            frame.Index += exact ? 1 : 0;
            _change = _changes.Next(_change);
            if (Progress >= stop)
            {
                return false;
            }
        }

        Take(writer, frame, leaf?.Count ?? 0);
        return true;
    }

    /// <summary>Takes over a leaf's entries up to one, exclusively.</summary>
    private void Take(LevelWriter writer, Frame frame, int until)
    {
        for (; frame.Index < until; frame.Index++)
        {
            Node leaf = frame.Node!;
            writer.Append(leaf.Prefix, leaf.KeySuffix(frame.Index), leaf.Value(frame.Index), isNew: false);
            CutAhead(0);
        }
    }

    /// <summary>Whether the next change belongs to a frame's subtree.</summary>
    private bool IsBelow(Frame frame) =>
        !frame.IsBounded || _changes.KeyAt(_change).SequenceCompareTo(frame.Bound) < 0;

    /// <summary>
    /// Puts all that is pending below a level into nodes, so that a subtree of that level can follow.
    /// </summary>
    /// <returns>False when too little is pending for a node: then the subtree is to be opened and joined with it.</returns>
    private bool CloseBelow(int level)
    {
        for (int i = 0; i < level; i++)
        {
            CutOverfull(i);
            if (WriterOf(i).IsUnderfull)
            {
                return false;
            }

            CutRest(i);
        }

        return true;
    }

    private void CutAhead(int level)
    {
        LevelWriter writer = WriterOf(level);
        while (writer.CanCutAhead)
        {
            Cut(writer, level, writer.ChooseCut());
        }
    }

    private void CutOverfull(int level)
    {
        LevelWriter writer = WriterOf(level);
        while (writer.IsOverfull)
        {
            Cut(writer, level, writer.ChooseCut());
        }
    }

    private void CutRest(int level)
    {
        LevelWriter writer = WriterOf(level);
        if (writer.Count > 0)
        {
            Cut(writer, level, writer.Count);
        }
    }

    /// <summary>Cuts a node and appends it to the level above.</summary>
    private void Cut(LevelWriter writer, int level, int count)
    {
        bool isNew = writer.NextIsNew;
        int separatorLength = writer.Separator.Length;
        writer.Separator.CopyTo(_separator);
        Span<byte> reference = stackalloc byte[NodeFormat.ChildBytes];
        ulong number = Write(writer.Cut(count, out long entries));
        BinaryPrimitives.WriteUInt64LittleEndian(reference, number);
        BinaryPrimitives.WriteInt64LittleEndian(reference[8..], entries);
        AppendChild(level + 1, _separator.AsSpan(0, separatorLength), default, reference, isNew);
    }

    private void AppendChild(
        int level, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> reference, bool isNew)
    {
        LevelWriter writer = WriterOf(level);
        if (writer.IsUntouched && IsTop(level))
        {
            // The leftmost child takes all that is below its right neighbour.
            prefix = default;
            suffix = default;
        }

        writer.Append(prefix, suffix, reference, isNew);
        CutAhead(level);
    }

    private ulong Write(byte[] bytes)
    {
        ulong number = _allocator.Allocate();
        _nodes.Store(Node.FromEncoded(number, bytes));
        _bytes += bytes.Length;
        _written++;
        return number;
    }

    /// <summary>Reads a node whose entries go into new nodes.</summary>
    private Node Open(ulong number, int level, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix)
    {
        Node node = _nodes.Load(number, level);
        WriterOf(level).Open(prefix, suffix);
        CountAsReplaced(node);
        return node;
    }

    private void CountAsReplaced(Node node)
    {
        _replaced.Add(node.Number);
        _bytes -= node.Bytes.Length;
    }

    /// <summary>Puts what is pending on every level into nodes, up to a single one: the root.</summary>
    private void Finish()
    {
        for (int level = 0; ; level++)
        {
            CutOverfull(level);
            if (!IsTop(level))
            {
                CutRest(level);
                continue;
            }

            LevelWriter writer = WriterOf(level);

            Result = writer.Count switch
            {
                0 => TreeRoot.Empty,
                1 when level > 0 => OnlyChildAsRoot(writer.OnlyChild(), level - 1),
                _ => RootOf(writer, level),
            };
            return;
        }
    }

    private TreeRoot RootOf(LevelWriter writer, int level)
    {
        ulong number = Write(writer.Cut(writer.Count, out long entries));
        return new TreeRoot(number, (byte)(level + 1), entries, _bytes);
    }

    private TreeRoot OnlyChildAsRoot(ReadOnlySpan<byte> reference, int level)
    {
        ulong number = BinaryPrimitives.ReadUInt64LittleEndian(reference);
        long entries = BinaryPrimitives.ReadInt64LittleEndian(reference[8..]);
        while (level > 0 && _nodes.Load(number, level) is { Count: 1 } node)
        {
            CountAsReplaced(node);
            number = node.Child(0);
            level--;
        }

        return new TreeRoot(number, (byte)(level + 1), entries, _bytes);
    }

    /// <summary>True when nothing reached the levels above.</summary>
    private bool IsTop(int level)
    {
        for (int above = level + 1; above < _writers.Count; above++)
        {
            if (!_writers[above].IsUntouched)
            {
                return false;
            }
        }

        return true;
    }

    private LevelWriter WriterOf(int level)
    {
        while (_writers.Count <= level)
        {
            Invariant.Check(_writers.Count < NodeFormat.MaxHeight);
            _writers.Add(new LevelWriter(_nodes.Tree, _writers.Count, _options.NodeBytes));
        }

        return _writers[level];
    }

    /// <summary>A node on the path, with the key that its subtree ends before.</summary>
    private sealed class Frame
    {
        private byte[] _bound = [];
        private int _boundLength;

        /// <summary>Null for the leaf that an empty tree does not have.</summary>
        public Node? Node { get; set; }

        public int Index { get; set; }

        public bool IsBounded { get; private set; }

        public ReadOnlySpan<byte> Bound => _bound.AsSpan(0, _boundLength);

        public void SetBound(Node node, int index)
        {
            IsBounded = true;
            Reserve(node.KeyLength(index));
            _boundLength = node.CopyKey(index, _bound);
        }

        public void CopyBound(Frame other)
        {
            IsBounded = other.IsBounded;
            Reserve(other._boundLength);
            other.Bound.CopyTo(_bound);
            _boundLength = other._boundLength;
        }

        private void Reserve(int length)
        {
            if (_bound.Length < length)
            {
                _bound = new byte[Math.Max(length, 64)];
            }
        }
    }
}
