using Nacre.Core;

namespace Nacre.Storage.Trees;

/// <summary>
/// The right edge of one level of a tree that is being rewritten from left to right: entries that came and are in no
/// new node yet, in which sections to keep them, and where to cut them into nodes.
/// </summary>
/// <remarks>Thread: the applier.</remarks>
internal sealed partial class LevelWriter
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
    // - sections are _sections[_firstSection.._endSection); the first begins at _first, each ends where the next
    //   begins, the last at _end; a section's prefix is one that all its keys share, and the longest unless the
    //   section is cut;
    // - _closedBytes is what all sections but the last take in a node.
    private readonly TreeId _tree;
    private readonly int _level;
    private readonly int _nodeBytes;
    private readonly byte[] _separator = new byte[OrderedIndex.MaxKeyBytes];
    private byte[] _data;
    private Pending[] _entries = new Pending[256];
    private Section[] _sections = new Section[32];
    private int _first;
    private int _end;
    private int _dataEnd;
    private int _firstSection;
    private int _endSection;
    private int _closedBytes;
    private int _separatorLength;
    private int _opened;
    private int _cut;

    public LevelWriter(TreeId tree, int level, int nodeBytes)
    {
        _tree = tree;
        _level = level;
        _nodeBytes = nodeBytes;
        _data = new byte[4 * nodeBytes];
    }

    /// <summary>Entries in no new node yet.</summary>
    public int Count => _end - _first;

    /// <summary>
    /// True when the next node that is cut is one more than there were before, counted since nothing was pending.
    /// </summary>
    public bool NextIsNew => _cut >= _opened;

    /// <summary>True before anything came.</summary>
    public bool IsUntouched { get; private set; } = true;

    /// <summary>Bytes of a node that would hold all pending entries.</summary>
    public int Size => Count == 0
        ? 0
        : NodeFormat.HeaderBytes + NodeFormat.OffsetBytes + _closedBytes + SectionSize(_endSection - 1, _first, _end);

    /// <summary>True when the pending entries want more than one node.</summary>
    public bool IsOverfull => Count > MinCount && Size > _nodeBytes;

    /// <summary>True when so much is pending that a node can be cut without knowing what follows.</summary>
    public bool CanCutAhead => Count > 2 * MinCount && Size > 2 * _nodeBytes;

    /// <summary>True when what is pending is too little for a node that is not the last of its level.</summary>
    public bool IsUnderfull =>
        Count > 0 && (Size < _nodeBytes * UnderfullPercent / 100 || (_level > 0 && Count < MinChildren));

    /// <summary>Separator of the next node that is cut.</summary>
    public ReadOnlySpan<byte> Separator =>
        _level == 0 ? _separator.AsSpan(0, _separatorLength) : KeyOf(_first);

    private int MinCount => _level == 0 ? 1 : (2 * MinChildren) - 1;

    private int EntryBytes => NodeFormat.OffsetBytes + (_level == 0 ? NodeFormat.LeafEntryBytes : 0);

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
    /// <param name="prefix">First part of the key, which is above all keys before it.</param>
    /// <param name="suffix">Second part.</param>
    /// <param name="value">Value, or child reference.</param>
    /// <param name="isNew">Whether the old tree had no such entry.</param>
    public void Append(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> suffix, ReadOnlySpan<byte> value, bool isNew)
    {
        int keyLength = prefix.Length + suffix.Length;
        Reserve(keyLength + value.Length);
        Span<byte> place = _data.AsSpan(_dataEnd);
        prefix.CopyTo(place);
        suffix.CopyTo(place[prefix.Length..]);
        value.CopyTo(place[keyLength..]);
        AddEntry(keyLength, value.Length, isNew);
        AddToSections(_end - 1, keyLength);
    }

    /// <summary>Takes entries of an old leaf.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="from">The first entry.</param>
    /// <param name="until">The entry after the last; above <paramref name="from"/>.</param>
    public void AppendRun(Node leaf, int from, int until)
    {
        for (int section = leaf.SectionOf(from); from < until; section++)
        {
            ReadOnlySpan<byte> prefix = leaf.Prefix(section);
            int end = Math.Min(until, leaf.SectionEnd(section));
            int count = end - from;
            for (; from < end; from++)
            {
                ReadOnlySpan<byte> rest = leaf.KeySuffixAndValue(from, out int valueLength);
                int length = prefix.Length + rest.Length;
                Reserve(length);
                Span<byte> place = _data.AsSpan(_dataEnd, length);
                prefix.CopyTo(place);
                rest.CopyTo(place[prefix.Length..]);
                AddEntry(length - valueLength, valueLength, isNew: false);
            }

            AddToSections(_end - count, CommonPrefixLength(_end - count, _end - 1));
        }
    }

    /// <summary>The only pending entry's child.</summary>
    public ReadOnlySpan<byte> OnlyChild()
    {
        Invariant.Check(_level > 0);
        Invariant.Check(Count == 1);
        return ValueOf(_first);
    }

    private void AddEntry(int keyLength, int valueLength, bool isNew)
    {
        _entries[_end] = new Pending(_dataEnd, (ushort)keyLength, (ushort)valueLength, isNew);
        _dataEnd += keyLength + valueLength;
        _end++;
        IsUntouched = false;
        Invariant.CheckSlow(Count == 1 || KeyOf(_end - 2).SequenceCompareTo(KeyOf(_end - 1)) < 0);
    }

    /// <summary>
    /// Finds a section for the last entries: the one before them, one of their own, or one that they share with the
    /// entry before them, whichever spares the most bytes.
    /// </summary>
    /// <param name="from">The first of the entries.</param>
    /// <param name="prefixLength">What their keys share.</param>
    private void AddToSections(int from, int prefixLength)
    {
        if (from == _first)
        {
            AddSection(from, prefixLength);
            return;
        }

        ref Section last = ref _sections[_endSection - 1];
        int before = from - last.First;
        int count = _end - from;
        int shared = CommonPrefixLength(from - 1, from);
        int joined = Math.Min(Math.Min(last.PrefixLength, prefixLength), shared);
        int joining = Spared(before + count, joined);
        int apart = Spared(before, last.PrefixLength) + Spared(count, prefixLength);
        if (before > 1 && shared > last.PrefixLength)
        {
            // The entry before may have more in common with these than with those before it.
            int left = CommonPrefixLength(last.First, from - 2);
            int right = Math.Min(shared, prefixLength);
            if (Spared(before - 1, left) + Spared(count + 1, right) > Math.Max(joining, apart))
            {
                last.PrefixLength = left;
                AddSection(from - 1, right);
                return;
            }
        }

        if (joining >= apart)
        {
            last.PrefixLength = joined;
        }
        else
        {
            AddSection(from, prefixLength);
        }
    }

    /// <summary>Bytes that a section spares.</summary>
    private static int Spared(int count, int prefixLength) => ((count - 1) * prefixLength) - NodeFormat.SectionBytes;

    private void AddSection(int first, int prefixLength)
    {
        if (_endSection == _sections.Length)
        {
            Array.Resize(ref _sections, _sections.Length * 2);
        }

        if (_endSection > _firstSection)
        {
            _closedBytes += SectionSize(_endSection - 1, _first, first);
        }

        _sections[_endSection++] = new Section(first, prefixLength);
    }

    /// <summary>Bytes that the entries of a section take in a node, those outside a range left out.</summary>
    private int SectionSize(int section, int from, int until)
    {
        (int first, int prefixLength) = _sections[section];
        first = Math.Max(first, from);
        int last = (section + 1 < _endSection ? Math.Min(_sections[section + 1].First, until) : until) - 1;
        int count = last + 1 - first;
        return NodeFormat.SectionBytes + prefixLength + DataBytes(first, last) + (count * (EntryBytes - prefixLength));
    }

    private int DataBytes(int first, int last) =>
        _entries[last].Offset + _entries[last].KeyLength + _entries[last].ValueLength - _entries[first].Offset;

    private int CommonPrefixLength(int first, int last) => KeyOf(first).CommonPrefixLength(KeyOf(last));

    private ReadOnlySpan<byte> KeyOf(int entry) => _data.AsSpan(_entries[entry].Offset, _entries[entry].KeyLength);

    private ReadOnlySpan<byte> ValueOf(int entry) =>
        _data.AsSpan(_entries[entry].Offset + _entries[entry].KeyLength, _entries[entry].ValueLength);

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
            MoveToFront();
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

    private void MoveToFront()
    {
        int moved = _entries[_first].Offset;
        _data.AsSpan(moved, _dataEnd - moved).CopyTo(_data);
        for (int i = _first; i < _end; i++)
        {
            Pending entry = _entries[i];
            _entries[i - _first] = entry with { Offset = entry.Offset - moved };
        }

        for (int i = _firstSection; i < _endSection; i++)
        {
            Section section = _sections[i];
            _sections[i - _firstSection] = section with { First = section.First - _first };
        }

        _endSection -= _firstSection;
        _firstSection = 0;
        _end -= _first;
        _first = 0;
        _dataEnd -= moved;
    }

    private readonly record struct Pending(int Offset, ushort KeyLength, ushort ValueLength, bool IsNew);

    private record struct Section(int First, int PrefixLength);
}
