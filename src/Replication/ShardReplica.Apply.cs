using Nacre.Core.Errors;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;

namespace Nacre.Replication;

/// <content>The applier: everything that concerns the state machine, one round after the other.</content>
public sealed partial class ShardReplica
{
    private readonly Handoff _handoff = new();
    private readonly TaskCompletionSource _applierEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Turn _applierTurn = Turn.Held;
    private CommittedEntries _applying = new();
    private CommandOutcome[] _outcomes = new CommandOutcome[64];
    private bool _maintenanceDue;

    private void RequestApplier()
    {
        if (_applierTurn.Request())
        {
            _scheduler.Schedule(_applierWork);
        }
    }

    /// <summary>For whoever has the applier's turn; gives it back.</summary>
    private void RunApplier()
    {
        do
        {
            _applierTurn.Begin();
            try
            {
                ApplierRound();
            }
            catch (Exception cause)
            {
                Fail(cause);
            }
        }
        while (!_applierTurn.TryEnd());
    }

    /// <summary>
    /// For a proposer who has the applier's turn and waits for what it has just committed. Whatever else there is to do is
    /// left to the scheduler.
    /// </summary>
    private void ApplyAsProposer()
    {
        _applierTurn.Begin();
        try
        {
            if (State is not (ReplicaState.Stopped or ReplicaState.Failed) && _handoff.TryTake(ref _applying))
            {
                ApplyTaken();
            }
        }
        catch (Exception cause)
        {
            Fail(cause);
        }

        if (Volatile.Read(ref _maintenanceDue) || IsFarBehind || State is ReplicaState.Stopped or ReplicaState.Failed ||
            !_applierTurn.TryEnd())
        {
            _scheduler.Schedule(_applierWork);
        }
    }

    private void ApplierRound()
    {
        if (State is ReplicaState.Stopped or ReplicaState.Failed)
        {
            EndApplier();
            return;
        }

        while (_handoff.TryTake(ref _applying))
        {
            ApplyTaken();
        }

        TendCheckpoint();
        if (Volatile.Read(ref _maintenanceDue))
        {
            Volatile.Write(ref _maintenanceDue, _machine.Maintain());
            if (_maintenanceDue)
            {
                RequestApplier();
            }
        }
    }

    private void ApplyTaken()
    {
        for (int from = 0; from < _applying.Count; from += _options.MaxApplyEntries)
        {
            ReadOnlySpan<LogRecord> slice = _applying.Records[from..Math.Min(from + _options.MaxApplyEntries, _applying.Count)];
            Span<CommandOutcome> outcomes = Apply(slice);
            AnswerApplied(slice, outcomes);
            outcomes.Clear();
        }

        _applying.Clear();
        _appliedWaits.Reach(_machine.Applied);
    }

    private Span<CommandOutcome> Apply(ReadOnlySpan<LogRecord> records)
    {
        if (_outcomes.Length < records.Length)
        {
            _outcomes = new CommandOutcome[Math.Max(records.Length, _outcomes.Length * 2)];
        }

        Span<CommandOutcome> outcomes = _outcomes.AsSpan(0, records.Length);
        long began = _metrics.MeasuresApply ? _time.GetTimestamp() : 0;
        _machine.Apply(records, outcomes);
        if (began != 0)
        {
            _metrics.Applied(_tag, records.Length, _time.GetElapsedTime(began));
        }

        long bytes = 0;
        foreach (ref readonly LogRecord record in records)
        {
            bytes += record.Entry.Length;
        }

        Volatile.Write(ref _bytesSinceCheckpoint, _bytesSinceCheckpoint + bytes);
        _volume.Add(records[^1].Index, bytes);
        return outcomes;
    }

    private void AnswerApplied(ReadOnlySpan<LogRecord> records, ReadOnlySpan<CommandOutcome> outcomes)
    {
        int answered = 0;
        long bytes = 0;
        for (int at = 0; at < records.Length && _applying.Tickets is { } ticket; at++)
        {
            if (ticket.Index != records[at].Index)
            {
                continue;
            }

            _applying.Tickets = (ProposalTicket?)ticket.Next;
            ticket.Next = null;
            answered++;
            bytes += ticket.Bytes;
            if (ticket.ProposedAt != 0)
            {
                _metrics.Answered(_tag, _time.GetElapsedTime(ticket.ProposedAt));
            }

            ticket.Complete(outcomes[at]);
        }

        if (answered > 0)
        {
            _gate.Leave(answered, bytes);
        }
    }

    /// <summary>The replica has failed or stopped: answers everybody whose entry is committed and will not be applied here.</summary>
    private void EndApplier()
    {
        NacreError error = State == ReplicaState.Failed ? ReplicaErrors.FailedAfter : ReplicaErrors.StoppedAfter;
        do
        {
            while (_applying.Tickets is { } ticket)
            {
                _applying.Tickets = (ProposalTicket?)ticket.Next;
                ticket.Next = null;
                Answer(ticket, error);
            }

            _applying.Clear();
        }
        while (_handoff.TryTake(ref _applying));

        _appliedWaits.End();
        EndCheckpoints();
        _applierEnded.TrySetResult();
    }
}
