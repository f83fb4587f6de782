using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Replication.Raft;

/// <content>
/// ReadIndex (thesis §6.4): a leader that a quorum still followed after the question came knows of every write that was
/// acknowledged before it. One round of heartbeats answers all questions that waited for it.
/// </content>
public sealed partial class RaftCore
{
    // Invariant: questions that belong to a round stand before those that do not yet, by rising rounds.
    private readonly List<PendingRead> _pendingReads = [];
    private readonly List<ulong> _forwardedReads = [];
    private ulong _round;

    private void OnReadIndex(ReplicaId from, ulong context)
    {
        if (Role == RaftRole.Leader && _transferTarget.Value == 0)
        {
            if (IsSoleVoter && LeadsCommitted)
            {
                AnswerRead(new PendingRead(context, from, Commit, 0), isConfirmed: true);
                return;
            }

            _pendingReads.Add(new PendingRead(context, from, default, 0));
            BeginRound();
        }
        else if (from == _self && Role == RaftRole.Follower && Leader.Value > 0 && Speaks && _isMember)
        {
            _forwardedReads.Add(context);
            _outbox.Add(RaftMessage.ReadIndex(_self, Leader, Term, context));
        }
        else
        {
            AnswerRead(new PendingRead(context, from, default, 0), isConfirmed: false);
        }
    }

    /// <summary>Begins a round for what waits, unless one is under way: its end begins the next.</summary>
    private void BeginRound()
    {
        if (LeadsCommitted && _pendingReads.Count > 0 && _pendingReads[0].Round == 0)
        {
            SendHeartbeats();
            ConfirmReads();
        }
    }

    /// <summary>The next round answers all that waits: it is sent after they came.</summary>
    private void AssignReads()
    {
        if (!LeadsCommitted)
        {
            return;
        }

        for (int at = _pendingReads.Count - 1; at >= 0 && _pendingReads[at].Round == 0; at--)
        {
            _pendingReads[at] = _pendingReads[at] with { Index = Commit, Round = _round + 1 };
        }
    }

    private void ConfirmReads()
    {
        if (_pendingReads.Count == 0 || _pendingReads[0].Round == 0)
        {
            return;
        }

        ulong agreed = AnsweredByQuorum();
        int confirmed = 0;
        while (confirmed < _pendingReads.Count && _pendingReads[confirmed].Round is > 0 and var round && round <= agreed)
        {
            AnswerRead(_pendingReads[confirmed++], isConfirmed: true);
        }

        _pendingReads.RemoveRange(0, confirmed);
        BeginRound();
    }

    /// <summary>The last round that a quorum of voters has answered, by the set in force.</summary>
    private ulong AnsweredByQuorum()
    {
        Span<ulong> reached = stackalloc ulong[ReplicaSet.MaxMembers];
        int count = 0;
        if (_selfKind == ReplicaKind.Voter)
        {
            reached[count++] = _round;
        }

        foreach (Progress peer in _peers)
        {
            if (peer.Kind == ReplicaKind.Voter)
            {
                reached[count++] = peer.AnsweredRound;
            }
        }

        return Quorum.Reached(reached[..count]);
    }

    private void AnswerRead(in PendingRead read, bool isConfirmed)
    {
        LogIndex index = isConfirmed ? read.Index : default;
        if (read.From == _self)
        {
            _readStates.Add(new ReadState(read.Context, isConfirmed, index));
        }
        else if (Speaks)
        {
            if (isConfirmed && PeerOf(read.From) is { } peer)
            {
                peer.AwaitedCommit = index > peer.AwaitedCommit ? index : peer.AwaitedCommit;
                _sendDue = true;
            }

            _outbox.Add(RaftMessage.ReadIndexAnswer(_self, read.From, Term, read.Context, isConfirmed, index));
        }
    }

    private void RefusePending(bool tellFollowers)
    {
        foreach (PendingRead read in _pendingReads)
        {
            if (tellFollowers || read.From == _self)
            {
                AnswerRead(read, isConfirmed: false);
            }
        }

        _pendingReads.Clear();
    }

    /// <summary>The leader that was asked leads no more, or is not heard.</summary>
    private void RefuseForwarded()
    {
        foreach (ulong context in _forwardedReads)
        {
            _readStates.Add(new ReadState(context, IsConfirmed: false, default));
        }

        _forwardedReads.Clear();
    }

    private void OnReadIndexAnswer(in RaftMessage message)
    {
        if (message.From == Leader && _forwardedReads.Remove(message.Context))
        {
            _readStates.Add(new ReadState(message.Context, message.IsAccepted, message.Index));
        }
    }

    /// <summary>A question that waits for a round; 0 for none yet.</summary>
    private readonly record struct PendingRead(ulong Context, ReplicaId From, LogIndex Index, ulong Round);
}
