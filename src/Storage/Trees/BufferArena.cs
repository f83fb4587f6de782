using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nacre.Core;

namespace Nacre.Storage.Trees;

/// <summary>
/// Memory of a write buffer: keys, and the versions of each key's value, newest first. A place is a number of 32-bit
/// words, the chunk in its upper half; 0 is no place.
/// </summary>
/// <remarks>
/// One writer; any number of readers without locks. What a place refers to never changes, but for a key's newest
/// version.
/// </remarks>
internal sealed class BufferArena
{
    // Key:     sequence | newest version, 0 for its own | lengths and flags | key bytes, value bytes, padded to words
    // Version: sequence | older version, or the key     | lengths and flags | value bytes, padded to words
    //
    // A key is its own first version. Lengths and flags: value length (8 bits), deletion (bit 8), key (bit 9), key length.
    private const int ChunkBits = 16;
    private const int ChunkWords = 1 << ChunkBits;
    private const int LinkAt = 1;
    private const int MetaAt = 2;
    private const int BytesAt = 3;
    private const uint ValueLengthMask = 0xFF;
    private const uint DeletionFlag = 1 << 8;
    private const uint KeyFlag = 1 << 9;
    private const int KeyLengthShift = 10;

    /// <summary>Most keys end in the cache line so far behind their beginning, or before.</summary>
    private const int TouchedWords = 10;

    // Invariants:
    // - a place is written in full before a reader can learn of it: through a volatile write of whoever keeps it;
    // - the table of chunks that a reader sees holds every chunk that it can have a place in.
    private uint[][] _chunks = [];
    private int _chunkCount;
    private int _used = ChunkWords;

    /// <summary>Memory in use, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a key with its first version.</summary>
    public uint AddKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool deletion, uint sequence)
    {
        uint place = Allocate(BytesAt + Words(key.Length + value.Length));
        uint[] chunk = ChunkOf(place, out int at);
        chunk[at] = sequence;
        chunk[at + LinkAt] = 0;
        chunk[at + MetaAt] = MetaOf(value, deletion) | KeyFlag | ((uint)key.Length << KeyLengthShift);
        Span<byte> bytes = BytesOf(chunk, at + BytesAt, key.Length + value.Length);
        key.CopyTo(bytes);
        value.CopyTo(bytes[key.Length..]);
        return place;
    }

    /// <summary>Adds a version to a key.</summary>
    public void AddVersion(uint key, ReadOnlySpan<byte> value, bool deletion, uint sequence)
    {
        uint version = Allocate(BytesAt + Words(value.Length));
        uint[] chunk = ChunkOf(version, out int at);
        chunk[at] = sequence;
        chunk[at + MetaAt] = MetaOf(value, deletion);
        value.CopyTo(BytesOf(chunk, at + BytesAt, value.Length));
        Link(key, version);
    }

    /// <summary>Makes a key that was added, and that nobody knows of yet, a version of another that has the same bytes.</summary>
    /// <param name="key">The key that stays.</param>
    /// <param name="other">The newer one.</param>
    public void Join(uint key, uint other)
    {
        uint[] chunk = ChunkOf(other, out int at);
        chunk[at + MetaAt] &= ~KeyFlag;
        Link(key, other);
    }

    /// <summary>A key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Key(uint place)
    {
        uint[] chunk = ChunkOf(place, out int at);
        return BytesOf(chunk, at + BytesAt, KeyLengthOf(chunk[at + MetaAt]));
    }

    /// <summary>Some of a key's first bytes, for no use but to have them in the processor's cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Touch(uint place)
    {
        uint[] chunk = ChunkOf(place, out int at);
        return chunk[at] | chunk[Math.Min(at + TouchedWords, ChunkWords - 1)];
    }

    /// <summary>A key's newest version up to a sequence number; 0 when it has none.</summary>
    public uint Version(uint key, uint sequence)
    {
        uint[] chunk = ChunkOf(key, out int at);
        uint version = Volatile.Read(ref chunk[at + LinkAt]);
        while (version != 0 && version != key)
        {
            uint[] newer = ChunkOf(version, out int place);
            if (newer[place] <= sequence)
            {
                return version;
            }

            version = newer[place + LinkAt];
        }

        return chunk[at] <= sequence ? key : 0;
    }

    /// <summary>Whether a version says that the key is gone.</summary>
    public bool IsDeletion(uint version)
    {
        uint[] chunk = ChunkOf(version, out int at);
        return (chunk[at + MetaAt] & DeletionFlag) != 0;
    }

    /// <summary>Whether a key's first change in this buffer took it away: in a tree of exact changes it was there before.</summary>
    public bool BeganAsDeletion(uint version)
    {
        uint[] chunk = ChunkOf(version, out int at);
        while ((chunk[at + MetaAt] & KeyFlag) == 0)
        {
            chunk = ChunkOf(chunk[at + LinkAt], out at);
        }

        return (chunk[at + MetaAt] & DeletionFlag) != 0;
    }

    /// <summary>A version's value.</summary>
    public TreeValue Value(uint version)
    {
        uint[] chunk = ChunkOf(version, out int at);
        uint meta = chunk[at + MetaAt];
        return new TreeValue(chunk, ((at + BytesAt) * sizeof(uint)) + KeyLengthOf(meta), (int)(meta & ValueLengthMask));
    }

    private static uint MetaOf(ReadOnlySpan<byte> value, bool deletion) =>
        (uint)value.Length | (deletion ? DeletionFlag : 0);

    private static int KeyLengthOf(uint meta) => (int)(meta >> KeyLengthShift);

    private static int Words(int bytes) => (bytes + sizeof(uint) - 1) / sizeof(uint);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Span<byte> BytesOf(uint[] chunk, int word, int length) =>
        MemoryMarshal.AsBytes(chunk.AsSpan(word))[..length];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint[] ChunkOf(uint place, out int at)
    {
        at = (int)(place & (ChunkWords - 1));
        return _chunks[place >> ChunkBits];
    }

    private void Link(uint key, uint version)
    {
        uint[] chunk = ChunkOf(key, out int at);
        ref uint newest = ref chunk[at + LinkAt];
        uint[] newer = ChunkOf(version, out int place);
        newer[place + LinkAt] = newest == 0 ? key : newest;
        Volatile.Write(ref newest, version);
    }

    private uint Allocate(int words)
    {
        if (_used + words > ChunkWords)
        {
            AddChunk();
        }

        uint place = ((uint)(_chunkCount - 1) << ChunkBits) | (uint)_used;
        _used += words;
        Bytes += words * sizeof(uint);
        return place;
    }

    private void AddChunk()
    {
        Invariant.Check(_chunkCount < 1 << (32 - ChunkBits));
        if (_chunkCount == _chunks.Length)
        {
            // Readers may go on with the table they have.
            uint[][] larger = new uint[Math.Max(4, _chunkCount * 2)][];
            _chunks.CopyTo(larger, 0);
            _chunks = larger;
        }

        _chunks[_chunkCount++] = GC.AllocateUninitializedArray<uint>(ChunkWords);

        // The first word of the first chunk stays unused: 0 is no place.
        _used = _chunkCount == 1 ? 1 : 0;
    }
}
