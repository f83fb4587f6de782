using Nacre.Core;

namespace Nacre.Storage.Trees;

/// <summary>
/// Rewrites a tree with the changes of a buffer, in one pass from left to right: subtrees without changes are taken
/// over as they are, leaves with changes are merged and cut anew, and so are their parents. Old nodes stay as they
/// were; the new tree exists once the pass is done.
/// </summary>
/// <remarks>Thread: the applier. The work can be done in slices. After a fault the drain is dropped and begun anew.</remarks>
internal sealed partial class TreeDrain : IDisposable
{
    /// <summary>The bounds of a drain.</summary>
    public static readonly ScanBounds AllChanges = new(default, Inclusive: true, default, Descending: false);

    // Invariants:
    // - _frames[0.._depth) is the path from the old root to where the pass stands; each frame's index is its next child
    //   or entry;
    // - all changes before the one at which _changes stands are in the writers or in new nodes, and no open frame's
    //   subtree ends before it;
    // - the leftmost entry that is written on an inner level has an empty key;
    // - in key order, what a writer holds pending comes before what the writers of lower levels hold.
    private readonly NodeSource _nodes;
    private readonly NodeAllocator _allocator;
    private readonly TreeOptions _options;
    private readonly List<LevelWriter> _writers = [];
    private readonly List<ulong> _replaced = [];
    private readonly Frame[] _frames;
    private readonly NodeScratch _leafScratch = new();
    private readonly byte[] _separator = new byte[OrderedIndex.MaxKeyBytes];
    private int _depth;
    private WriteBuffer.Scan _changes;
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
        _changes = ChangesOf(changes);
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

    /// <summary>Stands at the first change of a buffer.</summary>
    public static WriteBuffer.Scan ChangesOf(WriteBuffer buffer)
    {
        WriteBuffer.Scan changes = new(buffer, buffer.Sequence, descending: false);
        changes.Start(AllChanges);
        return changes;
    }

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

        Invariant.Check(!_changes.HasCurrent);
        Finish();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _leafScratch.Dispose();

    /// <summary>The changes that belong to leaves not read yet.</summary>
    public WriteBuffer.Scan Ahead()
    {
        WriteBuffer.Scan ahead = _changes;
        if (ahead.HasCurrent && _depth > 0 && _frames[_depth - 1] is { Node.Level: 0 } leaf)
        {
            if (!leaf.IsBounded)
            {
                return default;
            }

            ahead.Start(AllChanges with { From = leaf.Bound.ToArray() });
        }

        return ahead;
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
        bool changed = _changes.HasCurrent
            && (last ? IsBelow(frame) : inner.CompareKey(index + 1, _changes.Key) > 0);
        ReadOnlySpan<byte> prefix = inner.Prefix(inner.SectionOf(index));
        ReadOnlySpan<byte> suffix = inner.KeySuffix(index);
        if (!changed && CloseBelow(inner.Level))
        {
            AppendChild(inner.Level, prefix, suffix, inner.ChildReference(index), isNew: false);
            return;
        }

        Frame below = _frames[_depth++];
        below.Node = Open(inner.Child(index), inner.Level - 1, prefix, suffix);
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
        while (_changes.HasCurrent && IsBelow(frame))
        {
            ReadOnlySpan<byte> key = _changes.Key;
            bool exact = false;
            if (leaf is not null)
            {
                Take(writer, frame, leaf.LowerBound(key, frame.Index, out exact));
            }

            if (!_changes.IsDeletion)
            {
                writer.Append(key, default, _changes.Value.Span, isNew: !exact);
                CutAhead(0);
            }

            frame.Index += exact ? 1 : 0;
            _changes.MoveNext(AllChanges);
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
        if (frame.Index < until)
        {
            writer.AppendRun(frame.Node!, frame.Index, until);
            frame.Index = until;
            CutAhead(0);
        }
    }

    /// <summary>Whether the next change belongs to a frame's subtree.</summary>
    private bool IsBelow(Frame frame) =>
        !frame.IsBounded || _changes.Key.SequenceCompareTo(frame.Bound) < 0;

    /// <summary>Reads a node whose entries go into new nodes.</summary>
    private Node Open(ulong number, int level, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix)
    {
        // A leaf that is being replaced is not worth a place in memory; an inner node still serves readers.
        Node node = _nodes.Load(number, level, level == 0 ? _leafScratch : null);
        WriterOf(level).Open(prefix, suffix);
        CountAsReplaced(node);
        return node;
    }

    private void CountAsReplaced(Node node)
    {
        _replaced.Add(node.Number);
        _bytes -= node.Length;
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
