using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Raft;
using Nacre.Replication.Snapshots;

namespace Nacre.Replication;

/// <content>On the loop: peers that need a snapshot are offered one until they have it; what is offered here is fetched, if it helps.</content>
public sealed partial class ShardReplica
{
    private readonly List<Offering> _offerings = [];
    private readonly ISnapshotReceiver? _snapshotReceiver;
    private readonly TaskCompletionSource _appendsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Has the core make ready for a snapshot that is here and verified. After true, the replica takes no entries and is to
    /// be disposed, and another one to be started over the snapshot.
    /// </summary>
    /// <returns>False: it is of no use, or not wanted now.</returns>
    internal Task<bool> TryBeginInstallAsync(SnapshotPoint point) => AskAsync(core => core.TryBeginSnapshot(point.Index, point.Term));

    /// <summary>After the replica was disposed: ends when no append of it is on its way to the disk any more.</summary>
    internal Task AppendsEnded => _appendsEnded.Task;

    /// <summary>Whether a snapshot would help: it ends with an entry that is not here.</summary>
    internal Task<bool> LacksAsync(SnapshotPoint point) =>
        AskAsync(core => core is { Role: not RaftRole.Leader, IsDisqualified: false } && !core.HasEntry(point.Index, point.Term));

    /// <summary>Asks on the loop; false once the replica has ended.</summary>
    private Task<bool> AskAsync(Func<RaftCore, bool> ask)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Call(core => answer.TrySetResult(core is not null && ask(core)));
        return answer.Task;
    }

    private void TakeNeed(in SnapshotNeed need)
    {
        ReplicaId peer = need.Peer;
        _offerings.RemoveAll(offering => offering.Peer == peer);
        _offerings.Add(new Offering(peer, need.AtLeast));
        Log.PeerNeedsSnapshot(_logger, _identity.Shard, peer);
    }

    /// <summary>
    /// Offers are lost, and receivers start again: each is repeated, an election timeout later, until the peer has said that
    /// it has the entry, or is none any more.
    /// </summary>
    private void OfferSnapshots(RaftCore core, bool tick)
    {
        for (int at = _offerings.Count - 1; at >= 0; at--)
        {
            Offering offering = _offerings[at];
            if (core.StateOf(offering.Peer) != ProgressState.Snapshot)
            {
                _offerings.RemoveAt(at);
                continue;
            }

            offering.TicksLeft -= tick ? 1 : 0;
            if (offering.TicksLeft <= 0)
            {
                offering.TicksLeft = _options.Raft.ElectionTicks;
                Offer(core, offering);
            }
        }
    }

    private void Offer(RaftCore core, Offering offering)
    {
        // The first offer is the entry before the log, and the log is kept behind it: the peer may be fetching already, from who led
        // before, and the transfer may outlast many checkpoints. What is fetched is the newest, and has the entry, too.
        LogIndex index = offering.Index.Value == 0 ? offering.AtLeast : offering.Index;
        if (index.Value == 0 || index < LetGo)
        {
            // The log lets go of nothing that no checkpoint covers, so that the newest one always has it.
            index = Checkpointed;
        }

        offering.Index = index;
        Invariant.Check(index >= offering.AtLeast);
        Send(core, [RaftMessage.SnapshotOffer(_identity.Self, offering.Peer, core.Term, index, core.TermAt(index)!.Value)]);
    }

    /// <returns>True for a message between shells, which is not for the core.</returns>
    private bool TakeSnapshotMessage(RaftCore core, NodeId from, in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.SnapshotOffer:
                TakeOffer(core, from, message);
                return true;
            case RaftMessageKind.SnapshotAnswer:
                if (message.To == _identity.Self && message.Term == core.Term && core.StateOf(message.From) == ProgressState.Snapshot)
                {
                    // No more than a reason to try: the next append tells whether the logs agree there.
                    core.Step(RaftInput.SnapshotSent(message.From, message.Index));
                }

                return true;
            default:
                return false;
        }
    }

    private void TakeOffer(RaftCore core, NodeId from, in RaftMessage offer)
    {
        if (offer.To != _identity.Self || offer.Term != core.Term || core.Role != RaftRole.Follower || core.IsDisqualified)
        {
            return;
        }

        if (core.HasEntry(offer.Index, offer.LogTerm))
        {
            // The snapshot may have had more than was offered.
            LogIndex has = core.Commit > offer.Index ? core.Commit : offer.Index;
            _heardFrom[offer.From] = from;
            Send(core, [RaftMessage.SnapshotAnswer(_identity.Self, offer.From, core.Term, has)]);
        }
        else
        {
            _snapshotReceiver?.Offered(from, new SnapshotPoint(offer.Index, offer.LogTerm));
        }
    }

    /// <summary>A peer that needs a snapshot.</summary>
    private sealed class Offering(ReplicaId peer, LogIndex atLeast)
    {
        public ReplicaId Peer => peer;

        public LogIndex AtLeast => atLeast;

        /// <summary>What it is offered; the log is kept behind it. 0 before.</summary>
        public LogIndex Index { get; set; }

        public int TicksLeft { get; set; }
    }
}
