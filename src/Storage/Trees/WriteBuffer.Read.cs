namespace Nacre.Storage.Trees;

internal sealed partial class WriteBuffer
{
    /// <summary>Looks a key up.</summary>
    /// <param name="key">The key.</param>
    /// <param name="sequence">Changes above this are not seen.</param>
    /// <param name="value">The value; not found when the key was deleted.</param>
    /// <returns>True when the buffer decides, by a value or a deletion.</returns>
    public bool TryFind(ReadOnlySpan<byte> key, uint sequence, out TreeValue value)
    {
        value = default;
        if (sequence == 0)
        {
            return false;
        }

        ulong head = KeyBytes.Head(key);
        Fence<Group>[] groups = Volatile.Read(ref _groups);
        Fence<Block>[] blocks = groups[FindFence(groups, key, head)].Target.Blocks;
        Slot[] slots = blocks[FindFence(blocks, key, head)].Target.Slots;
        int index = FindSlot(slots, 0, key, head, out bool exact);
        uint version = exact ? _arena.Version(slots[index].Place, sequence) : 0;
        if (version == 0)
        {
            return false;
        }

        value = _arena.IsDeletion(version) ? default : _arena.Value(version);
        return true;
    }

    /// <summary>Walks the keys as of a sequence number, deletions among them. Default: no keys.</summary>
    public struct Scan
    {
        // Invariants:
        // - unless _groups is null, the scan stands at _slots[_slot], a key inside the bounds, and _version is that
        //   key's newest version up to _sequence;
        // - the three arrays were current when the scan began or later.
        private readonly WriteBuffer? _buffer;
        private readonly uint _sequence;
        private readonly int _step;
        private Fence<Group>[]? _groups;
        private Fence<Block>[] _blocks = [];
        private Slot[] _slots = [];
        private int _group;
        private int _block;
        private int _slot;
        private uint _version;

        // Read by nobody: what was read to fill it is in the cache.
        private uint _touched;

        /// <param name="buffer">The buffer.</param>
        /// <param name="sequence">Changes above this are not seen.</param>
        /// <param name="descending">From high to low.</param>
        public Scan(WriteBuffer buffer, uint sequence, bool descending)
        {
            _buffer = sequence == 0 ? null : buffer;
            _sequence = sequence;
            _step = descending ? -1 : 1;
        }

        /// <summary>False before the start and at the end.</summary>
        public readonly bool HasCurrent => _groups is not null;

        /// <summary>The current key.</summary>
        public readonly ReadOnlySpan<byte> Key => _buffer!._arena.Key(_slots[_slot].Place);

        /// <summary>Whether the current key was deleted.</summary>
        public readonly bool IsDeletion => _buffer!._arena.IsDeletion(_version);

        /// <summary>Of a tree of exact changes, whether the current key was there before this buffer.</summary>
        public readonly bool WasThere => _buffer!._arena.BeganAsDeletion(_version);

        /// <summary>The current value.</summary>
        public readonly TreeValue Value => _buffer!._arena.Value(_version);

        /// <summary>Goes to the first key inside bounds.</summary>
        public void Start(in ScanBounds bounds)
        {
            if (_buffer is null)
            {
                return;
            }

            ReadOnlySpan<byte> from = bounds.From.Span;
            ulong head = KeyBytes.Head(from);
            bool last = from.IsEmpty && _step < 0;
            _groups = Volatile.Read(ref _buffer._groups);
            _group = last ? _groups.Length - 1 : _buffer.FindFence(_groups, from, head);
            _blocks = _groups[_group].Target.Blocks;
            _block = last ? _blocks.Length - 1 : _buffer.FindFence(_blocks, from, head);
            _slots = _blocks[_block].Target.Slots;
            bool exact = false;
            _slot = last ? _slots.Length : _buffer.FindSlot(_slots, 0, from, head, out exact);
            if (exact && !bounds.Inclusive)
            {
                _slot += _step;
            }
            else if (!exact && _step < 0)
            {
                _slot--;
            }

            Settle(bounds);
        }

        /// <summary>Goes to the next key.</summary>
        public void MoveNext(in ScanBounds bounds)
        {
            _slot += _step;
            Settle(bounds);
        }

        /// <summary>Passes over keys that came later than the sequence number, and stops at the end.</summary>
        private void Settle(in ScanBounds bounds)
        {
            while (true)
            {
                if ((uint)_slot >= (uint)_slots.Length)
                {
                    if (!TryNextBlock())
                    {
                        _groups = null;
                        return;
                    }

                    continue;
                }

                uint place = _slots[_slot].Place;
                if (!bounds.To.IsEmpty && bounds.IsPast(_buffer!._arena.Key(place)))
                {
                    _groups = null;
                    return;
                }

                _version = _buffer!._arena.Version(place, _sequence);
                if (_version != 0)
                {
                    return;
                }

                _slot += _step;
            }
        }

        /// <summary>
        /// Reads a little of each key of a block. Keys lie in memory as they came, so the next one is seldom in the
        /// processor's cache; reads that do not wait for one another are waited for together.
        /// </summary>
        private void Touch()
        {
            uint seen = 0;
            foreach (ref readonly Slot slot in _slots.AsSpan())
            {
                seen |= _buffer!._arena.Touch(slot.Place);
            }

            _touched = seen;
        }

        private bool TryNextBlock()
        {
            _block += _step;
            if ((uint)_block >= (uint)_blocks.Length)
            {
                _group += _step;
                if ((uint)_group >= (uint)_groups!.Length)
                {
                    return false;
                }

                _blocks = _groups[_group].Target.Blocks;
                _block = _step > 0 ? 0 : _blocks.Length - 1;
            }

            _slots = _blocks[_block].Target.Slots;
            _slot = _step > 0 ? 0 : _slots.Length - 1;
            Touch();
            return true;
        }
    }
}
