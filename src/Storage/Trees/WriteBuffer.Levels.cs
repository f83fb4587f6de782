using System.Runtime.InteropServices;

namespace Nacre.Storage.Trees;

internal sealed partial class WriteBuffer
{
    /// <summary>What a key costs besides its bytes: its slot, and its share of blocks and groups.</summary>
    private const int SlotBytes = 16;

    /// <summary>Index of the fence at or below a key.</summary>
    private int FindFence<T>(Fence<T>[] fences, ReadOnlySpan<byte> key, ulong head)
    {
        int low = 0;
        int high = fences.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            ref readonly Fence<T> fence = ref fences[middle];
            if (Compare(fence.Head, fence.Place, key, head) <= 0)
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

    /// <summary>Index of the first slot, from one on, that is not below a key.</summary>
    private int FindSlot(Slot[] slots, int low, ReadOnlySpan<byte> key, ulong head, out bool exact)
    {
        exact = false;
        int high = slots.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            ref readonly Slot slot = ref slots[middle];
            int order = Compare(slot.Head, slot.Place, key, head);
            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                exact |= order == 0;
                high = middle;
            }
        }

        return low;
    }

    private int Compare(ulong head, uint place, ReadOnlySpan<byte> key, ulong keyHead) =>
        head == keyHead ? _arena.Key(place).SequenceCompareTo(key) : head < keyHead ? -1 : 1;

    /// <summary>A key: its head, so that most comparisons end here, and its place.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = sizeof(uint))]
    private readonly record struct Slot(ulong Head, uint Place);

    /// <summary>Where a block or a group begins.</summary>
    private readonly record struct Fence<T>(ulong Head, uint Place, T Target);

    private sealed class Block(Slot[] slots)
    {
        private Slot[] _slots = slots;

        public Slot[] Slots
        {
            get => Volatile.Read(ref _slots);
            set => Volatile.Write(ref _slots, value);
        }
    }

    private sealed class Group(Fence<Block>[] blocks)
    {
        private Fence<Block>[] _blocks = blocks;

        public Fence<Block>[] Blocks
        {
            get => Volatile.Read(ref _blocks);
            set => Volatile.Write(ref _blocks, value);
        }
    }
}
