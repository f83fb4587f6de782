using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <content>What a leader says, and the answers to it, which wait for the flush (§5.3).</content>
public sealed partial class RaftCore
{
    /// <summary>Through here the log agrees with the leader's, by what it said in this term.</summary>
    private LogIndex _verified;

    /// <summary>The last entry acknowledged in this term; whether an answer is owed, and for which entry the last one.</summary>
    private LogIndex _acknowledged;
    private LogIndex _owedThrough;
    private bool _owesAcknowledgement;

    /// <summary>An append that does not fit the log, and came before this term was flushed.</summary>
    private RaftMessage? _owedRefusal;

    private void HearLeader(ReplicaId leader)
    {
        // Election safety (§5.2): a second leader in a term means that the log is not safe any more.
        Invariant.Check(Role != RaftRole.Leader);
        Invariant.Check(Leader.Value == 0 || Leader == leader);
        if (Role != RaftRole.Follower)
        {
            ChangeRole(RaftRole.Follower, leader);
        }

        SetLeader(leader);
        _elapsed = _sinceLeader = 0;
    }

    private void OnAppend(in RaftMessage message)
    {
        HearLeader(message.From);
        if (_isInstalling || !IsWellFormed(message))
        {
            return;
        }

        if (!Agrees(message.Index, message.LogTerm))
        {
            Reject(message);
            return;
        }

        ReadOnlySpan<LogRecord> records = message.Entries.Span;
        int known = 0;
        while (known < records.Length && Agrees(records[known].Index, records[known].Term))
        {
            known++;
        }

        if (known < records.Length)
        {
            Replace(records[known..]);
        }

        LogIndex through = records.IsEmpty ? message.Index : records[^1].Index;
        _verified = through > _verified ? through : _verified;
        FollowCommit(message.Commit);
        _owesAcknowledgement = true;
        _owedThrough = through;
        Acknowledge(isFlush: false);
    }

    /// <summary>Appends entries that the log lacks, in place of others if it has others there (§5.3).</summary>
    private void Replace(ReadOnlySpan<LogRecord> records)
    {
        var before = new LogIndex(records[0].Index.Value - 1);
        Invariant.Check(before >= _verified);
        CutAfter(before);
        foreach (ref readonly LogRecord record in records)
        {
            AddToLog(record);
            if (_entries.IsConfiguration(record.Entry.Span))
            {
                AdoptSet(record);
            }
        }

        _shared = LastIndex;
    }

    /// <summary>True when the log has an entry of that index and term. What is committed here agrees with every later leader's log (§5.4.3).</summary>
    private bool Agrees(LogIndex index, Term term)
    {
        Term? known = _terms.TermAt(index);
        if (index <= Commit)
        {
            Invariant.Check(known is null || known == term);
            return true;
        }

        return known == term;
    }

    /// <summary>Bytes of a peer that cannot be a leader's are ignored.</summary>
    private static bool IsWellFormed(in RaftMessage message)
    {
        LogIndex index = message.Index;
        Term term = message.LogTerm;
        foreach (ref readonly LogRecord record in message.Entries.Span)
        {
            if (record.Index != index.Next || record.Term < term || record.Term > message.Term)
            {
                return false;
            }

            (index, term) = (record.Index, record.Term);
        }

        return term <= message.Term;
    }

    /// <summary>
    /// The fast way back (end of §5.3): entries of terms above the leader's at that place cannot agree with its log, so that
    /// one refusal skips them all.
    /// </summary>
    private void Reject(in RaftMessage message)
    {
        if (!Speaks)
        {
            _owedRefusal = message;
        }
        else
        {
            LogIndex hint = _terms.LastNotAbove(message.Index, message.LogTerm);
            hint = hint < Commit ? Commit : hint;
            _outbox.Add(RaftMessage.AppendRejected(_self, message.From, Term, message.Index, hint, _terms.TermAt(hint)!.Value));
        }
    }

    private void GiveOwedRefusal()
    {
        if (_owedRefusal is { } message)
        {
            _owedRefusal = null;
            if (Role == RaftRole.Follower && message.From == Leader && !_isInstalling && !Agrees(message.Index, message.LogTerm))
            {
                Reject(message);
            }
        }
    }

    /// <summary>
    /// Tells the leader what is flushed here and agrees with its log; owed until all of it is that it sent last. One
    /// answer stands for all before it.
    /// </summary>
    /// <param name="isFlush">Whether a flush has just ended: then a part of what is owed is told, too.</param>
    private void Acknowledge(bool isFlush)
    {
        if (!_owesAcknowledgement || !Speaks || Leader.Value == 0 || Role != RaftRole.Follower)
        {
            return;
        }

        LogIndex through = _persisted < _verified ? _persisted : _verified;
        bool isAll = through >= _owedThrough;
        if (isAll || (isFlush && through > _acknowledged))
        {
            Invariant.Check(through <= _persisted);
            _acknowledged = through;
            _owesAcknowledgement = !isAll;
            _outbox.Add(RaftMessage.Appended(_self, Leader, Term, through));
        }
    }

    private void OnHeartbeat(in RaftMessage message)
    {
        HearLeader(message.From);
        if (message.Commit > LastIndex)
        {
            // The leader counts only what this replica said it flushed: its disk has come back as an older one.
            Disqualify();
            return;
        }

        _verified = message.Commit > _verified ? message.Commit : _verified;
        FollowCommit(message.Commit);
        _owedRound = message.Context > _owedRound ? message.Context : _owedRound;
        AnswerHeartbeat();
    }

    private void AnswerHeartbeat()
    {
        if (_owedRound > 0 && Speaks && Leader.Value > 0 && Role == RaftRole.Follower)
        {
            _outbox.Add(RaftMessage.HeartbeatAnswer(_self, Leader, Term, _owedRound));
            _owedRound = 0;
        }
    }
}
