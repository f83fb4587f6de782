using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>On the loop: appends to the shared log, and what became of them.</content>
public sealed partial class ShardReplica
{
    private int _appendsInFlight;
    private bool _logIsFull;
    private bool _refusing;

    private void Append(in Ready ready, RaftRole role)
    {
        if (!ready.HasPersist)
        {
            return;
        }

        var batch = new AppendBatch(ready.HardState, ready.Persist.ToArray());
        _metrics.Appended(_tag, batch.Count);
        _appendsInFlight++;
        var append = new LogAppend(_identity.Shard, _identity.Domain, ready.HardState, batch, this);

        // A follower's loop has nothing to do before the flush but to take what is to be flushed after it; a leader's sends on.
        bool mayWriteNow = _appendsInFlight == 1 && batch.Count > 0 && (_proposerWaits ? batch.Count == 1 : role == RaftRole.Follower);
        if (mayWriteNow)
        {
            // First, so that reading ahead goes on beside the flush.
            _ = Prefetch(batch);
            if (_log.TryWriteNow(append))
            {
                _proposerWrote = _proposerWaits;
                return;
            }
        }

        ValueTask queued = _log.AppendAsync(append, CancellationToken.None);
        if (queued.IsCompleted)
        {
            queued.GetAwaiter().GetResult();
        }
        else
        {
            _logIsFull = true;
            _ = WaitForLog(queued);
        }

        if (batch.Count > 0 && !mayWriteNow)
        {
            _ = Prefetch(batch);
        }
    }

    /// <summary>Lets the state machine read ahead, while the log writes, what applying these entries will look at.</summary>
    private async Task Prefetch(AppendBatch batch)
    {
        try
        {
            await _machine.PrefetchAsync(batch.Records, CancellationToken.None);
        }
        catch (Exception cause)
        {
            Fail(cause);
        }
    }

    private async Task WaitForLog(ValueTask queued)
    {
        try
        {
            await queued;
            Signal(LoopSignals.LogHasRoom);
        }
        catch (Exception cause)
        {
            Fail(cause);
        }
    }

    private void TakeNotice(RaftCore core, AppendBatch batch)
    {
        _appendsInFlight--;
        switch (batch.Refusal)
        {
            case ErrorCode.None:
                Invariant.Check(!_refusing);
                core.Step(RaftInput.Persisted(batch.HardState, batch.LastIndex, batch.LastTerm));
                break;
            case ErrorCode.DiskFull:
                _refusing = true;
                break;
            default:
                throw new StorageFaultException(
                    StorageFaultKind.Io, "log", $"entry {batch.LastIndex}", "The shared log has stopped; the fate of the entries on their way is unknown");
        }

        if (_refusing && _appendsInFlight == 0)
        {
            TakeBack(core);
        }
    }

    /// <summary>
    /// Every append on its way came back refused, so none of those entries is anywhere: their places, sequences and
    /// callers are given back.
    /// </summary>
    private void TakeBack(RaftCore core)
    {
        core.Step(RaftInput.PersistRefused);
        _refusing = false;
        int count = AnswerAll(CutInFlightAfter(core.LastIndex), ReplicaErrors.DiskFull);

        _sequence = new Sequence(_sequence.Value - (ulong)count);
        Log.AppendsRefused(_logger, _identity.Shard, count);
    }
}
