using Nacre.Core;
using Nacre.Core.Ids;

namespace Nacre.Replication.Raft;

/// <content>Snapshots (§7): who needs one, and what one that came makes of the log. Their bytes are the shell's.</content>
public sealed partial class RaftCore
{
    private bool _isInstalling;
    private LogIndex _installing;
    private Term _installingTerm;

    /// <summary>
    /// Asks to put a snapshot in place of state machine and log; its bytes are here already. While it is put in place the
    /// core takes no entries and gives none to persist; it still answers and votes.
    /// </summary>
    /// <param name="index">The last entry in it; it was committed.</param>
    /// <param name="term">That entry's term.</param>
    /// <returns>
    /// False: it is not needed, for the log has that entry, or not wanted now; nothing changes. True: the shell lets the
    /// appends on their way end, puts the snapshot in place and the log behind it, and ends with
    /// <see cref="RaftInput.SnapshotInstalled"/> or <see cref="RaftInput.SnapshotAbandoned"/>.
    /// </returns>
    public bool TryBeginSnapshot(LogIndex index, Term term)
    {
        if (Role != RaftRole.Follower || _isInstalling || _isDisqualified || term > _durable.Term || HasEntry(index, term))
        {
            return false;
        }

        _isInstalling = true;
        (_installing, _installingTerm) = (index, term);
        return true;
    }

    /// <summary>True when a committed entry is here, in the log or below it: a snapshot that ends with it is of no use.</summary>
    /// <param name="index">An entry that was committed.</param>
    /// <param name="term">Its term.</param>
    public bool HasEntry(LogIndex index, Term term) => index <= Commit || _terms.TermAt(index) == term;

    private void OnSnapshotInstalled(in RaftInput input)
    {
        Invariant.Check(_isInstalling);
        Invariant.Check(input.Index == _installing);
        Invariant.Check(input.LogTerm == _installingTerm);
        Invariant.Check(input.Index > Commit);
        Invariant.Check(input.Set.Index <= input.Index);
        _isInstalling = _isRefused = false;
        _outdatedFlushes = _flushes;
        _tail.Reset(input.Index);
        _terms.Reset(input.Index, input.LogTerm);
        LastIndex = _given = _persisted = _shared = Commit = _givenToApply = input.Index;
        LastTerm = input.LogTerm;
        _sets.Clear();
        _sets.Add(input.Set);
        PutSetInForce();

        // It was committed, so this term's leader has it, whoever sent it.
        _verified = input.Index;
        _owesAcknowledgement = true;
        _owedThrough = input.Index;
        Acknowledge(isFlush: true);
    }

    private void NeedSnapshot(Progress peer)
    {
        peer.AwaitSnapshot();
        _snapshotNeeds.Add(new SnapshotNeed(peer.Id, _terms.Base));
    }

    /// <param name="id">The peer.</param>
    /// <param name="index">What it has installed; 0 for nothing.</param>
    private void OnSnapshotEnded(ReplicaId id, LogIndex index)
    {
        if (Role == RaftRole.Leader && PeerOf(id) is { State: ProgressState.Snapshot } peer)
        {
            peer.Probe(index.Value > 0 && index <= LastIndex ? index.Next : peer.Match.Next);
            peer.HasProbe = index.Value == 0;
            _sendDue |= index.Value > 0;
        }
    }

    private void OnReleased(LogIndex through)
    {
        Invariant.Check(through <= _givenToApply);
        _terms.Release(through);
    }
}
