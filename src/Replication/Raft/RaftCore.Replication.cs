using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <content>The leader's side of replication: pipelined appends within limits, heartbeats, the check of the quorum (§5.3; thesis §6.2, §10.2).</content>
public sealed partial class RaftCore
{
    private Progress[] _peers = [];
    private bool _sendDue;
    private int _heartbeatElapsed;
    private int _quorumElapsed;

    /// <summary>Entries were given out since the last tick; and in the tick before.</summary>
    private bool _hasGiven;
    private bool _gaveBefore;
    private LogIndex _copiedFrom;
    private LogRecord[] _copied = [];

    private Progress? PeerOf(ReplicaId id)
    {
        foreach (Progress peer in _peers)
        {
            if (peer.Id == id)
            {
                return peer;
            }
        }

        return null;
    }

    private void TickLeader()
    {
        (_gaveBefore, _hasGiven) = (_hasGiven, false);
        TickTransfer();
        if (++_quorumElapsed >= _options.ElectionTicks)
        {
            _quorumElapsed = 0;
            if (!HasActiveQuorum())
            {
                BecomeFollower(Term, default);
                return;
            }
        }

        if (++_heartbeatElapsed >= _options.HeartbeatTicks)
        {
            SendHeartbeats();
        }
    }

    /// <summary>CheckQuorum (thesis §6.2): a leader cut off from a quorum must not keep its clients waiting.</summary>
    private bool HasActiveQuorum()
    {
        int active = _selfKind == ReplicaKind.Voter ? 1 : 0;
        foreach (Progress peer in _peers)
        {
            active += peer.IsActive && peer.Kind == ReplicaKind.Voter ? 1 : 0;
            peer.IsActive = false;
        }

        return active >= Quorum.Of(_voters);
    }

    private void SendHeartbeats()
    {
        _heartbeatElapsed = 0;
        AssignReads();
        _round++;
        foreach (Progress peer in _peers)
        {
            SendHeartbeat(peer, _round);
        }
    }

    private void SendHeartbeat(Progress peer, ulong round)
    {
        peer.ToldCommit = Commit < peer.Match ? Commit : peer.Match;
        _outbox.Add(RaftMessage.Heartbeat(_self, peer.Id, Term, peer.ToldCommit, round));
    }

    /// <summary>
    /// Sends what peers lack of the entries that were given to the own log: the flushes of all go on at the same time
    /// (thesis §10.2.1). A commit is told in a message of its own only where no append is to be expected that tells it along
    /// the way: of a shard that is written to without pause it is told by the next append, or the next heartbeat.
    /// </summary>
    private void SendToPeers()
    {
        if (Role != RaftRole.Leader)
        {
            return;
        }

        foreach (Progress peer in _peers)
        {
            while (peer.Next <= _given && peer.CanSend(_options) && TrySendEntries(peer))
            {
            }

            if (peer.Next > _given && peer.State == ProgressState.Probe && peer.CanSend(_options))
            {
                peer.HasProbe = true;
                SendEmpty(peer);
            }

            bool isAwaited = !(_gaveBefore && _hasGiven) || _options.TellsCommitsAtOnce || peer.ToldCommit < peer.AwaitedCommit;
            if (isAwaited && peer.State == ProgressState.Replicate && peer.ToldCommit < Commit && peer.ToldCommit < peer.Match)
            {
                SendHeartbeat(peer, round: 0);
            }
        }

        _copied = [];
    }

    private bool TrySendEntries(Progress peer)
    {
        if (_terms.TermAt(Before(peer.Next)) is null)
        {
            NeedSnapshot(peer);
            return false;
        }

        if (peer.Next < _tail.First)
        {
            peer.IsReading = true;
            LogIndex through = _given < _tail.First ? _given : Before(_tail.First);
            _entryReads.Add(new EntryRead(peer.Id, peer.Next, through, _options.MaxMessageBytes));
            return false;
        }

        Send(peer, Copy(peer.Next, LastWithin(peer.Next, _given, _options.MaxMessageBytes)));
        return true;
    }

