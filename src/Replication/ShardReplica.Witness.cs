using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Membership;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>
/// What this replica has seen of how far others' disks have come: an older copy of one of them is told by it (decision 32).
/// </content>
public sealed partial class ShardReplica
{
    private readonly Dictionary<NodeId, DurableMark> _witnessed = [];

    private ulong _publishedDurable;
    private ulong _publishedDurableTerm;

    /// <summary>What this replica has seen of a node's replica since its own start; nothing while it does not run.</summary>
    /// <param name="node">The other node.</param>
    public Task<DurableMark> WitnessedOfAsync(NodeId node)
    {
        if (State is not (ReplicaState.Serving or ReplicaState.Draining))
        {
            return Task.FromResult(default(DurableMark));
        }

        var told = new TaskCompletionSource<DurableMark>(TaskCreationOptions.RunContinuationsAsynchronously);
        Call(core =>
        {
            if (core is not null)
            {
                WitnessPeers(core);
            }

            told.TrySetResult(_witnessed.GetValueOrDefault(node));
        });
        return told.Task;
    }

    /// <summary>
    /// This replica's log is an older one than peers have seen: it neither votes nor acknowledges nor leads any more, until the
    /// process ends.
    /// </summary>
    public void Disqualify() => Call(core => core?.Step(RaftInput.Disqualify));

    /// <summary>But for pre-votes and questions, nothing is said in a term before it is flushed.</summary>
    private void WitnessTerm(NodeId from, in RaftMessage message)
    {
        bool isFlushed = message.Kind is RaftMessageKind.Vote or RaftMessageKind.VoteAnswer or RaftMessageKind.Append or
            RaftMessageKind.AppendAnswer or RaftMessageKind.Heartbeat or RaftMessageKind.HeartbeatAnswer;
        if (isFlushed && (!_witnessed.TryGetValue(from, out DurableMark known) || known.Term < message.Term))
        {
            _witnessed[from] = known with { Term = message.Term };
        }
    }

    /// <summary>A leader knows what each follower acknowledged; who was leader forgets it, so that it is noted with each tick.</summary>
    private void WitnessPeers(RaftCore core)
    {
        if (core.Role != RaftRole.Leader)
        {
            return;
        }

        foreach (Replica member in core.Set.Members)
        {
            LogIndex match = core.MatchOf(member.Id);
            if (member.Id != _identity.Self && match.Value > 0)
            {
                var mark = new DurableMark(core.Term, match < core.Commit ? match : core.Commit, core.Term, match);
                _witnessed[member.Node] = _witnessed.GetValueOrDefault(member.Node).With(mark);
            }
        }
    }

    private void PublishDurable(RaftCore core)
    {
        LogIndex kept = core.Commit < core.Persisted ? core.Commit : core.Persisted;
        Volatile.Write(ref _publishedDurable, kept.Value);
        Volatile.Write(ref _publishedDurableTerm, core.DurableTerm.Value);
    }
}
