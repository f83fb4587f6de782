using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <summary>The term of every entry of the log, flushed or not, and of the one before the first. A few bytes a term.</summary>
internal sealed class LogTerms
{
    // Invariants:
    // - runs rise in First and in Term; the first one begins at _base + 1, and there is none when the log is empty;
    // - entry _base is the last one released, and its term is known.

    private readonly List<TermSpan> _runs = [];
    private LogIndex _base;
    private Term _baseTerm;
    private LogIndex _last;

    /// <summary>Takes over what the log recovered.</summary>
    public LogTerms(in ShardLogState log, IReadOnlyList<TermSpan> terms)
    {
        Reset(log.TruncationIndex, log.TruncationTerm);
        for (int at = 0; at < terms.Count; at++)
        {
            Invariant.Check(at == 0 ? terms[at].First == _base.Next : terms[at].First > _runs[at - 1].First);
            Invariant.Check(terms[at].Term >= LastTerm);
            Invariant.Check(terms[at].First <= log.LastIndex);
            _runs.Add(terms[at]);
        }

        Invariant.Check(log.LastIndex > _base == _runs.Count > 0);
        _last = log.LastIndex;
        Invariant.Check(LastTerm == log.LastTerm);
    }

    /// <summary>The last entry released; entries up to it are in a snapshot only.</summary>
    public LogIndex Base => _base;

    /// <summary>The term of the last entry.</summary>
    public Term LastTerm => _runs.Count == 0 ? _baseTerm : _runs[^1].Term;

    /// <summary>The term of an entry; null below <see cref="Base"/> and above the last.</summary>
    public Term? TermAt(LogIndex index)
    {
        if (index > _last || index < _base)
        {
            return null;
        }

        if (index == _base)
        {
            return _baseTerm;
        }

        return _runs[^1].First <= index ? _runs[^1].Term : _runs[RunOf(index)].Term;
    }

    /// <summary>Adds an entry behind the last.</summary>
    public void Append(LogIndex index, Term term)
    {
        Invariant.Check(index == _last.Next);
        Term last = LastTerm;
        Invariant.Check(term >= last);
        if (_runs.Count == 0 || term > last)
        {
            _runs.Add(new TermSpan(index, term));
        }

        _last = index;
    }

    /// <summary>Drops all entries above one.</summary>
    public void CutAfter(LogIndex last)
    {
        Invariant.Check(last >= _base);
        while (_runs.Count > 0 && _runs[^1].First > last)
        {
            _runs.RemoveAt(_runs.Count - 1);
        }

        _last = last;
    }

    /// <summary>Entries through an index are released.</summary>
    public void Release(LogIndex through)
    {
        if (through <= _base)
        {
            return;
        }

        Invariant.Check(through <= _last);
        _baseTerm = TermAt(through)!.Value;
        _base = through;
        int dropped = through == _last ? _runs.Count : RunOf(through.Next);
        _runs.RemoveRange(0, dropped);
        if (_runs.Count > 0)
        {
            _runs[0] = _runs[0] with { First = through.Next };
        }
    }

    /// <summary>The log is empty behind an entry that it does not hold.</summary>
    public void Reset(LogIndex index, Term term)
    {
        _runs.Clear();
        _base = _last = index;
        _baseTerm = term;
    }

    /// <summary>
    /// The last entry at or below an index whose term is not above another: entries between cannot agree with a log that
    /// has that term at that index. Not below <see cref="Base"/>.
    /// </summary>
    public LogIndex LastNotAbove(LogIndex index, Term term)
    {
        index = index > _last ? _last : index;
        for (int at = _runs.Count - 1; at >= 0 && index > _base; at--)
        {
            if (_runs[at].First <= index)
            {
                if (_runs[at].Term <= term)
                {
                    return index;
                }

                index = new LogIndex(_runs[at].First.Value - 1);
            }
        }

        return index < _base ? _base : index;
    }

    private int RunOf(LogIndex index)
    {
        int low = 0;
        int high = _runs.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (_runs[middle].First <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }
}
