namespace Nacre.Storage.Trees;

internal sealed partial class TreeCursor
{
    /// <summary>Leaves that a cursor keeps in memory; those of a longer scan would drive out what others need.</summary>
    private const int LeavesKept = 8;

    // Invariants:
    // - _path[l] is the inner node of level l above the current leaf, _children[l] the index of the child taken;
    // - _wanted is the next node to be had, 0 when the cursor stands in a leaf or is through;
    // - while _prefixInKey, _key begins with the prefix of the leaf's section [_sectionFirst, _sectionEnd).
    private readonly NodeSource _nodes;
    private readonly TreeRoot _root;
    private Node[] _path = [];
    private int[] _children = [];
    private ulong _wanted;
    private int _wantedLevel;
    private bool _positioning;
    private bool _treeEnded;
    private int _leavesRead;
    private NodeScratch? _scratch;

    private Node? _leaf;
    private int _next;
    private int _stop;
    private int _leafEnd;
    private bool _shadows;
    private int _sectionFirst;
    private int _sectionEnd;
    private int _prefixLength;
    private bool _prefixInKey;

    private void StartTree()
    {
        if (_root.IsEmpty)
        {
            _treeEnded = true;
            return;
        }

        _path = new Node[_root.Height];
        _children = new int[_root.Height];
        _positioning = !_bounds.From.IsEmpty;
        _wanted = _root.Node;
        _wantedLevel = _root.Height - 1;
    }

    /// <summary>Goes to the next leaf, or to the tree's end.</summary>
    /// <returns>False when a node is wanted that is not in memory.</returns>
    private bool TryNextLeaf()
    {
        if (_wanted == 0)
        {
            NextChild();
        }

        while (_wanted != 0)
        {
            if (!_nodes.TryGetCached(_wanted, _wantedLevel, out Node? node))
            {
                return false;
            }

            Accept(node);
        }

        return true;
    }

    private ValueTask<Node> LoadWantedAsync(CancellationToken cancellationToken) =>
        _nodes.LoadAsync(
            _wanted,
            _wantedLevel,
            _wantedLevel > 0 || _leavesRead < LeavesKept ? null : _scratch ??= new NodeScratch(),
            cancellationToken);

    /// <summary>Takes the wanted node: goes on to its child, or stands before its first entry.</summary>
    private void Accept(Node node)
    {
        if (node.Level == 0)
        {
            EnterLeaf(node);
            return;
        }

        int child = _bounds.Descending ? node.Count - 1 : 0;
        if (_positioning)
        {
            child = node.ChildIndex(_bounds.From.Span);
        }

        _path[node.Level] = node;
        _children[node.Level] = child;
        Want(node, child);
    }

    /// <summary>Wants the child after the current one, on the lowest level that has one.</summary>
    private void NextChild()
    {
        _positioning = false;
        for (int level = 1; level < _root.Height; level++)
        {
            Node node = _path[level];
            int child = _children[level] + _step;
            if (child >= 0 && child < node.Count)
            {
                _children[level] = child;
                _treeEnded = IsChildPast(node, child);
                if (!_treeEnded)
                {
                    Want(node, child);
                }

                return;
            }
        }

        _treeEnded = true;
    }

    /// <summary>Whether all keys below a child are at or past the end.</summary>
    private bool IsChildPast(Node node, int child)
    {
        if (_bounds.To.IsEmpty)
        {
            return false;
        }

        // A separator is the lowest key that its child may have.
        return _bounds.Descending
            ? child + 1 < node.Count && node.CompareKey(child + 1, _bounds.To.Span) <= 0
            : node.CompareKey(child, _bounds.To.Span) >= 0;
    }

    private void Want(Node node, int child)
    {
        _wanted = node.Child(child);
        _wantedLevel = node.Level - 1;
    }

    private void EnterLeaf(Node leaf)
    {
        _wanted = 0;
        _leavesRead++;
        _leaf = leaf;
        _prefixInKey = false;
        if (_bounds.Descending)
        {
            EnterDescending(leaf);
        }
        else
        {
            EnterAscending(leaf);
        }

        FindStop();
    }

    private void EnterAscending(Node leaf)
    {
        _next = 0;
        _leafEnd = leaf.Count;
        if (_positioning)
        {
            _next = leaf.LowerBound(_bounds.From.Span, out bool exact);
            _next += exact && !_bounds.Inclusive ? 1 : 0;
        }

        if (!_bounds.To.IsEmpty)
        {
            int end = leaf.LowerBound(_bounds.To.Span, out _);
            _treeEnded = end < leaf.Count;
            _leafEnd = Math.Max(_next, end);
        }
    }

    private void EnterDescending(Node leaf)
    {
        _next = leaf.Count - 1;
        _leafEnd = -1;
        if (_positioning)
        {
            _next = leaf.LowerBound(_bounds.From.Span, out bool exact);
            _next -= exact && _bounds.Inclusive ? 0 : 1;
        }

        if (!_bounds.To.IsEmpty)
        {
            int end = leaf.LowerBound(_bounds.To.Span, out bool exact);
            end += exact ? 1 : 0;
            _treeEnded = end > 0;
            _leafEnd = Math.Min(_next, end - 1);
        }
    }

    /// <summary>Finds how far the leaf's entries may be given before the buffers have to be asked.</summary>
    private void FindStop()
    {
        _stop = _leafEnd;
        _shadows = false;
        if (_next == _leafEnd || !BuffersHaveCurrent)
        {
            return;
        }

        ReadOnlySpan<byte> key = _active.HasCurrent
            && (!_frozen.HasCurrent || _active.Key.SequenceCompareTo(_frozen.Key) * _step <= 0)
            ? _active.Key
            : _frozen.Key;
        int at = _leaf!.LowerBound(key, out bool exact);
        if (_bounds.Descending)
        {
            at -= exact ? 0 : 1;
            _stop = Math.Clamp(at, _leafEnd, _next);
        }
        else
        {
            _stop = Math.Clamp(at, _next, _leafEnd);
        }

        _shadows = exact && at == _stop && at != _leafEnd;
    }

    private void GiveLeafEntry()
    {
        Node leaf = _leaf!;
        if (!_prefixInKey || _next < _sectionFirst || _next >= _sectionEnd)
        {
            EnterSection(leaf);
        }

        ReadOnlySpan<byte> suffix = leaf.KeySuffix(_next);
        _keyLength = _prefixLength + suffix.Length;
        if (_key.Length < _keyLength)
        {
            ReserveKey(_keyLength);
            EnterSection(leaf);
        }

        suffix.CopyTo(_key.AsSpan(_prefixLength));
        _value = leaf.Value(_next);
        _next += _step;
    }

    /// <summary>Puts the prefix of the next entry's section in place.</summary>
    private void EnterSection(Node leaf)
    {
        int section = leaf.SectionOf(_next);
        ReadOnlySpan<byte> prefix = leaf.Prefix(section);
        ReserveKey(prefix.Length);
        prefix.CopyTo(_key);
        _prefixLength = prefix.Length;
        _sectionFirst = leaf.SectionFirst(section);
        _sectionEnd = leaf.SectionEnd(section);
        _prefixInKey = true;
    }
}
