namespace Nacre.Storage.Trees;

internal sealed partial class WriteBuffer
{
    /// <summary>The first key; 0 for none.</summary>
    public uint First() => Next(0);

    /// <summary>The key after another; 0 for none.</summary>
    public uint Next(uint place) => Volatile.Read(ref Link(place, 0));

    /// <summary>The first key that is not below another; 0 for none.</summary>
    public uint AtOrAfter(ReadOnlySpan<byte> key)
    {
        Search(key, out uint after);
        return after;
    }

    /// <summary>The last key that is below another; 0 for none.</summary>
    public uint Before(ReadOnlySpan<byte> key) => Search(key, out _);

    /// <summary>The last key; 0 for none.</summary>
    public uint Last()
    {
        uint at = 0;
        for (int level = MaxHeight - 1; level >= 0; level--)
        {
            while (Volatile.Read(ref Link(at, level)) is var next && next != 0)
            {
                at = next;
            }
        }

        return at;
    }

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

        uint place = AtOrAfter(key);
        if (place == 0 || !KeyAt(place).SequenceEqual(key))
        {
            return false;
        }

        uint version = VersionAt(place, sequence);
        if (version == 0)
        {
            return false;
        }

        value = IsDeletion(version) ? default : ValueAtVersion(version);
        return true;
    }

    /// <summary>A key's newest version up to a sequence number; 0 when it has none.</summary>
    public uint VersionAt(uint place, uint sequence)
    {
        uint version = Volatile.Read(ref Word(place + NewestAt));
        while (version != 0)
        {
            uint[] chunk = ChunkOf(version, out int at);
            if (chunk[at] <= sequence)
            {
                return version;
            }

            version = chunk[at + OlderAt];
        }

        return 0;
    }

    /// <summary>A key.</summary>
    public ReadOnlySpan<byte> KeyAt(uint place)
    {
        uint[] chunk = ChunkOf(place, out int at);
        uint meta = chunk[at + KeyMetaAt];
        return BytesOf(chunk, at + TowerAt + (int)(meta >> 16), (int)(meta & 0xFFFF));
    }

    /// <summary>Whether a version says that the key is gone.</summary>
    public bool IsDeletion(uint version) => (Word(version + VersionMetaAt) & DeletionFlag) != 0;

    /// <summary>A version's value.</summary>
    public TreeValue ValueAtVersion(uint version)
    {
        uint[] chunk = ChunkOf(version, out int at);
        return new TreeValue(chunk, (at + ValueAt) * sizeof(uint), (int)(chunk[at + VersionMetaAt] & 0xFF));
    }

    /// <summary>Finds the last key below another, and the first that is not; 0 for none.</summary>
    private uint Search(ReadOnlySpan<byte> key, out uint after)
    {
        ulong head = KeyBytes.Head(key);
        uint at = 0;
        after = 0;
        for (int level = MaxHeight - 1; level >= 0; level--)
        {
            while (true)
            {
                uint next = Volatile.Read(ref Link(at, level));
                if (next == after || Compare(next, key, head) >= 0)
                {
                    after = next;
                    break;
                }

                at = next;
            }
        }

        return at;
    }
}
