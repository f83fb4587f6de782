using Nacre.Core;

namespace Nacre.Storage.Trees;

/// <content>
/// Changes that are sorted in together: index entries come by the thousand between two views, many of them side by side,
/// and so each block is found, copied and published once for all that it gets.
/// </content>
internal sealed partial class WriteBuffer
{
    /// <summary>Staged changes that are sorted in at once: few enough for a processor's cache.</summary>
    private const int MaxStaged = 8192;

    // Kept: a comparer that is made anew is allocated at each sort.
    private readonly Comparison<uint> _keyOrder;
    private readonly List<Fence<Block>> _newBlocks = [];
    private ulong[] _stagedHeads = [];
    private uint[] _stagedPlaces = [];
    private Slot[] _merged = new Slot[2 * MaxSlots];
    private int _staged;

    /// <summary>Makes an empty buffer.</summary>
    public WriteBuffer() => _keyOrder = CompareStaged;

    /// <summary>As <see cref="Write"/>, but the change waits for others until <see cref="Settle"/> or the next such look.</summary>
    public void Stage(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deletion)
    {
        Advance();
        if (_staged == _stagedHeads.Length)
        {
            Grow();
        }

        _stagedHeads[_staged] = KeyBytes.Head(key);
        _stagedPlaces[_staged++] = _arena.AddKey(key, value, deletion, Sequence);
    }

    /// <summary>Sorts in what is staged. Nothing may be looked for before.</summary>
    public void Settle()
    {
        if (_staged == 0)
        {
            return;
        }

        SortStaged();
        for (int at = 0; at < _staged;)
        {
            at = MergeIntoGroup(at);
        }

        _staged = 0;
    }

    private void Grow()
    {
        if (_staged >= MaxStaged)
        {
            Settle();
            return;
        }

        int size = Math.Max(64, 2 * _staged);
        Array.Resize(ref _stagedHeads, size);
        Array.Resize(ref _stagedPlaces, size);
    }

    private void SortStaged()
    {
        Span<ulong> heads = _stagedHeads.AsSpan(0, _staged);
        Span<uint> places = _stagedPlaces.AsSpan(0, _staged);
        heads.Sort(places);
        int until;
        for (int from = 0; from < heads.Length; from = until)
        {
            for (until = from + 1; until < heads.Length && heads[until] == heads[from]; until++)
            {
            }

            if (until > from + 1)
            {
                SortAlike(places[from..until]);
            }
        }
    }

    /// <summary>Sorts keys of one head, and equal ones as they came.</summary>
    private void SortAlike(Span<uint> places)
    {
        // Places rise as changes come, and so do the numbers of new items, in which keys end: mostly this is all.
        places.Sort();
        for (int at = 1; at < places.Length; at++)
        {
            if (_arena.Key(places[at - 1]).SequenceCompareTo(_arena.Key(places[at])) > 0)
            {
                places.Sort(_keyOrder);
                return;
            }
        }
    }

    private int CompareStaged(uint left, uint right)
    {
        int order = _arena.Key(left).SequenceCompareTo(_arena.Key(right));
        return order != 0 ? order : left.CompareTo(right);
    }

    /// <summary>Sorts staged changes into the group of the first of them.</summary>
    /// <returns>The first change past the group.</returns>
    private int MergeIntoGroup(int at)
    {
        int groupIndex = FindFence(_groups, _arena.Key(_stagedPlaces[at]), _stagedHeads[at]);
        Group group = _groups[groupIndex].Target;
        int end = EndBefore(_groups, groupIndex + 1, at, _staged);
        Fence<Block>[] blocks = group.Blocks;
        int kept = 0;
        while (at < end)
        {
            int index = FindFence(blocks, _arena.Key(_stagedPlaces[at]), _stagedHeads[at]);
            int until = EndBefore(blocks, index + 1, at, end);
            Block block = blocks[index].Target;
            int count = MergeSlots(block.Slots, at, until, out bool appended);
            if (count > MaxSlots)
            {
                _newBlocks.AddRange(blocks.AsSpan(kept..index));
                Cut(blocks[index], count, appended);
                kept = index + 1;
            }
            else if (count > block.Slots.Length)
            {
                block.Slots = _merged[..count];
            }

            at = until;
        }

        if (kept > 0)
        {
            _newBlocks.AddRange(blocks.AsSpan(kept));
            Replace(groupIndex, group);
            _newBlocks.Clear();
        }

        return end;
    }

