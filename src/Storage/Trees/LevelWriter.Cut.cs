using System.Buffers.Binary;
using Nacre.Core;

namespace Nacre.Storage.Trees;

internal sealed partial class LevelWriter
{
    private enum Shape
    {
        Spread,
        Ascending,
        Descending,
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
        int endSection = _firstSection;
        int size = NodeFormat.HeaderBytes + NodeFormat.OffsetBytes;
        for (; endSection < _endSection && _sections[endSection].First < end; endSection++)
        {
            ref Section section = ref _sections[endSection];
            if (SectionEnd(endSection) > end)
            {
                // Cut short, its keys may share more than they did.
                section.PrefixLength = CommonPrefixLength(section.First, end - 1);
            }

            size += SectionSize(endSection, _first, end);
        }

        byte[] node = GC.AllocateUninitializedArray<byte>(size);
        leafEntries = Encode(node, count, endSection);
        if (end < _end && _level == 0)
        {
            ReadOnlySpan<byte> next = KeyOf(end);
            SetSeparator(next[..KeyBytes.SeparatorLength(KeyOf(end - 1), next)], default);
        }

        LetGo(end, endSection);
        return node;
    }

    private long Encode(Span<byte> node, int count, int endSection)
    {
        int sections = endSection - _firstSection;
        NodeFormat.WriteHeader(node, _tree, _level, count, sections);
        int prefixes = NodeFormat.HeaderBytes + (sections * NodeFormat.SectionBytes);
        int prefixEnd = 0;
        for (int i = 0; i < sections; i++)
        {
            (int first, int prefixLength) = _sections[_firstSection + i];
            KeyOf(first)[..prefixLength].CopyTo(node[(prefixes + prefixEnd)..]);
            prefixEnd += prefixLength;
            NodeFormat.WriteSection(node, i, first - _first, prefixEnd);
        }

        Span<byte> table = node[(prefixes + prefixEnd)..];
        Span<byte> heap = table[((count + 1) * NodeFormat.OffsetBytes)..];
        BinaryPrimitives.WriteUInt16LittleEndian(table, 0);
        int end = _first + count;
        int at = 0;
        for (int section = _firstSection; section < endSection; section++)
        {
            (int first, int prefixLength) = _sections[section];
            int until = Math.Min(SectionEnd(section), end);
            for (int i = first; i < until; i++)
            {
                Pending entry = _entries[i];
                if (_level == 0)
                {
                    heap[at++] = (byte)entry.ValueLength;
                }

                int length = entry.KeyLength - prefixLength + entry.ValueLength;
                _data.AsSpan(entry.Offset + prefixLength, length).CopyTo(heap[at..]);
                at += length;
                table = table[NodeFormat.OffsetBytes..];
                BinaryPrimitives.WriteUInt16LittleEndian(table, (ushort)at);
            }
        }

        Invariant.Check(at == heap.Length);
        return _level == 0 ? count : LeafEntries(count);
    }

    private long LeafEntries(int count)
    {
        long entries = 0;
        for (int i = _first; i < _first + count; i++)
        {
            entries += BinaryPrimitives.ReadInt64LittleEndian(ValueOf(i)[8..]);
        }

        return entries;
    }

    private void LetGo(int end, int endSection)
    {
        _cut++;
        _first = end;
        _closedBytes = 0;
        if (_first == _end)
        {
            _first = _end = _dataEnd = 0;
            _firstSection = _endSection = 0;
            _cut = _opened = 0;
            return;
        }

        // The section that was cut through goes on.
        _firstSection = SectionEnd(endSection - 1) > end ? endSection - 1 : endSection;
        _sections[_firstSection].First = end;
        _sections[_firstSection].PrefixLength = CommonPrefixLength(end, SectionEnd(_firstSection) - 1);
        for (int i = _firstSection; i < _endSection - 1; i++)
        {
            _closedBytes += SectionSize(i, _first, _end);
        }
    }

    /// <summary>Most pending entries that a node of a size can take; at least one.</summary>
    private int Fit(int bytes)
    {
        int low = 1;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (SizeOf(_first, _first + middle) <= bytes)
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
        int oldEntries = SizeOf(runEnd, _end);
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
            if (SizeOf(middle, _end) <= _nodeBytes)
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

    /// <summary>Bytes that a node of some of the pending entries takes at most.</summary>
    private int SizeOf(int from, int until)
    {
        int size = NodeFormat.HeaderBytes + NodeFormat.OffsetBytes;
        for (int section = _firstSection; section < _endSection && _sections[section].First < until; section++)
        {
            if (SectionEnd(section) > from)
            {
                size += SectionSize(section, from, until);
            }
        }

        return size;
    }

    private int SectionEnd(int section) => section + 1 < _endSection ? _sections[section + 1].First : _end;
}
