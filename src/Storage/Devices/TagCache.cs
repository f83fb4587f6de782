using Nacre.Core;

namespace Nacre.Storage.Devices;

/// <summary>Verified tag groups in memory, the least recently used given up first (second chance).</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TagCache
{
    // Invariants:
    // - every slot's group is found under its number, and nothing else is;
    // - at most _slots.Length groups are held.
    private readonly Lock _gate = new();
    private readonly Dictionary<TagKey, int> _slotOf = [];
    private readonly Slot[] _slots;
    private int _hand;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="capacity">Groups; each takes 4 KiB and covers 512 KiB of data.</param>
    public TagCache(int capacity)
    {
        Invariant.Check(capacity >= 1);
        _slots = new Slot[capacity];
    }

    /// <summary>The group of a number; null when it is not held.</summary>
    public TagGroup? Find(TagKey group)
    {
        lock (_gate)
        {
            if (!_slotOf.TryGetValue(group, out int slot))
            {
                return null;
            }

            _slots[slot].Used = true;
            return _slots[slot].Tags;
        }
    }

    /// <summary>Holds a complete, verified group.</summary>
    public void Add(TagKey group, TagGroup tags)
    {
        Invariant.Check(tags.IsComplete);
        lock (_gate)
        {
            if (_slotOf.TryGetValue(group, out int known))
            {
                _slots[known].Tags = tags;
                return;
            }

            while (_slots[_hand] is { Tags: not null, Used: true })
            {
                _slots[_hand].Used = false;
                _hand = (_hand + 1) % _slots.Length;
            }

            if (_slots[_hand].Tags is not null)
            {
                _slotOf.Remove(_slots[_hand].Group);
            }

            _slots[_hand] = new Slot { Group = group, Tags = tags };
            _slotOf.Add(group, _hand);
            _hand = (_hand + 1) % _slots.Length;
        }
    }

    private struct Slot
    {
        public TagKey Group;
        public TagGroup? Tags;
        public bool Used;
    }
}
