using System.Collections.Immutable;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <content>The replica set and its changes, one replica at a time (thesis §4.1 to §4.4).</content>
public sealed partial class RaftCore
{
    /// <summary>The set committed last, then those above it in the log; the last one is in force.</summary>
    private readonly List<LoggedReplicaSet> _sets = [];
    private ReplicaKind? _selfKind;
    private int _voters;

    /// <summary>A member, and a voter, of one of <see cref="_sets"/>: any of them may turn out to be in force.</summary>
    private bool _isMember;
    private bool _isElectable;

    /// <summary>The replica set in force: that of the last configuration entry in the log, committed or not.</summary>
    public ReplicaSet Set => _sets[^1].Set;

    /// <summary>The entry with <see cref="Set"/>; 0 for the one that the shard was made with.</summary>
    public LogIndex SetIndex => _sets[^1].Index;

    private bool IsSoleVoter => _voters == 1 && _selfKind == ReplicaKind.Voter;

    /// <summary>How a leader sends to a peer; null for who is none. For health and tests.</summary>
    public ProgressState? StateOf(ReplicaId peer) => Role == RaftRole.Leader ? PeerOf(peer)?.State : null;

    /// <summary>Through which entry a peer has flushed, as this leader knows; 0 for who is none.</summary>
    public LogIndex MatchOf(ReplicaId peer) => Role == RaftRole.Leader ? PeerOf(peer)?.Match ?? default : default;

    /// <summary>Appends a change of the replica set. It is in force at once, and done when its entry is committed.</summary>
    /// <param name="change">The change.</param>
    /// <returns>Why it was not appended; None when it was: its entry is <see cref="LastIndex"/>.</returns>
    public ChangeRefusal ProposeChange(in ReplicaSetChange change)
    {
        if (!TakesProposals)
        {
            return ChangeRefusal.NotLeader;
        }

        // Without it two leaders could each have a change in their logs that the other does not know, and both a quorum.
        if (!LeadsCommitted)
        {
            return ChangeRefusal.TermNotOpen;
        }

        if (SetIndex > Commit)
        {
            return ChangeRefusal.ChangePending;
        }

        ChangeRefusal refusal = Check(change);
        if (refusal == ChangeRefusal.None)
        {
            ReplicaSet next = change.Kind switch
            {
                ReplicaSetChangeKind.AddLearner => Set.With(new Replica(change.Id, change.Node, ReplicaKind.Learner)),
                ReplicaSetChangeKind.Promote => Set.With(change.Id, ReplicaKind.Voter),
                ReplicaSetChangeKind.Demote => Set.With(change.Id, ReplicaKind.Learner),
                _ => Set.Without(change.Id),
            };
            ReadOnlyMemory<byte> entry = _entries.Configuration(next);
            Invariant.Check(_entries.IsConfiguration(entry.Span));
            AppendOwn(entry);
            _sets.Add(new LoggedReplicaSet(LastIndex, next));
            PutSetInForce();
            _sendDue = _peers.Length > 0;
        }

        return refusal;
    }

    private ChangeRefusal Check(in ReplicaSetChange change)
    {
        ReplicaKind? kind = Set.Find(change.Id)?.Kind;
        return change.Kind switch
        {
            ReplicaSetChangeKind.AddLearner =>
                change.Id <= Set.LastGiven ? ChangeRefusal.IdUsed :
                Set.Members.Length == ReplicaSet.MaxMembers ? ChangeRefusal.TooMany : ChangeRefusal.None,
            ReplicaSetChangeKind.Promote =>
                kind != ReplicaKind.Learner ? ChangeRefusal.WrongMember :
                HasCaughtUp(change.Id) ? ChangeRefusal.None : ChangeRefusal.NotCaughtUp,
            ReplicaSetChangeKind.Demote =>
                kind != ReplicaKind.Voter ? ChangeRefusal.WrongMember :
                _voters == 1 ? ChangeRefusal.LastVoter : ChangeRefusal.None,
            ReplicaSetChangeKind.Remove =>
                kind is null ? ChangeRefusal.WrongMember :
                kind == ReplicaKind.Voter && _voters == 1 ? ChangeRefusal.LastVoter : ChangeRefusal.None,
            _ => throw new InvariantViolationException($"unknown change kind {change.Kind}"),
        };
    }

