using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <content>Checkpoints: when they are due, one at a time, and what of the log they make free.</content>
public sealed partial class ShardReplica
{
    private readonly Lock _checkpointGate = new();
    private List<TaskCompletionSource<Result<LogIndex>>> _checkpointsAsked = [];
    private List<TaskCompletionSource<Result<LogIndex>>> _checkpointsAwaited = [];
    private Task<LogIndex>? _checkpoint;
    private LogIndex _checkpointing;
    private LogIndex _released;
    private ulong _checkpointedIndex;
    private long _checkpointBegan;
    private long _checkpointRetryFrom;
    private long _bytesSinceCheckpoint;
    private bool _checkpointWanted;
    private bool _isAnewAsked;

    /// <summary>Checkpoints all that is applied now, unless that is checkpointed already.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The last entry in the checkpoint, or: DiskFull, and the replica goes on; StorageFailed and Unavailable for a
    /// replica that has failed, or does not serve.
    /// </returns>
    public Task<Result<LogIndex>> CheckpointAsync(CancellationToken cancellationToken) => CheckpointAsync(isAnew: false, cancellationToken);

    /// <summary>Takes a checkpoint also when nothing was applied since the last: what is stored changed its files, not its content.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>As for <see cref="CheckpointAsync(CancellationToken)"/>.</returns>
    public Task<Result<LogIndex>> CheckpointAnewAsync(CancellationToken cancellationToken) => CheckpointAsync(isAnew: true, cancellationToken);

    private async Task<Result<LogIndex>> CheckpointAsync(bool isAnew, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<Result<LogIndex>>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_checkpointGate)
        {
            ReplicaState state = State;
            if (state is not (ReplicaState.Serving or ReplicaState.Draining))
            {
                return RefusalOf(state)!;
            }

            _checkpointsAsked.Add(done);
            _isAnewAsked |= isAnew;
        }

        RequestApplier();
        return await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Asks for a checkpoint soon, because this shard keeps the log's space from being used again; does not wait. One is
    /// taken also when the newest has everything: the log is held for the older one.
    /// </summary>
    public void RequestCheckpoint()
    {
        Volatile.Write(ref _checkpointWanted, true);
        RequestApplier();
    }

    /// <summary>Ends a checkpoint that is done, begins one that is due.</summary>
    private void TendCheckpoint()
    {
        if (_checkpoint is { } running)
        {
            if (!running.IsCompleted)
            {
                return;
            }

            _checkpoint = null;
            FinishCheckpoint(running);
        }

        bool isAnew;
        lock (_checkpointGate)
        {
            (_checkpointsAsked, _checkpointsAwaited) = (_checkpointsAwaited, _checkpointsAsked);
            isAnew = _isAnewAsked;
            _isAnewAsked = false;
        }

        bool isNew = isAnew || _machine.Applied > Checkpointed;
        if (!isNew)
        {
            AnswerCheckpoints(Checkpointed);
        }

        if (_checkpointsAwaited.Count > 0 || (!IsPausing && ((isNew && IsFarBehind) || (HoldsTheLog && _checkpointWanted))))
        {
            BeginCheckpoint();
        }
    }

    private bool IsFarBehind => _bytesSinceCheckpoint >= Math.Min(
        _options.CheckpointAfterBytes,
        Math.Max(_options.CheckpointNotBeforeBytes, _machine.StoredBytes / _options.CheckpointAfterShare));

    /// <summary>True when another checkpoint would let the log go of more: not where a peer holds what the last ones cover.</summary>
    private bool HoldsTheLog => _released < _machine.Applied && !IsHeldForPeers;

    private bool IsPausing =>
        _checkpointRetryFrom != 0 && _time.GetElapsedTime(_checkpointRetryFrom) < _options.CheckpointRetryAfter;

    /// <summary>The last entry that a durable checkpoint covers; the applier's to set, anybody's to read.</summary>
    private LogIndex Checkpointed
    {
        get => new(Volatile.Read(ref _checkpointedIndex));
        set => Volatile.Write(ref _checkpointedIndex, value.Value);
    }

    private void BeginCheckpoint()
    {
        _checkpointBegan = _time.GetTimestamp();
        _checkpointing = _machine.Applied;
        Volatile.Write(ref _checkpointWanted, false);
        try
        {
            _checkpoint = _machine.BeginCheckpoint();
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace)
        {
            PostponeCheckpoint(fault);
            return;
        }

        Volatile.Write(ref _bytesSinceCheckpoint, 0);
        _checkpoint.ContinueWith(
            static (_, replica) => ((ShardReplica)replica!).RequestApplier(), this,
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void FinishCheckpoint(Task<LogIndex> ended)
    {
        try
        {
            _released = ended.GetAwaiter().GetResult();
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace)
        {
            PostponeCheckpoint(fault);
            return;
        }

        TimeSpan elapsed = _time.GetElapsedTime(_checkpointBegan);
        Checkpointed = _checkpointing;
        _checkpointRetryFrom = 0;
        ReleaseLog(_released);
        Log.Checkpointed(_logger, _identity.Shard, Checkpointed, _released, elapsed.TotalMilliseconds);
        _metrics.Checkpointed(_tag, elapsed);
        AnswerCheckpoints(Checkpointed);
    }

    /// <summary>No space for a checkpoint is no fault: the log still has everything. Another one is tried after a pause.</summary>
    private void PostponeCheckpoint(StorageFaultException fault)
    {
        _checkpointRetryFrom = _time.GetTimestamp();
        Volatile.Write(ref _checkpointWanted, true);
        Log.CheckpointFoundNoSpace(_logger, _identity.Shard, fault.File);
        AnswerCheckpoints(new NacreError(ErrorCode.DiskFull, "There is no space for a checkpoint; the log keeps everything that it would hold."));
    }

    private void AnswerCheckpoints(Result<LogIndex> answer)
    {
        foreach (TaskCompletionSource<Result<LogIndex>> waiting in _checkpointsAwaited)
        {
            waiting.TrySetResult(answer);
        }

        _checkpointsAwaited.Clear();
    }

    private void EndCheckpoints()
    {
        NacreError error = RefusalOf(State) ?? ReplicaErrors.Stopping;
        AnswerCheckpoints(error);
        lock (_checkpointGate)
        {
            (_checkpointsAsked, _checkpointsAwaited) = (_checkpointsAwaited, _checkpointsAsked);
        }

        AnswerCheckpoints(error);
    }
}
