using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <content>The end: in order, or at once.</content>
public sealed partial class ShardReplica
{
    private bool _isDeaf;

    /// <summary>
    /// Stops in order: takes no more proposals, answers those it has, checkpoints, and ends. Reads go on until then.
    /// </summary>
    /// <param name="cancellationToken">Cuts the wait short: what is on its way is then answered with OutcomeUnknown.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (TryMove(ReplicaState.Serving, ReplicaState.Draining))
        {
            _gate.Close();
            await FirstOf(_gate.WhenEmpty, _faulted.Task).WaitAsync(cancellationToken);
            await HandOverLeadAsync(cancellationToken);
            await TurnDeafAsync(cancellationToken);
            Result<LogIndex> checkpointed = await CheckpointAsync(cancellationToken);
            if (!checkpointed.IsOk)
            {
                Log.LastCheckpointRefused(_logger, _identity.Shard, checkpointed.Error.Code);
            }
        }

        await TerminateAsync();
    }

    /// <summary>
    /// Takes no message of the others any more, and applies what is committed by then: the last checkpoint covers all that was
    /// applied, so that the next start need not read the log.
    /// </summary>
    private async Task TurnDeafAsync(CancellationToken cancellationToken)
    {
        if (!HasPeers)
        {
            return;
        }

        Volatile.Write(ref _isDeaf, true);
        var told = new TaskCompletionSource<LogIndex>(TaskCreationOptions.RunContinuationsAsynchronously);
        Call(core => told.TrySetResult(core?.Commit ?? default));
        await WhenAppliedAsync(await told.Task.WaitAsync(cancellationToken)).WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Ends with the first of two tasks, which never fault, where the caller's own context says: the runtime's own wait for one
    /// of two goes by its pool.
    /// </summary>
    private static Task FirstOf(Task one, Task other)
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = TellAsync(one);
        _ = TellAsync(other);
        return first.Task;

        async Task TellAsync(Task ended)
        {
            await ended;
            first.TrySetResult();
        }
    }

    /// <summary>Ends at once, without a checkpoint, unless <see cref="StopAsync"/> did; disposes the state machine.</summary>
    public async ValueTask DisposeAsync()
    {
        await TerminateAsync();
        if (Interlocked.Exchange(ref _terminated, 1) == 0)
        {
            await _machine.DisposeAsync();
        }
    }

    /// <summary>Both loops answer whoever waits and touch neither log nor state machine again; a checkpoint that runs is waited for.</summary>
    private async Task TerminateAsync()
    {
        foreach (ReplicaState from in (ReplicaState[])[ReplicaState.Starting, ReplicaState.Serving, ReplicaState.Draining])
        {
            TryMove(from, ReplicaState.Stopped);
        }

        _gate.Close();
        Signal(LoopSignals.Stop);
        RequestApplier();
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            _loopEnded.TrySetResult();
            _applierEnded.TrySetResult();
        }

        await _loopEnded.Task;
        await _applierEnded.Task;
        if (_checkpoint is { } running)
        {
            await Task.WhenAny(running);
        }
    }
}