    /// <summary>Entries in an array that messages keep; peers at the same place share it.</summary>
    private LogRecord[] Copy(LogIndex from, LogIndex through)
    {
        if (_copied.Length == 0 || _copiedFrom != from || _copied[^1].Index != through)
        {
            _copiedFrom = from;
            _copied = _tail.Slice(from, through).ToArray();
        }

        return _copied;
    }

    private void Send(Progress peer, ReadOnlyMemory<LogRecord> records)
    {
        LogIndex previous = Before(peer.Next);
        LogIndex last = records.Span[^1].Index;
        Invariant.Check(records.Span[0].Index == peer.Next);
        Invariant.Check(last <= _given);
        long bytes = 0;
        foreach (ref readonly LogRecord record in records.Span)
        {
            bytes += record.Entry.Length + EntryOverheadBytes;
        }

        _shared = _shared > last ? _shared : last;
        peer.Sent(last, bytes, _options.MaxInFlightMessages);
        peer.ToldCommit = Commit < last ? Commit : last;
        _outbox.Add(RaftMessage.Append(_self, peer.Id, Term, previous, _terms.TermAt(previous)!.Value, Commit, records));
    }

    /// <summary>An append without entries, behind all that was sent: its answer tells whether that arrived.</summary>
    private void SendEmpty(Progress peer)
    {
        LogIndex previous = Before(peer.Next);
        if (_terms.TermAt(previous) is { } term)
        {
            _outbox.Add(RaftMessage.Append(_self, peer.Id, Term, previous, term, Commit, default));
        }
        else
        {
            NeedSnapshot(peer);
        }
    }

    private void OnAppendAnswer(in RaftMessage message)
    {
        if (Role != RaftRole.Leader)
        {
            return;
        }

        Progress peer = PeerOf(message.From)!;
        peer.IsActive = true;
        if (!message.IsAccepted)
        {
            OnRejected(peer, message);
        }
        else if (message.Index <= LastIndex)
        {
            if (peer.State == ProgressState.Snapshot && message.Index >= peer.Match && _terms.TermAt(message.Index) is not null)
            {
                peer.Probe(message.Index.Next);
            }

            bool advances = message.Index > peer.Match;
            peer.Acknowledge(message.Index);
            _sendDue = true;
            if (advances)
            {
                AdvanceCommit();
                ContinueTransfer(peer);
            }
        }
    }

    /// <summary>The logs part before what was sent; or the answer is an old one, about what is settled since.</summary>
    private void OnRejected(Progress peer, in RaftMessage message)
    {
        if (peer.State == ProgressState.Replicate && message.Index > peer.Match)
        {
            peer.Probe(peer.Match.Next);
            _sendDue = true;
        }
        else if (peer.State == ProgressState.Probe && message.Index == Before(peer.Next))
        {
            LogIndex next = _terms.LastNotAbove(message.Hint, message.LogTerm).Next;
            peer.Probe(next < message.Index ? next : message.Index);
            _sendDue = true;
        }
    }

    private void OnHeartbeatAnswer(in RaftMessage message)
    {
        if (Role != RaftRole.Leader || message.Context > _round)
        {
            return;
        }

        Progress peer = PeerOf(message.From)!;
        peer.IsActive = true;
        peer.AnswerRound(message.Context);
        ConfirmReads();
        if (Role != RaftRole.Leader)
        {
            return;
        }

        switch (peer.State)
        {
            case ProgressState.Probe:
                peer.HasProbe = false;
                _sendDue = true;
                break;
            case ProgressState.Replicate when peer.Match < Before(peer.Next) && !peer.IsReading:
                SendEmpty(peer);
                break;
        }
    }

    private void OnUnreachable(ReplicaId id)
    {
        if (Role == RaftRole.Leader && PeerOf(id) is { State: ProgressState.Replicate } peer)
        {
            peer.Probe(peer.Match.Next);
            _sendDue = true;
        }
    }

    /// <summary>The lead is over, also if only in this term.</summary>
    private void EndLead()
    {
        _termStart = default;
        _transferTarget = default;
        _sendDue = false;
        foreach (Progress peer in _peers)
        {
            peer.IsReading = false;
        }

        RefusePending(tellFollowers: false);
    }

    private static LogIndex Before(LogIndex index) => new(index.Value - 1);
}
