using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>What a shard's log has on a node's disk.</summary>
internal sealed class ShardDisk
{
    // Invariants:
    // - the records follow one another behind the base, which is the last entry that was released.
    private readonly List<LogRecord> _records = [];
    private readonly List<LogRecord> _replaced = [];
    private LogIndex _base;
    private Term _baseTerm;
    private HardState _hardState;

    /// <summary>How many entries were replaced by others.</summary>
    public int Replaced { get; private set; }

    public ShardLogState State(NodeBug bug)
    {
        Term baseTerm = Told(_baseTerm, bug);
        Term term = _records.Count == 0 ? baseTerm : Told(_records[^1].Term, bug);
        Term own = bug == NodeBug.ForgetTerm ? term : _hardState.Term;
        return new ShardLogState(
            new HardState(own, bug is NodeBug.ForgetVote or NodeBug.ForgetTerm ? default : _hardState.VotedFor),
            _base, baseTerm, new LogIndex(_base.Value + (ulong)_records.Count), term);
    }

    public IReadOnlyList<TermSpan> Terms(NodeBug bug)
    {
        var spans = new List<TermSpan>();
        for (int at = 0; at < _records.Count; at++)
        {
            if (at == 0 || _records[at].Term != _records[at - 1].Term)
            {
                Term told = Told(_records[at].Term, bug);
                if (spans.Count == 0 || spans[^1].Term != told)
                {
                    spans.Add(new TermSpan(_records[at].Index, told));
                }
            }
        }

        return spans;
    }

    public void Write(LogAppend append, NodeBug bug, bool isTorn)
    {
        _hardState = isTorn ? _hardState : append.HardState ?? _hardState;
        foreach (LogRecord record in append.Entries)
        {
            int at = PlaceOf(record.Index);
            if (at < 0)
            {
                // What a crash left of an append from before the log was set behind a snapshot.
                continue;
            }

            if (at < _records.Count)
            {
                Replaced += _records.Count - at;
                _replaced.Clear();
                _replaced.AddRange(_records[at..]);
                if (bug == NodeBug.LostSuffixTruncation)
                {
                    _records[at] = record;
                    continue;
                }

                _records.RemoveRange(at, _records.Count - at);
            }

            if (at == _records.Count)
            {
                _records.Add(record);
            }
        }
    }

    /// <summary>Lets go of entries.</summary>
    /// <returns>How many there were.</returns>
    public int Release(LogIndex through)
    {
        int count = PlaceOf(through) + 1;
        if (count <= 0)
        {
            return 0;
        }

        (_base, _baseTerm) = (through, _records[count - 1].Term);
        _records.RemoveRange(0, count);
        return count;
    }

    /// <summary>A snapshot took the place of all entries.</summary>
    public void Reset(LogIndex index, Term term)
    {
        _records.Clear();
        _replaced.Clear();
        (_base, _baseTerm) = (index, term);
    }

    public void LoseLast()
    {
        if (_records.Count > 1)
        {
            _records.RemoveAt(_records.Count - 1);
        }
    }

    public IReadOnlyList<LogRecord> Read(LogIndex from, int maxBytes, NodeBug bug)
    {
        var read = new List<LogRecord>();
        long bytes = 0;
        for (int at = PlaceOf(from); at >= 0 && at < _records.Count; at++)
        {
            LogRecord record = _records[at];
            bytes += record.Entry.Length;
            if (bytes > maxBytes && read.Count > 0)
            {
                break;
            }

            LogRecord old = _replaced.Find(replaced => replaced.Index == record.Index);
            read.Add(bug == NodeBug.StaleLogRead && old.Index == record.Index ? record with { Entry = old.Entry } : record);
        }

        return read;
    }

    private int PlaceOf(LogIndex index) => (int)((long)index.Value - (long)_base.Value - 1);

    private static Term Told(Term term, NodeBug bug) => bug == NodeBug.WrongTerms && term.Value > 1 ? new Term(term.Value - 1) : term;
}
