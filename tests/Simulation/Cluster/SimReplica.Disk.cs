using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Cluster;

/// <content>The disk: appends are flushed together, each is told for itself; slow, failing, full.</content>
internal sealed partial class SimReplica
{
    private const int MaxPersistBytes = 1 << 20;
    private readonly Queue<PendingAppend> _appends = new();
    private readonly Queue<PendingAppend> _flushed = new();
    private bool _isFlushing;
    private bool _isRefused;

    public bool DiskIsFull { get; set; }

    public int DiskSlowness { get; set; } = 1;

    /// <summary>The next flush fails.</summary>
    public bool FlushFails { get; set; }

    private void Append(HardState? hardState, LogRecord[] records)
    {
        var append = new PendingAppend(hardState, records);
        if (World.Bug == Bug.AnsweredBeforeCommit)
        {
            Plan(World.Chance.Next(500), () => AnswerUncommitted(records));
        }

        if (_isRefused || DiskIsFull)
        {
            if (World.Bug == Bug.RefusalIgnored)
            {
                _flushed.Enqueue(append);
                Plan(1, TellFlushed);
                return;
            }

            // Rule 2: nothing more is handed over, and what is on its way ends first.
            _isRefused = true;
            World.Hit(Probe.AppendRefused);
            TellRefused();
            return;
        }

        _appends.Enqueue(append);
        if (World.Bug == Bug.AcknowledgeBeforeFlush)
        {
            Plan(1, () => Tell(append));
        }

        BeginFlush();
    }

    private void BeginFlush()
    {
        if (!_isFlushing && _appends.Count > 0)
        {
            _isFlushing = true;
            int count = _appends.Count;
            Plan(DiskSlowness * (100 + World.Chance.Next(900)), () => EndFlush(count));
        }
    }

    private void EndFlush(int count)
    {
        _isFlushing = false;
        bool fails = FlushFails;
        FlushFails = false;
        if (fails && World.Bug != Bug.FlushFailureIgnored)
        {
            // Its result is unknown: no notice, the replica stops.
            World.Hit(Probe.FlushFailed);
            World.Stop(this);
            return;
        }

        for (; count > 0; count--)
        {
            PendingAppend append = _appends.Dequeue();
            if (!fails)
            {
                Write(append);
            }

            if (World.Bug != Bug.AcknowledgeBeforeFlush)
            {
                _flushed.Enqueue(append);
                Plan(10 + World.Chance.Next(90), TellFlushed);
            }
        }

        BeginFlush();
    }

    private void TellFlushed()
    {
        // Notices are planned at random, and told in order.
        Tell(_flushed.Dequeue());
        TellRefused();
    }

    private void Tell(PendingAppend append)
    {
        bool hasRecords = append.Records.Length > 0;
        Core.Step(RaftInput.Persisted(
            append.HardState, hasRecords ? append.Records[^1].Index : default, hasRecords ? append.Records[^1].Term : default));
        Pump();
        EndInstall();
    }

    private void TellRefused()
    {
        if (_isRefused && _appends.Count == 0 && _flushed.Count == 0 && IsUp)
        {
            _isRefused = false;
            LogIndex last = Core.LastIndex;
            Core.Step(RaftInput.PersistRefused);
            if (Core.LastIndex < last)
            {
                World.Hit(Probe.ProposalTakenBack);
                World.Rules.TakenBack(Core.LastIndex);
                Deny(Core.LastIndex);
            }
            else if (World.Bug == Bug.SharedProposalDenied)
            {
                Deny(Core.Persisted);
            }

            Plan(1, Pump);
        }
    }

    /// <summary>Tells the callers of proposals above an index that nothing happened.</summary>
    private void Deny(LogIndex above)
    {
        foreach (ulong index in _proposals.Keys.Where(index => index > above.Value).ToArray())
        {
            _proposals.Remove(index, out Waiting waiting);
            World.Answer(waiting, new Reply(ReplyKind.Denied, false, 0, 0, default));
        }
    }

    private void Write(PendingAppend append)
    {
        if (Disk.Write(append.HardState, append.Records, World.Bug == Bug.SuffixKept))
        {
            World.Hit(Probe.FlushedSuffixReplaced);
        }

        EverFlushed = Disk.Last > EverFlushed ? Disk.Last : EverFlushed;
    }

    private void CrashDisk()
    {
        if (_flushed.Count > 0)
        {
            World.Hit(Probe.CrashBetweenFlushAndNotice);
        }

        for (int written = World.Chance.Next(_appends.Count + 1); written > 0; written--)
        {
            Write(_appends.Dequeue());
        }

        if (_appends.TryDequeue(out PendingAppend? torn))
        {
            World.Hit(Probe.CrashLostAppends);
            if (torn.Records.Length > 0)
            {
                // Its check fails at the start, and it is cut.
                World.Hit(Probe.CrashTornAppend);
                if (World.Bug == Bug.TornAppendKept)
                {
                    Write(new PendingAppend(null, torn.Records[..((torn.Records.Length + 1) / 2)]));
                }
            }
        }

        _appends.Clear();
        _flushed.Clear();
        _isFlushing = _isRefused = FlushFails = false;
        if (_checkpointing is not null)
        {
            World.Hit(_manifestStands ? Probe.CrashBeforeTruncation : Probe.CrashInCheckpoint);
        }

        if (_installing is not null)
        {
            World.Hit(_stateStands ? Probe.CrashBetweenSnapshotAndLog : Probe.CrashInSnapshot);
        }

        _installing = null;
        _stateStands = _manifestStands = _installBegan = false;
    }
}
