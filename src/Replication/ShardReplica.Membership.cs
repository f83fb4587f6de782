using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>Changes of the replica set, and of the lead.</content>
public sealed partial class ShardReplica
{
    private PendingChange? _change;
    private PendingTransfer? _transfer;

    /// <summary>Changes the replica set; done when the change is committed. On the leader only, one at a time.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the wait, never the change.</param>
    /// <returns>
    /// NotLeader; Unavailable, when it can be done soon: another change is not committed, or a learner has not caught up;
    /// PreconditionFailed, when it can never be done; Unsupported, when the state machine's checkpoints would not hold it; OutcomeUnknown, when the lead was lost before it was committed.
    /// </returns>
    public async Task<Result<Unit>> ChangeAsync(ReplicaSetChange change, CancellationToken cancellationToken)
    {
        if (RefusalOf(State) is { } refusal)
        {
            return refusal;
        }

        var done = new TaskCompletionSource<Result<Unit>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Call(core => BeginChange(core, change, done));
        return await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Hands the lead to a voter; done when it is heard of as the leader. Proposals are refused meanwhile.</summary>
    /// <param name="target">The voter; best one that has caught up.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>NotLeader; PreconditionFailed for no voter; Unavailable when it did not take over within the longest election timeout.</returns>
    public async Task<Result<Unit>> TransferAsync(ReplicaId target, CancellationToken cancellationToken)
    {
        if (State is not (ReplicaState.Serving or ReplicaState.Draining))
        {
            return RefusalOf(State)!;
        }

        var done = new TaskCompletionSource<Result<Unit>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Call(core => BeginTransfer(core, target, done));
        return await done.Task.WaitAsync(cancellationToken);
    }

    private void BeginChange(RaftCore? core, in ReplicaSetChange change, TaskCompletionSource<Result<Unit>> done)
    {
        if (core is null)
        {
            done.TrySetResult(RefusalOf(State) ?? ReplicaErrors.Stopping);
        }
        else if (!_machine.KeepsReplicaSet)
        {
            done.TrySetResult(ReplicaErrors.SetNotKept);
        }
        else if (core.ProposeChange(change) is var refusal and not ChangeRefusal.None)
        {
            done.TrySetResult(ReplicaErrors.OfChange(refusal));
        }
        else
        {
            _change = new PendingChange(core.SetIndex, core.Term, done);
        }
    }

    private void BeginTransfer(RaftCore? core, ReplicaId target, TaskCompletionSource<Result<Unit>> done)
    {
        if (core is null)
        {
            done.TrySetResult(RefusalOf(State) ?? ReplicaErrors.Stopping);
        }
        else if (!core.TakesProposals || _transfer is not null)
        {
            done.TrySetResult(core.Role == RaftRole.Leader ? ReplicaErrors.HandsOver : ReplicaErrors.NotLeader);
        }
        else if (target == _identity.Self || core.Set.Find(target) is not { Kind: ReplicaKind.Voter })
        {
            done.TrySetResult(ReplicaErrors.NoVoter);
        }
        else
        {
            core.Step(RaftInput.Transfer(target));
            _transfer = new PendingTransfer(target, 2 * _options.Raft.ElectionTicks, done);
        }
    }

    /// <summary>Looks whether what was begun has come to its end.</summary>
    private void TendMembership(RaftCore core)
    {
        if (_change is { } change && (core.Term != change.Term || core.Role != RaftRole.Leader || core.Commit >= change.Index))
        {
            _change = null;
            bool isDone = core.Commit >= change.Index && core.TermAt(change.Index) is { } term && term == change.Term;
            change.Done.TrySetResult(isDone ? Unit.Value : ReplicaErrors.LeadLost);
        }

        if (_transfer is { } transfer)
        {
            if (core.Leader == transfer.Target)
            {
                _transfer = null;
                transfer.Done.TrySetResult(Unit.Value);
            }
            else if (core.TakesProposals || (core.Leader.Value != 0 && core.Leader != _identity.Self) || transfer.TicksLeft == 0)
            {
                // It leads again, another one does, or no one: without a quorum nobody is ever elected.
                _transfer = null;
                transfer.Done.TrySetResult(ReplicaErrors.NotTakenOver);
            }
        }
    }

    private void TickMembership()
    {
        if (_transfer is { TicksLeft: > 0 } transfer)
        {
            _transfer = transfer with { TicksLeft = transfer.TicksLeft - 1 };
        }
    }

    private void EndMembership(NacreError error)
    {
        _change?.Done.TrySetResult(error);
        _transfer?.Done.TrySetResult(error);
        _change = null;
        _transfer = null;
    }

    /// <summary>Before a leader stops, the voter that lacks least takes over, so that nobody waits for an election.</summary>
    private async Task HandOverLeadAsync(CancellationToken cancellationToken)
    {
        var found = new TaskCompletionSource<ReplicaId>(TaskCreationOptions.RunContinuationsAsynchronously);
        Call(core => found.TrySetResult(BestSuccessor(core)));
        ReplicaId successor = await found.Task.WaitAsync(cancellationToken);
        if (successor.Value == 0)
        {
            return;
        }

        Result<Unit> taken = await TransferAsync(successor, cancellationToken);
        if (!taken.IsOk)
        {
            Log.LeadNotHandedOver(_logger, _identity.Shard, successor, taken.Error.Code);
        }
    }

    private ReplicaId BestSuccessor(RaftCore? core)
    {
        ReplicaId best = default;
        if (core is { Role: RaftRole.Leader })
        {
            foreach (Replica member in core.Set.Members)
            {
                if (member.Kind == ReplicaKind.Voter && member.Id != _identity.Self && core.StateOf(member.Id) == ProgressState.Replicate &&
                    (best.Value == 0 || core.MatchOf(member.Id) > core.MatchOf(best)))
                {
                    best = member.Id;
                }
            }
        }

        return best;
    }

    private sealed record PendingChange(LogIndex Index, Term Term, TaskCompletionSource<Result<Unit>> Done);

    private sealed record PendingTransfer(ReplicaId Target, int TicksLeft, TaskCompletionSource<Result<Unit>> Done);
}
