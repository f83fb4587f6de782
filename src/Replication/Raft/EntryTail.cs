using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <summary>The end of the log that is kept in memory: contiguous entries, appended and cut at the end, forgotten at the beginning.</summary>
/// <param name="last">The log's last index; the tail begins empty behind it.</param>
internal sealed class EntryTail(LogIndex last)
{
    // Invariants:
    // - entry i of the tail has index _first + i;
    // - slots outside [_start, _start + _count) hold nothing;
    // - Bytes counts the entries here.

    private LogRecord[] _slots = new LogRecord[64];
    private LogIndex _first = last.Next;
    private int _start;
    private int _count;

    /// <summary>Index of the first entry here; when there is none, of the next one to come.</summary>
    public LogIndex First => _first;

    /// <summary>Index of the last entry; one below <see cref="First"/> when there is none.</summary>
    public LogIndex Last => new(_first.Value + (ulong)_count - 1);

    /// <summary>Bytes of the entries here.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds an entry behind the last one.</summary>
    public void Append(LogRecord record)
    {
        Invariant.Check(record.Index == Last.Next);
        if (_start + _count == _slots.Length)
        {
            MakeRoom();
        }

        _slots[_start + _count++] = record;
        Bytes += record.Entry.Length;
    }

    /// <summary>The entries of an interval, both ends included, as far as they are here.</summary>
    public ReadOnlySpan<LogRecord> Slice(LogIndex from, LogIndex through)
    {
        from = from < _first ? _first : from;
        through = through > Last ? Last : through;
        return through < from
            ? default
            : _slots.AsSpan(_start + (int)(from.Value - _first.Value), (int)(through.Value - from.Value) + 1);
    }

    /// <summary>Drops all entries above <paramref name="last"/>; below the first one here, the tail is empty behind it.</summary>
    public void CutAfter(LogIndex last)
    {
        if (last.Next < _first)
        {
            Reset(last);
        }
        else if (last < Last)
        {
            int kept = (int)(last.Next.Value - _first.Value);
            Clear(kept, _count - kept);
            _count = kept;
        }
    }

    /// <summary>Lets go of all entries through <paramref name="through"/>.</summary>
    public void Forget(LogIndex through)
    {
        if (through >= _first && _count > 0)
        {
            int forgotten = (int)Math.Min((ulong)_count, through.Value - _first.Value + 1);
            Clear(0, forgotten);
            _count -= forgotten;
            _first = new LogIndex(_first.Value + (ulong)forgotten);
            _start = _count == 0 ? 0 : _start + forgotten;
        }
    }

    /// <summary>Drops everything; the tail begins empty behind an entry.</summary>
    public void Reset(LogIndex last)
    {
        Clear(0, _count);
        _first = last.Next;
        _start = _count = 0;
    }

    private void Clear(int from, int count)
    {
        Span<LogRecord> slots = _slots.AsSpan(_start + from, count);
        foreach (ref readonly LogRecord record in slots)
        {
            Bytes -= record.Entry.Length;
        }

        slots.Clear();
    }

    private void MakeRoom()
    {
        LogRecord[] target = _count > _slots.Length / 2 ? new LogRecord[_slots.Length * 2] : _slots;
        _slots.AsSpan(_start, _count).CopyTo(target);
        if (ReferenceEquals(target, _slots))
        {
            _slots.AsSpan(_count, _start).Clear();
        }

        _slots = target;
        _start = 0;
    }
}
