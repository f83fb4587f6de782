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
    // Key:     key length | newest version | key bytes, padded to words
    // Version: sequence | older version | value length (8 bits), deletion flag (bit 8) | value bytes, padded to words
    private const int ChunkBits = 16;
    private const int ChunkWords = 1 << ChunkBits;
    private const int NewestAt = 1;
    private const int KeyAt = 2;
    private const int OlderAt = 1;
    private const int MetaAt = 2;
    private const int ValueAt = 3;
    private const uint LengthMask = 0xFF;
    private const uint DeletionFlag = 1 << 8;

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
        int keyWords = KeyAt + Words(key.Length);
        uint place = Allocate(keyWords + ValueAt + Words(value.Length));
        uint version = place + (uint)keyWords;
        uint[] chunk = ChunkOf(place, out int at);
        chunk[at] = (uint)key.Length;
        chunk[at + NewestAt] = version;
        key.CopyTo(BytesOf(chunk, at + KeyAt, key.Length));
        WriteVersion(version, 0, value, deletion, sequence);
        return place;
    }

    /// <summary>Adds a version to a key.</summary>
    public void AddVersion(uint key, ReadOnlySpan<byte> value, bool deletion, uint sequence)
    {
        uint version = Allocate(ValueAt + Words(value.Length));
        uint[] chunk = ChunkOf(key, out int at);
        ref uint newest = ref chunk[at + NewestAt];
        WriteVersion(version, newest, value, deletion, sequence);
        Volatile.Write(ref newest, version);
    }

    /// <summary>A key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Key(uint place)
    {
        uint[] chunk = ChunkOf(place, out int at);
        return BytesOf(chunk, at + KeyAt, (int)chunk[at]);
    }

    /// <summary>A key's newest version up to a sequence number; 0 when it has none.</summary>
    public uint Version(uint key, uint sequence)
    {
        uint[] chunk = ChunkOf(key, out int at);
        uint version = Volatile.Read(ref chunk[at + NewestAt]);
        while (version != 0)
        {
            chunk = ChunkOf(version, out at);
            if (chunk[at] <= sequence)
            {
                return version;
            }

            version = chunk[at + OlderAt];
        }

        return 0;
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
        while (chunk[at + OlderAt] != 0)
        {
            chunk = ChunkOf(chunk[at + OlderAt], out at);
        }

        return (chunk[at + MetaAt] & DeletionFlag) != 0;
    }

    /// <summary>A version's value.</summary>
    public TreeValue Value(uint version)
    {
        uint[] chunk = ChunkOf(version, out int at);
        return new TreeValue(chunk, (at + ValueAt) * sizeof(uint), (int)(chunk[at + MetaAt] & LengthMask));
    }

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

    private void WriteVersion(uint place, uint older, ReadOnlySpan<byte> value, bool deletion, uint sequence)
    {
        uint[] chunk = ChunkOf(place, out int at);
        chunk[at] = sequence;
        chunk[at + OlderAt] = older;
        chunk[at + MetaAt] = (uint)value.Length | (deletion ? DeletionFlag : 0);
        value.CopyTo(BytesOf(chunk, at + ValueAt, value.Length));
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