    /// <summary>The first staged change, after one, that is not below a fence; all are where there is no such fence.</summary>
    private int EndBefore<T>(Fence<T>[] fences, int next, int at, int end)
    {
        if (next == fences.Length)
        {
            return end;
        }

        // Few are below mostly: strides that grow, and then halves.
        ref readonly Fence<T> fence = ref fences[next];
        int low = at + 1;
        int stride = 0;
        while (low + stride < end && IsBelow(low + stride, fence))
        {
            low += stride + 1;
            stride = (2 * stride) + 1;
        }

        int high = Math.Min(end, low + stride);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (IsBelow(middle, fence))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private bool IsBelow<T>(int staged, in Fence<T> fence) =>
        Compare(fence.Head, fence.Place, _arena.Key(_stagedPlaces[staged]), _stagedHeads[staged]) > 0;

    /// <summary>Puts a block's slots and staged changes into one row; changes of keys that are there become versions.</summary>
    /// <param name="slots">The block's.</param>
    /// <param name="at">The first change.</param>
    /// <param name="until">The change after the last.</param>
    /// <param name="appended">Whether all new keys came behind the block's.</param>
    /// <returns>How many slots there are.</returns>
    private int MergeSlots(Slot[] slots, int at, int until, out bool appended)
    {
        int most = slots.Length + until - at;
        if (_merged.Length < most)
        {
            _merged = new Slot[Math.Max(most, 2 * _merged.Length)];
        }

        int taken = 0;
        int count = 0;
        appended = true;
        for (; at < until; at++)
        {
            ulong head = _stagedHeads[at];
            uint place = _stagedPlaces[at];
            ReadOnlySpan<byte> key = _arena.Key(place);
            bool exact = false;
            int index = taken == slots.Length ? taken : FindSlot(slots, taken, key, head, out exact);
            slots.AsSpan(taken..index).CopyTo(_merged.AsSpan(count));
            count += index - taken;
            taken = index;
            if (exact)
            {
                _arena.Join(slots[index].Place, place);
            }
            else if (count > 0 && _merged[count - 1].Head == head && _arena.Key(_merged[count - 1].Place).SequenceEqual(key))
            {
                _arena.Join(_merged[count - 1].Place, place);
            }
            else
            {
                appended &= index == slots.Length;
                _merged[count++] = new Slot(head, place);
                _keys++;
            }
        }

        slots.AsSpan(taken).CopyTo(_merged.AsSpan(count));
        return count + slots.Length - taken;
    }

    /// <summary>Makes blocks of a row that is too long for one. The one that it came from stays as it is for whoever reads it.</summary>
    private void Cut(in Fence<Block> full, int count, bool appended)
    {
        // Keys that come in order leave full blocks behind.
        int blocks = (count + MaxSlots - 1) / MaxSlots;
        int size = appended ? MaxSlots : (count + blocks - 1) / blocks;
        for (int from = 0; from < count; from += size)
        {
            var block = new Block(_merged[from..Math.Min(from + size, count)]);
            _newBlocks.Add(from == 0 ? full with { Target = block } : new(_merged[from].Head, _merged[from].Place, block));
        }
    }

    /// <summary>Gives a group its new blocks, or puts several groups in its place.</summary>
    private void Replace(int groupIndex, Group group)
    {
        if (_newBlocks.Count <= MaxBlocks)
        {
            group.Blocks = [.. _newBlocks];
            return;
        }

        int parts = (_newBlocks.Count + MaxBlocks - 1) / MaxBlocks;
        bool last = groupIndex == _groups.Length - 1;
        int size = last ? MaxBlocks : (_newBlocks.Count + parts - 1) / parts;
        var groups = new List<Fence<Group>>(_groups.Length + parts);
        groups.AddRange(_groups.AsSpan(..groupIndex));
        for (int from = 0; from < _newBlocks.Count; from += size)
        {
            Fence<Block> first = _newBlocks[from];
            var part = new Group([.. _newBlocks.GetRange(from, Math.Min(size, _newBlocks.Count - from))]);
            groups.Add(new(first.Head, first.Place, part));
        }

        groups.AddRange(_groups.AsSpan(groupIndex + 1));
        Volatile.Write(ref _groups, [.. groups]);
    }
}