    /// <summary>Thesis §4.2.1: a voter that lacks much would keep the next entries from being committed.</summary>
    private bool HasCaughtUp(ReplicaId id) =>
        PeerOf(id) is { State: ProgressState.Replicate } peer &&
        peer.Match >= SetIndex &&
        (long)(LastIndex.Value - peer.Match.Value) <= _options.MaxPromotionLag;

    private void RestoreSets(ImmutableArray<LoggedReplicaSet> sets)
    {
        Invariant.Check(!sets.IsDefaultOrEmpty);
        Invariant.Check(sets[0].Index <= Commit);
        Invariant.Check(sets[^1].Index <= LastIndex);
        for (int at = 0; at < sets.Length; at++)
        {
            Invariant.Check(at == 0 || sets[at].Index > sets[at - 1].Index);
            _sets.Add(sets[at]);
        }

        PutSetInForce();
    }

    private void AdoptSet(in LogRecord record)
    {
        ReplicaSet? set = _entries.ReadConfiguration(record.Entry);
        if (set is null)
        {
            throw new InvariantViolationException($"entry {record.Index} of the log names no replica set");
        }

        _sets.Add(new LoggedReplicaSet(record.Index, set));
        PutSetInForce();
    }

    /// <summary>The log's end was dropped: the set before is in force again (thesis §4.1).</summary>
    private void RevertSets(LogIndex last)
    {
        if (SetIndex > last)
        {
            while (SetIndex > last)
            {
                _sets.RemoveAt(_sets.Count - 1);
            }

            PutSetInForce();
        }
    }

    private void PutSetInForce()
    {
        ReplicaSet set = Set;
        _selfKind = set.Find(_self)?.Kind;
        _isMember = _sets.Exists(logged => logged.Set.Find(_self) is not null);
        _isElectable = _sets.Exists(logged => logged.Set.Find(_self)?.Kind == ReplicaKind.Voter);
        _voters = set.Voters;
        var peers = new List<Progress>();
        foreach (Replica member in set.Members)
        {
            if (member.Id != _self)
            {
                Progress? peer = PeerOf(member.Id);
                if (peer is null)
                {
                    peer = new Progress(member.Id);
                    peer.Restart(LastIndex.Next);
                }

                peer.Kind = member.Kind;
                peers.Add(peer);
            }
        }

        _peers = [.. peers];
    }

    private void OnCommit()
    {
        if (_sets.Count > 1 && _sets[1].Index <= Commit)
        {
            while (_sets.Count > 1 && _sets[1].Index <= Commit)
            {
                _sets.RemoveAt(0);
            }

            PutSetInForce();
            foreach (Progress peer in _peers)
            {
                // Changes are rare, and those whom they concern wait for them.
                peer.AwaitedCommit = Commit;
            }
        }

        if (Role == RaftRole.Leader && _selfKind != ReplicaKind.Voter && SetIndex <= Commit)
        {
            Leave();
        }
    }

    /// <summary>
    /// Thesis §4.2.2: a leader that is no voter any more steps down once that is committed. It says so first, and asks the
    /// voter that has most to take over (§3.10), so that nobody waits for a timeout.
    /// </summary>
    private void Leave()
    {
        Progress? heir = null;
        foreach (Progress peer in _peers)
        {
            SendHeartbeat(peer, round: 0);
            if (peer.Kind == ReplicaKind.Voter && (heir is null || peer.Match > heir.Match))
            {
                heir = peer;
            }
        }

        if (heir is not null)
        {
            _outbox.Add(RaftMessage.TimeoutNow(_self, heir.Id, Term));
        }

        BecomeFollower(Term, default);
    }
}
