using System.Buffers.Binary;
using Nacre.Core;

namespace Nacre.Storage.Trees;

/// <summary>
/// The right edge of one level of a tree that is being rewritten from left to right: entries that came and are in no
/// new node yet, and where to cut them into nodes.
/// </summary>
/// <remarks>Thread: the applier.</remarks>
internal sealed class LevelWriter
{
    /// <summary>How full a node is made, in percent, when changes are spread over it: room for the next ones.</summary>
    private const int SpreadFillPercent = 90;

    /// <summary>A node below this share of its size, in percent, is joined with its right neighbour.</summary>
    private const int UnderfullPercent = 33;

    /// <summary>New entries side by side that are taken for ones that come in key order.</summary>
    private const int MinRun = 3;

    /// <summary>Fewest children of an inner node, the last of its level excepted.</summary>
    private const int MinChildren = 2;

    // Invariants:
    // - pending entries are _entries[_first.._end), their keys rise strictly;
    // - an entry's key and value lie side by side in _data, and entries lie there in order without gaps;
    // - _prefixLength is the length of the common prefix of all pending keys.
    private readonly TreeId _tree;
    private readonly int _level;
    private readonly int _nodeBytes;
    private readonly byte[] _separator = new byte[OrderedIndex.MaxKeyBytes];
    private byte[] _data;
    private Pending[] _entries;
    private int _first;
    private int _end;
    private int _dataEnd;
    private int _prefixLength;
    private int _separatorLength;
    private int _opened;
    private int _cut;
    private bool _started;

    public LevelWriter(TreeId tree, int level, int nodeBytes)
    {
        _tree = tree;
        _level = level;
        _nodeBytes = nodeBytes;
        _data = new byte[4 * nodeBytes];
        _entries = new Pending[256];
    }

    /// <summary>Entries in no new node yet.</summary>
    public int Count => _end - _first;

    /// <summary>
    /// True when the next node that is cut is one more than there were before, counted since nothing was pending.
    /// </summary>
    public bool NextIsNew => _cut >= _opened;

    /// <summary>True before anything came.</summary>
    public bool IsUntouched => !_started;

    /// <summary>Bytes of a node that would hold all pending entries.</summary>
    public int Size => SizeOf(_first, Count, _prefixLength);

    /// <summary>True when the pending entries want more than one node.</summary>
    public bool IsOverfull => Count > MinCount && Size > _nodeBytes;

    /// <summary>True when so much is pending that a node can be cut without knowing what follows.</summary>
    public bool CanCutAhead => Count > 2 * MinCount && Size > 2 * _nodeBytes;

    /// <summary>True when what is pending is too little for a node that is not the last of its level.</summary>
    public bool IsUnderfull =>
        Count > 0 && (Size < _nodeBytes * UnderfullPercent / 100 || (_level > 0 && Count < MinChildren));

    /// <summary>Separator of the next node that is cut.</summary>
    public ReadOnlySpan<byte> Separator =>
        _level == 0 ? _separator.AsSpan(0, _separatorLength) : KeyOf(_entries[_first]);

    private int MinCount => _level == 0 ? 1 : (2 * MinChildren) - 1;

    /// <summary>Says that entries of an old node of this level follow.</summary>
    /// <param name="prefix">First part of the old node's separator.</param>
    /// <param name="suffix">Second part.</param>
    public void Open(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix)
    {
        _opened++;
        if (Count == 0 && _level == 0)
        {
            SetSeparator(prefix, suffix);
        }
    }

    /// <summary>Takes the next entry.</summary>
    /// <param name="key">Above all keys before it.</param>
    /// <param name="value">Value, or child reference.</param>
    /// <param name="isNew">Whether the old tree had no such entry.</param>
    public void Append(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isNew) =>
        Append(key, default, value, isNew);

    /// <summary>Takes the next entry, its key in two parts.</summary>
    public void Append(ReadOnlySpan<byte> keyPrefix, ReadOnlySpan<byte> keySuffix, ReadOnlySpan<byte> value, bool isNew)
    {
        _started = true;
        int keyLength = keyPrefix.Length + keySuffix.Length;
        Reserve(keyLength + value.Length);
        Span<byte> place = _data.AsSpan(_dataEnd);
        keyPrefix.CopyTo(place);
        keySuffix.CopyTo(place[keyPrefix.Length..]);
        value.CopyTo(place[keyLength..]);
        _entries[_end] = new Pending(_dataEnd, (ushort)keyLength, (ushort)value.Length, isNew);
        _dataEnd += keyLength + value.Length;
        _end++;
        _prefixLength = CommonPrefixLength(_first, _end - 1);
        Invariant.CheckSlow(Count == 1 || KeyOf(_entries[_end - 2]).SequenceCompareTo(place[..keyLength]) < 0);
    }

