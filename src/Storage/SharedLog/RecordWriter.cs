using System.Buffers.Binary;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Storage.SharedLog;

/// <summary>Lays records out in a section; who calls has measured the room before.</summary>
internal ref struct RecordWriter(Span<byte> destination)
{
    /// <summary>Bytes of an <see cref="RecordKind.Entries"/> record before its entries.</summary>
    public const int RunHeaderBytes = 1 + 4 + 8 + 4;

    /// <summary>Bytes of each entry in such a record before its own.</summary>
    public const int EntryHeaderBytes = 8 + 4;

    /// <summary>Bytes of a <see cref="RecordKind.HardState"/> record.</summary>
    public const int HardStateBytes = 1 + 4 + 8 + 8;

    /// <summary>Bytes of a <see cref="RecordKind.Truncation"/> or <see cref="RecordKind.Reset"/> record.</summary>
    public const int TruncationBytes = 1 + 4 + 8 + 8;

    /// <summary>Bytes of a <see cref="RecordKind.Freed"/> record.</summary>
    public const int FreedBytes = 1 + 8;

    /// <summary>Bytes of a <see cref="RecordKind.Note"/> record before its own.</summary>
    public const int NoteHeaderBytes = 1 + 4;

    private Span<byte> _rest = destination;

    /// <summary>Bytes not yet written.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Writes what a shard asked for: its hard state first, then its entries.</summary>
    public void Append(LogAppend append)
    {
        if (append.HardState is { } state)
        {
            HardState(append.Shard, state);
        }

        IReadOnlyList<LogRecord> entries = append.Entries;
        if (entries.Count == 0)
        {
            return;
        }

        Begin(RecordKind.Entries, append.Shard);
        Number(entries[0].Index.Value);
        Number((uint)entries.Count);
        for (int i = 0; i < entries.Count; i++)
        {
            LogRecord entry = entries[i];
            Number(entry.Term.Value);
            Number((uint)entry.Entry.Length);
            Bytes(entry.Entry.Span);
        }
    }

    /// <summary>Writes a hard state.</summary>
    public void HardState(ShardId shard, HardState state)
    {
        Begin(RecordKind.HardState, shard);
        Number(state.Term.Value);
        Number(state.VotedFor.Value);
    }

    /// <summary>Writes a truncation.</summary>
    public void Truncation(ShardId shard, LogIndex index, Term term)
    {
        Begin(RecordKind.Truncation, shard);
        Number(index.Value);
        Number(term.Value);
    }

    /// <summary>Writes a reset; as long as a truncation.</summary>
    public void Reset(ShardId shard, LogIndex index, Term term)
    {
        Begin(RecordKind.Reset, shard);
        Number(index.Value);
        Number(term.Value);
    }

    /// <summary>Writes through which use id segments are free.</summary>
    public void Freed(ulong throughUseId)
    {
        Kind(RecordKind.Freed);
        Number(throughUseId);
    }

    /// <summary>Writes the node's note.</summary>
    public void Note(ReadOnlySpan<byte> note)
    {
        Kind(RecordKind.Note);
        Number((uint)note.Length);
        Bytes(note);
    }

    private void Begin(RecordKind kind, ShardId shard)
    {
        Kind(kind);
        Number(shard.Value);
    }

    private void Kind(RecordKind kind)
    {
        _rest[0] = (byte)kind;
        _rest = _rest[1..];
    }

    private void Number(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_rest, value);
        _rest = _rest[sizeof(ulong)..];
    }

    private void Number(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_rest, value);
        _rest = _rest[sizeof(uint)..];
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_rest);
        _rest = _rest[bytes.Length..];
    }
}
