using Nacre.Core;

namespace Nacre.Storage.Trees;

/// <summary>
/// The changes that a tree has not taken in yet, in key order, each key with its versions. A reader that knows a
/// sequence number sees exactly the changes up to it, whatever is written meanwhile.
/// </summary>
/// <remarks>
/// One writer, the applier; any number of readers, without locks. A reader learns a sequence number through a
/// published view, so all that the number covers happened before it came.
/// </remarks>
internal sealed partial class WriteBuffer
{
    private const int MaxSlots = 48;
    private const int MaxBlocks = 64;

    // Keys stand in blocks, blocks in groups, groups in a row: three sorted levels. Their arrays are never changed,
    // only replaced, so a reader goes on with whichever it has: an array that was current when its view was
    // published, or later, names every key of that view, and what came since is told by its sequence number.
    //
    // Invariants:
    // - keys rise strictly within a block and from block to block;
    // - a fence's key is at or below every key of its block or group, and above every key before; the first fence of
    //   all has no key and takes what is below the second;
    // - every block but the only one of an empty buffer holds a key;
    // - staged changes are in the arena and in no block, and whoever looks has them sorted in first: no view covers them.
    private readonly BufferArena _arena = new();
    private Fence<Group>[] _groups = [new(0, 0, new Group([new(0, 0, new Block([]))]))];
    private long _keys;

    /// <summary>Number of the last change, counted from 1 in this buffer; 0 for none.</summary>
    public uint Sequence { get; private set; }

    /// <summary>Memory in use, in bytes.</summary>
    public long Bytes => _arena.Bytes + (_keys * SlotBytes);

    /// <summary>Puts a value, or with <paramref name="deletion"/> a mark that the key is gone.</summary>
    public void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deletion)
    {
        Settle();
        Advance();
        ulong head = KeyBytes.Head(key);
        int groupIndex = FindFence(_groups, key, head);
        Group group = _groups[groupIndex].Target;
        int blockIndex = FindFence(group.Blocks, key, head);
        Block block = group.Blocks[blockIndex].Target;
        int index = FindSlot(block.Slots, 0, key, head, out bool exact);
        if (exact)
        {
            _arena.AddVersion(block.Slots[index].Place, value, deletion, Sequence);
            return;
        }

        _keys++;
        Slot slot = new(head, _arena.AddKey(key, value, deletion, Sequence));
        if (block.Slots.Length < MaxSlots)
        {
            block.Slots = Inserted(block.Slots, index, slot);
        }
        else
        {
            SplitBlock(groupIndex, blockIndex, index, slot);
        }
    }

    private void Advance()
    {
        Invariant.Check(Sequence < uint.MaxValue);
        Sequence++;
    }

    /// <summary>Puts two blocks in the place of a full one. The full one stays as it is for whoever reads it.</summary>
    private void SplitBlock(int groupIndex, int blockIndex, int index, Slot slot)
    {
        Group group = _groups[groupIndex].Target;
        Fence<Block>[] blocks = group.Blocks;
        Fence<Block> full = blocks[blockIndex];
        Slot[] slots = Inserted(full.Target.Slots, index, slot);

        // Keys that come in order leave full blocks behind.
        int cut = index == slots.Length - 1 ? index : slots.Length / 2;
        Fence<Block>[] split = Inserted(
            blocks, blockIndex + 1, new(slots[cut].Head, slots[cut].Place, new Block(slots[cut..])));
        split[blockIndex] = full with { Target = new Block(slots[..cut]) };
        if (split.Length <= MaxBlocks)
        {
            group.Blocks = split;
            return;
        }

        cut = blockIndex == blocks.Length - 1 ? blocks.Length : split.Length / 2;
        Fence<Group>[] groups = Inserted(
            _groups, groupIndex + 1, new(split[cut].Head, split[cut].Place, new Group(split[cut..])));
        groups[groupIndex] = groups[groupIndex] with { Target = new Group(split[..cut]) };
        Volatile.Write(ref _groups, groups);
    }

    private static T[] Inserted<T>(T[] array, int index, T item)
    {
        T[] larger = new T[array.Length + 1];
        Array.Copy(array, larger, index);
        larger[index] = item;
        Array.Copy(array, index, larger, index + 1, array.Length - index);
        return larger;
    }
}
