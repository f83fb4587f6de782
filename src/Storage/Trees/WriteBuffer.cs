using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nacre.Core;

namespace Nacre.Storage.Trees;

/// <summary>
/// The changes that a tree has not taken in yet: a skip list of keys in chunks of memory, each key with its versions,
/// newest first. A reader that knows a sequence number sees exactly the changes up to it, whatever is written
/// meanwhile.
/// </summary>
/// <remarks>
/// One writer, the applier; any number of readers, without locks. A reader learns a sequence number through a
/// published view, so all that the number covers happened before.
/// </remarks>
internal sealed partial class WriteBuffer
{
    // A place in memory is a number of 32-bit words: chunk above, word in the chunk below. 0 is no place.
    //
    // Key:     head (2 words, see KeyBytes.Head) | key length (16 bits), tower height (16) | newest version
    //          | next key on each level (height words) | key bytes, padded to words
    // Version: sequence | older version | value length (8 bits), deletion flag (bit 8) | value bytes, padded to words
    private const int ChunkBits = 16;
    private const int ChunkWords = 1 << ChunkBits;
    private const int MaxHeight = 12;

    private const int KeyMetaAt = 2;
    private const int NewestAt = 3;
    private const int TowerAt = 4;

    private const int OlderAt = 1;
    private const int VersionMetaAt = 2;
    private const int ValueAt = 3;
    private const uint DeletionFlag = 1 << 8;

    // Invariants:
    // - keys rise strictly along every level, and every level's keys are keys of the level below;
    // - a place is written in full before the first link to it, which is a release;
    // - words once linked never change, but for links to keys and newest versions;
    // - _splice[l] is the last key on level l that is below or at the key last written.
    private readonly uint[] _head = new uint[MaxHeight];
    private readonly uint[] _splice = new uint[MaxHeight];
    private uint[][] _chunks = [];
    private int _chunkCount;
    private int _chunkUsed = ChunkWords;
    private uint _heightChance = 2_463_534_242;

    /// <summary>Number of the last change, counted from 1 in this buffer; 0 for none.</summary>
    public uint Sequence { get; private set; }

    /// <summary>Memory in use, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Puts a value, or with <paramref name="deletion"/> a mark that the key is gone.</summary>
    public void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deletion)
    {
        Invariant.Check(Sequence < uint.MaxValue);
        Sequence++;
        ulong head = KeyBytes.Head(key);
        uint found = FindSplice(key, head);
        if (found != 0)
        {
            uint version = AllocateWords(VersionWords(value.Length));
            ref uint newest = ref Word(found + NewestAt);
            WriteVersion(version, newest, value, deletion);
            Volatile.Write(ref newest, version);
            return;
        }

        int height = NextHeight();
        int keyWords = TowerAt + height + Words(key.Length);
        uint place = AllocateWords(keyWords + VersionWords(value.Length));
        WriteVersion(place + (uint)keyWords, 0, value, deletion);
        uint[] chunk = ChunkOf(place, out int at);
        chunk[at] = (uint)(head >> 32);
        chunk[at + 1] = (uint)head;
        chunk[at + KeyMetaAt] = (uint)key.Length | ((uint)height << 16);
        chunk[at + NewestAt] = place + (uint)keyWords;
        key.CopyTo(BytesOf(chunk, at + TowerAt + height, key.Length));
        for (int level = 0; level < height; level++)
        {
            ref uint link = ref Link(_splice[level], level);
            chunk[at + TowerAt + level] = link;
            Volatile.Write(ref link, place);
            _splice[level] = place;
        }
    }

    private void WriteVersion(uint place, uint older, ReadOnlySpan<byte> value, bool deletion)
    {
        uint[] chunk = ChunkOf(place, out int at);
        chunk[at] = Sequence;
        chunk[at + OlderAt] = older;
        chunk[at + VersionMetaAt] = (uint)value.Length | (deletion ? DeletionFlag : 0);
        value.CopyTo(BytesOf(chunk, at + ValueAt, value.Length));
    }

    /// <summary>Points the splice before a key and returns the key's place, 0 when it is not here.</summary>
    private uint FindSplice(ReadOnlySpan<byte> key, ulong head)
    {
        // Keys often come in order: then the splice of the last one serves, without a search.
        uint before = _splice[0];
        if (before == 0 || Compare(before, key, head) < 0)
        {
            uint after = Link(before, 0);
            int order = after == 0 ? 1 : Compare(after, key, head);
            if (order >= 0)
            {
                return order == 0 ? after : 0;
            }
        }

        uint at = 0;
        uint known = 0;
        for (int level = MaxHeight - 1; level >= 0; level--)
        {
            while (true)
            {
                uint next = Link(at, level);
                if (next == known || Compare(next, key, head) >= 0)
                {
                    known = next;
                    break;
                }

                at = next;
            }

            _splice[level] = at;
        }

        return known != 0 && Compare(known, key, head) == 0 ? known : 0;
    }

    /// <summary>Draws a tower's height: each level holds a quarter of the keys of the one below.</summary>
    private int NextHeight()
    {
        uint x = _heightChance;
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        _heightChance = x;
        return Math.Min(MaxHeight, 1 + (BitOperations.TrailingZeroCount(x) / 2));
    }

    private uint AllocateWords(int words)
    {
        if (_chunkUsed + words > ChunkWords)
        {
            if (_chunkCount == _chunks.Length)
            {
                // Readers go on with the table they have: it holds every chunk that they can have a place in.
                Array.Resize(ref _chunks, Math.Max(4, _chunkCount * 2));
            }

            _chunks[_chunkCount++] = GC.AllocateUninitializedArray<uint>(ChunkWords);
            // Place 0 of the first chunk stays unused: 0 is no place.
            _chunkUsed = _chunkCount == 1 ? 1 : 0;
        }

        uint place = ((uint)(_chunkCount - 1) << ChunkBits) | (uint)_chunkUsed;
        _chunkUsed += words;
        Bytes += words * sizeof(uint);
        return place;
    }

    private static int Words(int bytes) => (bytes + sizeof(uint) - 1) / sizeof(uint);

    private static int VersionWords(int valueLength) => ValueAt + Words(valueLength);

    private static Span<byte> BytesOf(uint[] chunk, int word, int length) =>
        MemoryMarshal.AsBytes(chunk.AsSpan(word))[..length];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint[] ChunkOf(uint place, out int at)
    {
        at = (int)(place & (ChunkWords - 1));
        return _chunks[place >> ChunkBits];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref uint Word(uint place) => ref ChunkOf(place, out int at)[at];

    /// <summary>The link after a key on a level; place 0 stands before the first key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref uint Link(uint place, int level) =>
        ref place == 0 ? ref _head[level] : ref ChunkOf(place, out int at)[at + TowerAt + level];

    /// <summary>Orders a key in the buffer against another: negative when the one in the buffer is below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Compare(uint place, ReadOnlySpan<byte> key, ulong head)
    {
        uint[] chunk = ChunkOf(place, out int at);
        ulong found = ((ulong)chunk[at] << 32) | chunk[at + 1];
        return found != head ? (found < head ? -1 : 1) : CompareWhole(chunk, at, key);
    }

    private static int CompareWhole(uint[] chunk, int at, ReadOnlySpan<byte> key)
    {
        uint meta = chunk[at + KeyMetaAt];
        ReadOnlySpan<byte> found = BytesOf(chunk, at + TowerAt + (int)(meta >> 16), (int)(meta & 0xFFFF));
        return found.SequenceCompareTo(key);
    }
}
