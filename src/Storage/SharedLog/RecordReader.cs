using System.Buffers.Binary;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Storage.SharedLog;

/// <summary>
/// Walks the records of an opened section. The bytes are authentic, so a record that does not parse was written by
/// a bug or by a later version: reading then ends with <see cref="IsMalformed"/>.
/// </summary>
internal ref struct RecordReader(ReadOnlySpan<byte> section)
{
    private readonly int _length = section.Length;
    private ReadOnlySpan<byte> _rest = section;
    private uint _entriesLeft;

    /// <summary>Kind of the record that <see cref="Next"/> stopped at.</summary>
    public RecordKind Kind { get; private set; }

    /// <summary>Its shard; nothing for <see cref="RecordKind.Freed"/> and <see cref="RecordKind.Note"/>.</summary>
    public ShardId Shard { get; private set; }

    /// <summary>First index of a run, or the index of a truncation or reset.</summary>
    public LogIndex Index { get; private set; }

    /// <summary>Entries in a run.</summary>
    public uint Count { get; private set; }

    /// <summary>The term of a hard state, truncation or reset; of the entry that <see cref="NextEntry"/> stopped at.</summary>
    public Term Term { get; private set; }

    /// <summary>The vote of a hard state.</summary>
    public ReplicaId VotedFor { get; private set; }

    /// <summary>The use id of a <see cref="RecordKind.Freed"/> record.</summary>
    public ulong FreedThrough { get; private set; }

    /// <summary>The bytes of a note.</summary>
    public ReadOnlySpan<byte> Note { get; private set; }

    /// <summary>Where the entry's bytes begin in the section.</summary>
    public int EntryOffset { get; private set; }

    /// <summary>How many bytes the entry has.</summary>
    public int EntryLength { get; private set; }

    /// <summary>True when the section ended within a record, or held one of an unknown kind.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>The hard state of a <see cref="RecordKind.HardState"/> record.</summary>
    public readonly HardState HardState => new(Term, VotedFor);

    /// <summary>Goes to the next record, past entries not looked at.</summary>
    public bool Next()
    {
        while (_entriesLeft > 0)
        {
            if (!NextEntry())
            {
                return false;
            }
        }

        if (IsMalformed || _rest.IsEmpty)
        {
            return false;
        }

        Kind = (RecordKind)_rest[0];
        _rest = _rest[1..];
        bool read = Kind switch
        {
            RecordKind.Entries => ReadRun(),
            RecordKind.HardState => ReadHardState(),
            RecordKind.Truncation or RecordKind.Reset => ReadTruncation(),
            RecordKind.Freed => ReadFreed(),
            RecordKind.Note => ReadNote(),
            _ => false,
        };
        IsMalformed = !read;
        return read;
    }

    /// <summary>Goes to the next entry of the run.</summary>
    public bool NextEntry()
    {
        if (_entriesLeft == 0)
        {
            return false;
        }

        _entriesLeft--;
        if (!TryNumber(out ulong term) || !TryNumber(out uint length) || length > (uint)_rest.Length)
        {
            _entriesLeft = 0;
            IsMalformed = true;
            return false;
        }

        Term = new Term(term);
        EntryOffset = _length - _rest.Length;
        EntryLength = (int)length;
        _rest = _rest[EntryLength..];
        return true;
    }

    private bool ReadRun()
    {
        if (!TryShard() || !TryNumber(out ulong index) || !TryNumber(out uint count) || count == 0)
        {
            return false;
        }

        Index = new LogIndex(index);
        Count = _entriesLeft = count;
        return true;
    }

    private bool ReadHardState()
    {
        if (!TryShard() || !TryNumber(out ulong term) || !TryNumber(out ulong votedFor))
        {
            return false;
        }

        Term = new Term(term);
        VotedFor = new ReplicaId(votedFor);
        return true;
    }

    private bool ReadTruncation()
    {
        if (!TryShard() || !TryNumber(out ulong index) || !TryNumber(out ulong term))
        {
            return false;
        }

        Index = new LogIndex(index);
        Term = new Term(term);
        return true;
    }

    private bool ReadFreed()
    {
        bool read = TryNumber(out ulong through);
        FreedThrough = through;
        return read;
    }

    private bool ReadNote()
    {
        if (!TryNumber(out uint length) || length > (uint)_rest.Length)
        {
            return false;
        }

        Note = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    private bool TryShard()
    {
        bool read = TryNumber(out uint shard);
        Shard = new ShardId(shard);
        return read;
    }

    private bool TryNumber(out ulong value)
    {
        bool read = BinaryPrimitives.TryReadUInt64LittleEndian(_rest, out value);
        _rest = read ? _rest[sizeof(ulong)..] : default;
        return read;
    }

    private bool TryNumber(out uint value)
    {
        bool read = BinaryPrimitives.TryReadUInt32LittleEndian(_rest, out value);
        _rest = read ? _rest[sizeof(uint)..] : default;
        return read;
    }
}