    /// <summary>Takes entries of an old leaf.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="from">The first entry.</param>
    /// <param name="until">The entry after the last.</param>
    public void AppendRun(Node leaf, int from, int until)
    {
        _started = true;
        ReadOnlySpan<byte> prefix = leaf.Prefix;
        for (int i = from; i < until; i++)
        {
            ReadOnlySpan<byte> rest = leaf.KeySuffixAndValue(i, out int valueLength);
            int length = prefix.Length + rest.Length;
            Reserve(length);
            Span<byte> place = _data.AsSpan(_dataEnd, length);
            prefix.CopyTo(place);
            rest.CopyTo(place[prefix.Length..]);
            _entries[_end++] = new Pending(_dataEnd, (ushort)(length - valueLength), (ushort)valueLength, IsNew: false);
            _dataEnd += length;
        }

        _prefixLength = CommonPrefixLength(_first, _end - 1);
    }

    /// <summary>How many of the pending entries the next node takes, when they want more than one.</summary>
    public int ChooseCut()
    {
        int most = Fit(_nodeBytes);
        int count = ShapeOfChanges(out int runEnd) switch
        {
            Shape.Descending when Size <= 2 * _nodeBytes => CutBeforeOldEntries(runEnd),
            Shape.Spread when Size > 2 * _nodeBytes => Fit(_nodeBytes * SpreadFillPercent / 100),
            Shape.Spread => Fit(Size / 2) + 1,
            _ => most,
        };
        int least = _level == 0 ? 1 : MinChildren;
        return Math.Clamp(Math.Min(count, most), least, Count - least);
    }

    /// <summary>Encodes a node of the first pending entries and lets go of them.</summary>
    /// <param name="count">How many; 1 to <see cref="Count"/>.</param>
    /// <param name="leafEntries">Entries in the leaves that the node reaches.</param>
    public byte[] Cut(int count, out long leafEntries)
    {
        Invariant.Check(count > 0);
        Invariant.Check(count <= Count);
        int end = _first + count;
        int prefixLength = CommonPrefixLength(_first, end - 1);
        byte[] node = GC.AllocateUninitializedArray<byte>(SizeOf(_first, count, prefixLength));
        leafEntries = Encode(node, count, prefixLength);
        if (end < _end && _level == 0)
        {
            ReadOnlySpan<byte> next = KeyOf(_entries[end]);
            SetSeparator(next[..KeyBytes.SeparatorLength(KeyOf(_entries[end - 1]), next)], default);
        }

        _cut++;
        _first = end;
        if (_first == _end)
        {
            _first = _end = _dataEnd = 0;
            _cut = _opened = 0;
        }
        else
        {
            _prefixLength = CommonPrefixLength(_first, _end - 1);
        }

        return node;
    }

    /// <summary>The only pending entry's child.</summary>
    public ReadOnlySpan<byte> OnlyChild()
    {
        Invariant.Check(_level > 0);
        Invariant.Check(Count == 1);
        return ValueOf(_entries[_first]);
    }

    private long Encode(Span<byte> node, int count, int prefixLength)
    {
        NodeFormat.WriteHeader(node, _tree, _level, count, prefixLength);
        KeyOf(_entries[_first])[..prefixLength].CopyTo(node[NodeFormat.HeaderBytes..]);
        Span<byte> table = node[(NodeFormat.HeaderBytes + prefixLength)..];
        Span<byte> heap = table[((count + 1) * NodeFormat.OffsetBytes)..];
        BinaryPrimitives.WriteUInt16LittleEndian(table, 0);
        long leafEntries = 0;
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            Pending entry = _entries[_first + i];
            if (_level == 0)
            {
                heap[at++] = (byte)entry.ValueLength;
                leafEntries++;
            }
            else
            {
                leafEntries += BinaryPrimitives.ReadInt64LittleEndian(ValueOf(entry)[8..]);
            }

            int length = entry.KeyLength - prefixLength + entry.ValueLength;
            _data.AsSpan(entry.Offset + prefixLength, length).CopyTo(heap[at..]);
            at += length;
            BinaryPrimitives.WriteUInt16LittleEndian(table[((i + 1) * NodeFormat.OffsetBytes)..], (ushort)at);
        }

