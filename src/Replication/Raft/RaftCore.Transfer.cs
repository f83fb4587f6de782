using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Replication.Raft;

/// <content>Leadership transfer (thesis §3.10): no proposals, no reads, the target caught up, then told to stand for election.</content>
public sealed partial class RaftCore
{
    private ReplicaId _transferTarget;
    private int _transferElapsed;

    /// <summary>The voter that the lead is being handed to; 0 for none.</summary>
    public ReplicaId TransferTarget => _transferTarget;

    private void BeginTransfer(ReplicaId target)
    {
        if (Role != RaftRole.Leader || target == _transferTarget || PeerOf(target) is not { Kind: ReplicaKind.Voter } peer)
        {
            return;
        }

        // Whoever leads next may be elected before this leader's lease is over: it ends now, and with it all reads.
        _transferTarget = target;
        _transferElapsed = 0;
        RefusePending(tellFollowers: true);
        _sendDue = true;
        ContinueTransfer(peer);
    }

    private void ContinueTransfer(Progress peer)
    {
        if (Role == RaftRole.Leader && peer.Id == _transferTarget && peer.Match == LastIndex)
        {
            _outbox.Add(RaftMessage.TimeoutNow(_self, peer.Id, Term));
        }
    }

    private void TickTransfer()
    {
        if (_transferTarget.Value == 0)
        {
            return;
        }

        if (++_transferElapsed >= _options.ElectionTicks || PeerOf(_transferTarget) is not { } peer)
        {
            // The target may still be elected: then this leader hears of a later term, as it would of any.
            _transferTarget = default;
        }
        else
        {
            ContinueTransfer(peer);
        }
    }

    /// <summary>The leader asks for the election: no pre-vote, and votes in spite of its lease.</summary>
    private void OnTimeoutNow(in RaftMessage message)
    {
        HearLeader(message.From);
        if (MayCampaign)
        {
            Campaign(isForced: true);
        }
    }
}
