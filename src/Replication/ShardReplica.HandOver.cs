using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>
/// Committed entries on their way from the loop to the applier: from memory, or, what was in the log before this start,
/// from there.
/// </content>
public sealed partial class ShardReplica
{
    // Invariants:
    // - what is handed over is contiguous, and nothing is handed over that is not committed and flushed here;
    // - while the log is read for the applier, nothing overtakes what is read.
    private LogIndex _handedOver;
    private LogIndex _mayBeApplied;
    private bool _readsForApplier;

    /// <summary>Gives committed entries and their callers to the applier.</summary>
    /// <returns>True when the caller now has the applier's turn, too.</returns>
    private bool HandOver(RaftCore core, in Ready ready)
    {
        if (ready.ApplyThrough <= _mayBeApplied)
        {
            return false;
        }

        _mayBeApplied = ready.ApplyThrough;
        if (_readsForApplier)
        {
            return false;
        }

        if (ready.Apply.IsEmpty || ready.Apply[0].Index > _handedOver.Next)
        {
            _readsForApplier = true;
            _ = ReadForApplier(_handedOver.Next);
            return false;
        }

        HandOver(ready.Apply);
        if (core.LeadsCommitted)
        {
            _opened.TrySetResult();
        }

        return _applierTurn.Request();
    }

    private void HandOver(ReadOnlySpan<LogRecord> records)
    {
        Invariant.Check(records[0].Index == _handedOver.Next);
        _handedOver = records[^1].Index;
        ProposalTicket? first = null;
        ProposalTicket? last = null;
        if (_firstInFlight is { } oldest && oldest.Index <= _handedOver)
        {
            first = last = oldest;
            while (last.Next is ProposalTicket next && next.Index <= _handedOver)
            {
                last = next;
            }

            _firstInFlight = (ProposalTicket?)last.Next;
            _lastInFlight = _firstInFlight is null ? null : _lastInFlight;
            last.Next = null;
        }

        _handoff.Add(records, first, last);
    }

    /// <summary>Reads a part of the log once the applier is done with the part before: memory holds no more than two of them.</summary>
    private async Task ReadForApplier(LogIndex from)
    {
        try
        {
            if (await WhenAppliedAsync(new LogIndex(from.Value - 1)))
            {
                IReadOnlyList<LogRecord> read = await _log.ReadAsync(_identity.Shard, from, _options.RecoveryBatchBytes, CancellationToken.None);
                Call(core => HandOverRead(core, read));
            }
        }
        catch (Exception cause)
        {
            Fail(cause);
        }
    }

    private void HandOverRead(RaftCore? core, IReadOnlyList<LogRecord> read)
    {
        if (core is null)
        {
            return;
        }

        LogRecord[] records = [.. read.TakeWhile(record => record.Index <= _mayBeApplied)];
        Invariant.Check(records.Length > 0);
        HandOver(records);
        RequestApplier();
        _readsForApplier = _handedOver < _mayBeApplied;
        if (_readsForApplier)
        {
            _ = ReadForApplier(_handedOver.Next);
        }
    }
}