        Invariant.Check(at == heap.Length);
        return leafEntries;
    }

    /// <summary>Most pending entries that a node of a size can take; at least one.</summary>
    private int Fit(int bytes)
    {
        int low = 1;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (SizeOf(_first, middle, CommonPrefixLength(_first, _first + middle - 1)) <= bytes)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>
    /// Where to cut new entries off from old ones behind them. Right there when the new ones go on from a node that
    /// was cut before, since the next ones will come in between, or when the old ones fill half a node; else so that
    /// the second node is full.
    /// </summary>
    private int CutBeforeOldEntries(int runEnd)
    {
        int oldEntries = SizeFrom(runEnd);
        bool goesOn = _cut > 0 && runEnd - _first >= MinRun;
        if (goesOn || (oldEntries >= _nodeBytes / 2 && oldEntries <= _nodeBytes))
        {
            return runEnd - _first;
        }

        int low = _first + 1;
        int high = _end - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (SizeFrom(middle) <= _nodeBytes)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low - _first;
    }

    /// <summary>
    /// Tells entries that come in key order from ones that come anywhere: behind the former nodes are left full,
    /// between the latter there is room.
    /// </summary>
    /// <param name="runEnd">Where the new entries end, if they come in order.</param>
    private Shape ShapeOfChanges(out int runEnd)
    {
        int runStart = -1;
        int added = 0;
        runEnd = -1;
        for (int i = _first; i < _end; i++)
        {
            if (_entries[i].IsNew)
            {
                runStart = runStart < 0 ? i : runStart;
                runEnd = i + 1;
                added++;
            }
        }

        bool run = added > 0 && runEnd - runStart == added;
        if (!run || (added < MinRun && runEnd != _end && runStart != _first))
        {
            return Shape.Spread;
        }

        return runStart == _first && runEnd != _end ? Shape.Descending : Shape.Ascending;
    }

    private int SizeFrom(int first) => SizeOf(first, _end - first, CommonPrefixLength(first, _end - 1));

    private int SizeOf(int first, int count, int prefixLength)
    {
        if (count == 0)
        {
            return 0;
        }

        int last = first + count - 1;
        int data = _entries[last].Offset + _entries[last].KeyLength + _entries[last].ValueLength - _entries[first].Offset;
        int perEntry = NodeFormat.OffsetBytes + (_level == 0 ? NodeFormat.LeafEntryBytes : 0) - prefixLength;
        return NodeFormat.HeaderBytes + NodeFormat.OffsetBytes + prefixLength + data + (count * perEntry);
    }

    private int CommonPrefixLength(int first, int last) =>
        KeyOf(_entries[first]).CommonPrefixLength(KeyOf(_entries[last]));

    private ReadOnlySpan<byte> KeyOf(in Pending entry) => _data.AsSpan(entry.Offset, entry.KeyLength);

    private ReadOnlySpan<byte> ValueOf(in Pending entry) =>
        _data.AsSpan(entry.Offset + entry.KeyLength, entry.ValueLength);

    private void SetSeparator(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix)
    {
        prefix.CopyTo(_separator);
        suffix.CopyTo(_separator.AsSpan(prefix.Length));
        _separatorLength = prefix.Length + suffix.Length;
    }

    /// <summary>Makes room for one more entry, moving the pending ones to the front first.</summary>
    private void Reserve(int bytes)
    {
        if (_end < _entries.Length && _dataEnd + bytes <= _data.Length)
        {
            return;
        }

        if (_first > 0)
        {
            int moved = _entries[_first].Offset;
            _data.AsSpan(moved, _dataEnd - moved).CopyTo(_data);
            for (int i = _first; i < _end; i++)
            {
                Pending entry = _entries[i];
                _entries[i - _first] = entry with { Offset = entry.Offset - moved };
            }

            _end -= _first;
            _first = 0;
            _dataEnd -= moved;
        }

        // Growing while more than half is in use keeps moves rare.
        if (_end * 2 > _entries.Length)
        {
            Array.Resize(ref _entries, _entries.Length * 2);
        }

        if ((_dataEnd + bytes) * 2 > _data.Length)
        {
            Array.Resize(ref _data, (_dataEnd + bytes) * 2);
        }
    }

    private enum Shape
    {
        Spread,
        Ascending,
        Descending,
    }

    private readonly record struct Pending(int Offset, ushort KeyLength, ushort ValueLength, bool IsNew);
}
