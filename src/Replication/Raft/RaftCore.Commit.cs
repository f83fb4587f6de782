using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <content>Flush notices, and what they commit (§5.3, §5.4.2; thesis §10.2.1).</content>
public sealed partial class RaftCore
{
    private HardState _givenHardState;
    private HardState _durable;
    private LogIndex _given;
    private LogIndex _persisted;

    /// <summary>The last entry that another replica may have: sent to one, or received.</summary>
    private LogIndex _shared;

    /// <summary>Appends to the log whose end was not told yet, and how many of the oldest of them hold replaced entries.</summary>
    private int _flushes;
    private int _outdatedFlushes;

    /// <summary>The last persist was refused; and nothing is given out to persist before the next tick.</summary>
    private bool _isRefused;
    private bool _waitsToPersist;

    private void OnPersisted(in RaftInput input)
    {
        Invariant.Check(_flushes > 0);
        _flushes--;
        _isRefused = false;
        bool isOutdated = _outdatedFlushes > 0;
        _outdatedFlushes -= isOutdated ? 1 : 0;
        if (input.HardState is { } durable)
        {
            Invariant.Check(durable.Term >= _durable.Term);
            Invariant.Check(durable.Term <= _givenHardState.Term);
            _durable = durable;
        }

        // Comparing terms is not enough: the same entry may have been replaced, and the replacement replaced by it again,
        // and this be the first of three flushes. The flush of what replaced these entries comes later, and counts.
        if (input.Index.Value > 0 && !isOutdated)
        {
            Invariant.Check(input.Index > _persisted);
            Invariant.Check(input.Index <= _given);
            Invariant.Check(_terms.TermAt(input.Index) == input.LogTerm);
            _persisted = input.Index;
            AdvanceCommit();
        }

        if (input.HardState is not null)
        {
            OnHardStateFlushed();
        }

        Acknowledge(isFlush: true);
    }

    /// <summary>
    /// The disk is full: nothing of what was given out and is not flushed reached it. What no other replica can have, the
    /// proposals of a sole member, is taken back. Anything else stays in the log in memory and is given out again at the next
    /// tick: others may have flushed it, and a quorum of them commit it; taking it back and appending other entries in its
    /// place would break log matching. A leader that is left with such entries steps down, for it can lead nobody without
    /// a disk, and neither it nor a follower stands for election before a flush has ended well.
    /// </summary>
    private void OnPersistRefused()
    {
        _flushes = _outdatedFlushes = 0;
        _givenHardState = _durable;
        if (_peers.Length == 0 && _shared <= _persisted)
        {
            CutAfter(_persisted);
        }

        _given = _persisted;
        _isRefused = _waitsToPersist = _hardState != _durable || LastIndex > _persisted;
        if (Role == RaftRole.Candidate || (Role == RaftRole.Leader && (_termStart > LastIndex || LastIndex > _persisted)))
        {
            BecomeFollower(Term, default);
        }
    }

    /// <summary>Commits what a quorum has flushed, if the last of it is of this term (§5.4.2).</summary>
    private void AdvanceCommit()
    {
        if (Role != RaftRole.Leader || _voters == 0)
        {
            return;
        }

        LogIndex agreed = FlushedByQuorum();
        if (agreed <= Commit || agreed < _termStart)
        {
            return;
        }

        Invariant.Check(agreed <= LastIndex);
        Invariant.Check(_terms.TermAt(agreed) == Term);
        bool opens = Commit < _termStart;
        Commit = agreed;
        _sendDue = _peers.Length > 0;
        OnCommit();
        if (opens)
        {
            BeginRound();
        }
    }

    /// <summary>The highest index that a quorum of voters has flushed; this replica, which may be no voter, by its own flushes.</summary>
    private LogIndex FlushedByQuorum()
    {
        if (IsSoleVoter)
        {
            return _persisted;
        }

        Span<ulong> reached = stackalloc ulong[ReplicaSet.MaxMembers];
        int count = 0;
        if (_selfKind == ReplicaKind.Voter)
        {
            reached[count++] = _persisted.Value;
        }

        foreach (Progress peer in _peers)
        {
            if (peer.Kind == ReplicaKind.Voter)
            {
                reached[count++] = peer.Match.Value;
            }
        }

        Invariant.Check(count == _voters);
        return new LogIndex(Quorum.Reached(reached[..count]));
    }

    /// <summary>A follower's commit: what the leader says, as far as its log is known to agree with the leader's.</summary>
    private void FollowCommit(LogIndex leaders)
    {
        LogIndex agreed = leaders < _verified ? leaders : _verified;
        if (agreed > Commit)
        {
            Invariant.Check(agreed <= LastIndex);
            Commit = agreed;
            OnCommit();
        }
    }
}
