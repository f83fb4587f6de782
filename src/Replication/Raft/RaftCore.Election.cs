using System.Buffers.Binary;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <content>Elections (§5.2, §5.4.1; thesis §9.6): a vote counts, here or elsewhere, once the hard state that records it is flushed.</content>
public sealed partial class RaftCore
{
    private int _timeout;
    private int _elapsed;
    private int _sinceLeader;
    private int _startWait;
    private bool _ownVote;
    private bool _isForced;
    private ReplicaId _owedVote;
    private ulong _owedRound;

    /// <summary>
    /// True while a leader is heard: a candidate is then refused (§6, thesis §4.2.3). A start counts as having heard one,
    /// whose lease this replica may have forgotten.
    /// </summary>
    private bool HearsFromLeader => Role == RaftRole.Leader || _sinceLeader < _options.ElectionTicks;

    /// <summary>
    /// Members vote when asked, learners too: who asks may know that they were promoted (thesis §4.1). Who joins, or was
    /// removed, does not.
    /// </summary>
    private bool MayVote => _isMember && _startWait == 0 && !_isDisqualified;

    /// <summary>
    /// Also a replica whose own removal is in its log, but not committed, stands for election, without counting its own
    /// vote: nobody else may have so long a log (thesis §4.2.2, Figure 4.6).
    /// </summary>
    private bool MayCampaign =>
        _isElectable && !_isDisqualified && !_isInstalling &&
        (IsSoleVoter || (_startWait == 0 && !_isRefused));

    private void TickElection()
    {
        _elapsed++;
        _sinceLeader++;
        if (IsSoleVoter)
        {
            BeginElection();
        }
        else if (_elapsed >= _timeout && MayCampaign)
        {
            AskForPreVotes();
        }
        else if (_elapsed >= 2 * _options.ElectionTicks)
        {
            // Who does not stand for election waits for whoever is elected.
            SetLeader(default);
        }
    }

    private void BeginElection()
    {
        if (Role != RaftRole.Follower || !MayCampaign)
        {
            return;
        }

        if (IsSoleVoter)
        {
            Campaign(isForced: false);
        }
        else
        {
            AskForPreVotes();
        }
    }

    /// <summary>Thesis §9.6. Promises nothing and changes no term: nothing needs to be flushed.</summary>
    private void AskForPreVotes()
    {
        ChangeRole(RaftRole.PreCandidate, default);
        ClearVotes();
        _ownVote = true;
        foreach (Progress peer in _peers)
        {
            if (peer.Kind == ReplicaKind.Voter)
            {
                _outbox.Add(RaftMessage.PreVote(_self, peer.Id, Term.Next, LastIndex, LastTerm));
            }
        }
    }

    private void OnPreVote(in RaftMessage message)
    {
        bool isGranted = message.Term > Term && !HearsFromLeader && IsUpToDate(message);
        _outbox.Add(RaftMessage.PreVoteAnswer(_self, message.From, isGranted ? message.Term : Term, isGranted));
    }

    private void OnPreVoteAnswer(in RaftMessage message)
    {
        if (Role == RaftRole.PreCandidate && (!message.IsAccepted || message.Term == Term.Next))
        {
            PeerOf(message.From)!.Vote ??= message.IsAccepted;
            if (CountVotes() == true)
            {
                Campaign(isForced: false);
            }
        }
    }

    /// <summary>Opens a term. Others are asked once the vote for itself is flushed: a candidate that forgot it might ask again, with a shorter log.</summary>
    private void Campaign(bool isForced)
    {
        Invariant.Check(_isElectable);
        EnterTerm(new HardState(Term.Next, _self));
        ChangeRole(RaftRole.Candidate, default);
        ClearVotes();
        _isForced = isForced;
    }

    /// <summary>What waited for the hard state: the own candidacy, a vote, an answer to the leader.</summary>
    private void OnHardStateFlushed()
    {
        if (!Speaks)
        {
            return;
        }

        if (Role == RaftRole.Candidate && _durable == _hardState && !_ownVote)
        {
            _ownVote = true;
            foreach (Progress peer in _peers)
            {
                if (peer.Kind == ReplicaKind.Voter)
                {
                    _outbox.Add(RaftMessage.Vote(_self, peer.Id, Term, LastIndex, LastTerm, _isForced));
                }
            }

            FinishElection();
        }

        GiveOwedVote();
        GiveOwedRefusal();
        AnswerHeartbeat();
    }

