using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <content>The log's end: what comes to it, and what is dropped (§5.3).</content>
public sealed partial class RaftCore
{
    private void Propose(ReadOnlyMemory<byte> entry)
    {
        Invariant.Check(TakesProposals);
        Invariant.Check(!_entries.IsConfiguration(entry.Span));
        AppendOwn(entry);
    }

    private void AppendOwn(ReadOnlyMemory<byte> entry)
    {
        Invariant.Check(Role == RaftRole.Leader);
        AddToLog(new LogRecord(LastIndex.Next, Term, entry));
        _sendDue = _peers.Length > 0;
    }

    private void AddToLog(in LogRecord record)
    {
        _terms.Append(record.Index, record.Term);
        _tail.Append(record);
        LastIndex = record.Index;
        LastTerm = record.Term;
    }

    /// <summary>Drops the log's end, and with it what it changed.</summary>
    private void CutAfter(LogIndex last)
    {
        Invariant.Check(last >= Commit);
        if (last >= LastIndex)
        {
            return;
        }

        _tail.CutAfter(last);
        _terms.CutAfter(last);
        LastIndex = last;
        LastTerm = _terms.LastTerm;
        if (_given > last)
        {
            // Flushes under way hold entries that are not in the log any more.
            _given = last;
            _outdatedFlushes = _flushes;
        }

        _persisted = _persisted < last ? _persisted : last;
        _shared = _shared < last ? _shared : last;
        RevertSets(last);
    }
}
