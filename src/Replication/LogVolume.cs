using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <summary>About how many bytes of entries follow an index: what a peer that ends there lacks.</summary>
/// <remarks>Thread-safe.</remarks>
// Invariants:
// - marks rise in index and in bytes; the first one stands at the start, or at the last index that was forgotten.
internal sealed class LogVolume(long bytesBetweenMarks)
{
    /// <summary>Marks that a bound on the volume is worth: how exactly it is kept.</summary>
    public const int MarksInBound = 64;

    private readonly Lock _gate = new();
    private readonly List<(LogIndex Index, long Bytes)> _marks = [];
    private long _sinceMark;

    /// <summary>Counts from an entry on; what was before it is not known and counts nothing.</summary>
    public void Start(LogIndex index)
    {
        lock (_gate)
        {
            _marks.Add((index, 0));
        }
    }

    /// <summary>Counts entries. One caller at a time.</summary>
    /// <param name="last">The last of them.</param>
    /// <param name="bytes">Of all of them.</param>
    public void Add(LogIndex last, long bytes)
    {
        _sinceMark += bytes;
        if (_sinceMark >= bytesBetweenMarks)
        {
            lock (_gate)
            {
                _marks.Add((last, _marks[^1].Bytes + _sinceMark));
                _sinceMark = 0;
            }
        }
    }

    /// <summary>About how many bytes follow an entry; up to one mark's distance too few.</summary>
    public long After(LogIndex index)
    {
        lock (_gate)
        {
            int at = _marks.FindLastIndex(mark => mark.Index <= index);
            return _marks[^1].Bytes - _marks[Math.Max(0, at)].Bytes;
        }
    }

    /// <summary>The entry behind which no more than so many bytes follow; one mark's distance is not looked into.</summary>
    public LogIndex Leaving(long bytes)
    {
        lock (_gate)
        {
            return _marks.Find(mark => _marks[^1].Bytes - mark.Bytes <= bytes).Index;
        }
    }

    /// <summary>Entries through an index are in the log no more.</summary>
    public void Forget(LogIndex through)
    {
        lock (_gate)
        {
            int at = _marks.FindLastIndex(mark => mark.Index <= through);
            _marks.RemoveRange(0, Math.Max(0, at));
        }
    }
}