    private void OnVote(in RaftMessage message)
    {
        bool isFree = VotedFor == message.From || (VotedFor.Value == 0 && Leader.Value == 0);
        if (isFree && IsUpToDate(message))
        {
            if (Role == RaftRole.PreCandidate)
            {
                ChangeRole(RaftRole.Follower, default);
            }

            Invariant.Check(Role == RaftRole.Follower);
            _hardState = new HardState(Term, message.From);
            _elapsed = 0;
            _owedVote = message.From;
            GiveOwedVote();
        }
        else if (Speaks)
        {
            _outbox.Add(RaftMessage.VoteAnswer(_self, message.From, Term, isGranted: false));
        }
    }

    private void GiveOwedVote()
    {
        if (_owedVote.Value > 0 && _durable == new HardState(Term, _owedVote))
        {
            _outbox.Add(RaftMessage.VoteAnswer(_self, _owedVote, Term, isGranted: true));
            _owedVote = default;
        }
    }

    private void OnVoteAnswer(in RaftMessage message)
    {
        if (Role == RaftRole.Candidate && _ownVote)
        {
            PeerOf(message.From)!.Vote ??= message.IsAccepted;
            FinishElection();
        }
    }

    private void FinishElection()
    {
        switch (CountVotes())
        {
            case true:
                BecomeLeader();
                break;
            case false:
                ChangeRole(RaftRole.Follower, default);
                break;
        }
    }

    /// <summary>§5.4.1: the later last term, or in the same the longer log.</summary>
    private bool IsUpToDate(in RaftMessage message) =>
        message.LogTerm > LastTerm || (message.LogTerm == LastTerm && message.Index >= LastIndex);

    /// <summary>True when a quorum granted, false when too many refused for one to grant, null before that.</summary>
    private bool? CountVotes()
    {
        int granted = _ownVote && _selfKind == ReplicaKind.Voter ? 1 : 0;
        int refused = 0;
        foreach (Progress peer in _peers)
        {
            if (peer.Kind == ReplicaKind.Voter)
            {
                granted += peer.Vote == true ? 1 : 0;
                refused += peer.Vote == false ? 1 : 0;
            }
        }

        int quorum = Quorum.Of(_voters);
        return granted >= quorum ? true : refused > _voters - quorum ? false : null;
    }

    private void ClearVotes()
    {
        _ownVote = false;
        foreach (Progress peer in _peers)
        {
            peer.Vote = null;
        }
    }

    private void BecomeLeader()
    {
        Invariant.Check(Role == RaftRole.Candidate);
        Invariant.Check(_durable == new HardState(Term, _self));
        Invariant.Check(Leader.Value == 0);
        ChangeRole(RaftRole.Leader, _self);
        foreach (Progress peer in _peers)
        {
            peer.Restart(LastIndex.Next);
        }

        _termStart = LastIndex.Next;
        _heartbeatElapsed = _quorumElapsed = 0;
        _gaveBefore = _hasGiven = false;
        AppendOwn(_entries.Opening());
    }

    /// <summary>Follows in a term: a later one, or the same.</summary>
    private void BecomeFollower(Term term, ReplicaId leader)
    {
        Invariant.Check(term >= Term);
        if (term > Term)
        {
            EnterTerm(new HardState(term, default));
        }

        ChangeRole(RaftRole.Follower, leader);
    }

    private void EnterTerm(HardState hardState)
    {
        Invariant.Check(hardState.Term > Term);
        _hardState = hardState;
        _verified = _acknowledged = _owedThrough = default;
        _owesAcknowledgement = false;
        _owedVote = default;
        _owedRound = 0;
        _owedRefusal = null;
    }

    private void ChangeRole(RaftRole role, ReplicaId leader)
    {
        if (Role == RaftRole.Leader)
        {
            EndLead();
            _sinceLeader = _options.ElectionTicks;
        }

        Role = role;
        SetLeader(leader);
        _elapsed = 0;
        DrawTimeout();
    }

    private void SetLeader(ReplicaId leader)
    {
        if (Leader != leader)
        {
            Leader = leader;
            RefuseForwarded();
        }
    }

    private void DrawTimeout()
    {
        Span<byte> drawn = stackalloc byte[sizeof(uint)];
        _random.Fill(drawn);
        _timeout = _options.ElectionTicks + (int)(BinaryPrimitives.ReadUInt32LittleEndian(drawn) % (uint)_options.ElectionTicks);
    }
}
