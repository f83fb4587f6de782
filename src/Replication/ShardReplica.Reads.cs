using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>The read barrier.</content>
public sealed partial class ShardReplica
{
    private readonly AppliedWaits _appliedWaits = new();
    private readonly ReadRounds _reads;
    private bool _isSole;

    /// <summary>
    /// The read barrier: a view that shows the index given back shows every write that was acknowledged before this
    /// call, by whomever. The sole voter answers at once: a write is acknowledged after it was applied, so that what is
    /// applied here holds all that anybody was told of. Others ask a quorum, or the leader, which asks it, and wait until
    /// what they were told of is applied here.
    /// </summary>
    /// <returns>The applied index; Unavailable, also when no leader is found within two election timeouts, or StorageFailed.</returns>
    public ValueTask<Result<LogIndex>> ReadIndexAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ReplicaState state = State;
        if (state is not (ReplicaState.Serving or ReplicaState.Draining))
        {
            return ValueTask.FromResult<Result<LogIndex>>(RefusalOf(state)!);
        }

        return Volatile.Read(ref _isSole)
            ? ValueTask.FromResult<Result<LogIndex>>(_machine.Applied)
            : new ValueTask<Result<LogIndex>>(AskAsync(cancellationToken));
    }

    private async Task<Result<LogIndex>> AskAsync(CancellationToken cancellationToken)
    {
        TimeSpan asked = _freshness.Now;
        var read = new ReadTicket();
        _inbox.Add(read);
        RequestLoop();
        Result<LogIndex> index = await read.Task.WaitAsync(cancellationToken);
        if (!index.IsOk)
        {
            return index;
        }

        if (!await WhenAppliedAsync(index.Value).WaitAsync(cancellationToken))
        {
            return RefusalOf(State) ?? ReplicaErrors.Stopping;
        }

        _freshness.Confirm(asked, index.Value);
        return _machine.Applied;
    }

    /// <returns>False when the replica ended before.</returns>
    private Task<bool> WhenAppliedAsync(LogIndex index)
    {
        if (_machine.Applied >= index)
        {
            return Task.FromResult(true);
        }

        Task<bool> reached = _appliedWaits.Add(index);
        LogIndex applied = _machine.Applied;
        if (applied >= index)
        {
            _appliedWaits.Reach(applied);
        }

        return reached;
    }

    /// <summary>
    /// Whether this replica alone is a quorum, and has applied all that any earlier leader acknowledged. Told before
    /// anything is sent that could make another one vote.
    /// </summary>
    private void PublishSole(RaftCore core)
    {
        bool isSole = core.Set.Voters == 1 && core.Set.Find(_identity.Self) is { Kind: ReplicaKind.Voter };
        Volatile.Write(ref _isSole, isSole && (_isSole || (core.LeadsCommitted && _machine.Applied >= core.TermStart)));
    }
}
