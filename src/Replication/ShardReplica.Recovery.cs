using System.Collections.Immutable;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>The start: a sole voter opens a term and applies what the log holds beyond the checkpoint; others wait for a leader's word.</content>
public sealed partial class ShardReplica
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Recovers and begins to serve. The sole voter elects itself: the new term is flushed, then its opening entry;
    /// then all that the log holds is committed, and is applied. One of several takes part at once, and applies what it
    /// finds out to be committed.
    /// </summary>
    /// <param name="cancellationToken">Stops the start; the replica can then only be disposed.</param>
    /// <returns>What was recovered. Throws <see cref="StorageFaultException"/> when checkpoint and log do not belong together or cannot be read.</returns>
    public async Task<RecoveryReport> StartAsync(CancellationToken cancellationToken)
    {
        Invariant.Check(Interlocked.Exchange(ref _started, 1) == 0);
        bool loopIsOurs = true;
        bool applierIsOurs = true;
        try
        {
            long began = _time.GetTimestamp();
            ShardLogState log = _log.StateOf(_identity.Shard);
            LogIndex checkpoint = Checkpointed = _machine.Applied;
            _released = LetGo = log.TruncationIndex;
            _volume.Start(checkpoint);
            CheckThatLogContinues(checkpoint, log);
            await RecoverStampsAsync(log, cancellationToken);
            ImmutableArray<LoggedReplicaSet> sets = await RecoverSetsAsync(log, cancellationToken);
            // Keys and permissions are used on every node as soon as their making was answered.
            RaftOptions options = _options.Raft with { TellsCommitsAtOnce = _identity.Shard == ShardId.Control || _options.Raft.TellsCommitsAtOnce };
            _core = new RaftCore(new RaftConfiguration(
                _identity.Self, sets, log, _log.TermsOf(_identity.Shard), checkpoint, this, _random, options));
            if (_core.Set.Voters != 1 || _core.Set.Find(_identity.Self) is not { Kind: ReplicaKind.Voter })
            {
                _handedOver = _mayBeApplied = checkpoint;
                loopIsOurs = applierIsOurs = false;
                return TakePart(checkpoint, log.LastIndex, began);
            }

            // All in the log is this replica's to commit, and is applied here, without the loop.
            _handedOver = _mayBeApplied = log.LastIndex;
            _core.Step(RaftInput.Campaign);
            loopIsOurs = false;
            RunLoopOnScheduler();
            await FirstOf(_opened.Task, _loopEnded.Task).WaitAsync(cancellationToken);
            await ReplayAsync(log.LastIndex, began, cancellationToken);
            ThrowUnlessStarting();
            applierIsOurs = false;
            RunApplier();

            // The opening entry may be handed over a moment later: whoever does that then has it applied.
            if (!await WhenAppliedAsync(log.LastIndex.Next).WaitAsync(cancellationToken))
            {
                ThrowUnlessStarting();
            }

            var report = new RecoveryReport(
                _identity.Shard, checkpoint, log.LastIndex, log.LastIndex.Value - checkpoint.Value,
                new Term(Volatile.Read(ref _publishedTerm)), _time.GetElapsedTime(began));
            if (!TryMove(ReplicaState.Starting, ReplicaState.Serving))
            {
                ThrowUnlessStarting();
            }

            Log.ReplicaServes(_logger, report.Shard, report.Term, report.Checkpoint, report.LastRecovered, report.Elapsed.TotalMilliseconds);
            return report;
        }
        catch (Exception cause)
        {
            if (cause is not OperationCanceledException)
            {
                Fail(cause);
            }

            TryMove(ReplicaState.Starting, ReplicaState.Stopped);
            Signal(LoopSignals.Stop);
            if (loopIsOurs)
            {
                RunLoopOnScheduler();
            }

            if (applierIsOurs)
            {
                RunApplier();
            }

            throw;
        }
    }

    /// <summary>One of several: elections need the others, so that the start waits for none.</summary>
    private RecoveryReport TakePart(LogIndex checkpoint, LogIndex last, long began)
    {
        bool isStarted = TryMove(ReplicaState.Starting, ReplicaState.Serving);
        RunLoopOnScheduler();
        RunApplier();
        if (!isStarted)
        {
            ThrowUnlessStarting();
        }

        var report = new RecoveryReport(_identity.Shard, checkpoint, last, 0, _core!.Term, _time.GetElapsedTime(began));
        Log.ReplicaTakesPart(_logger, report.Shard, checkpoint, last, report.Elapsed.TotalMilliseconds);
        return report;
    }

    /// <summary>
    /// The replica sets that the core starts from: the one in force at the checkpoint, and those that stand in the log
    /// above it, committed or not.
    /// </summary>
    private async Task<ImmutableArray<LoggedReplicaSet>> RecoverSetsAsync(ShardLogState log, CancellationToken cancellationToken)
    {
        ReplicaSet first = _identity.InitialSet ?? ReplicaSet.Initial((_identity.Self, _identity.Node));
        ImmutableArray<LoggedReplicaSet>.Builder sets = ImmutableArray.CreateBuilder<LoggedReplicaSet>();
        sets.Add(_machine.AppliedSet ?? new LoggedReplicaSet(default, first));
        for (LogIndex from = _machine.Applied.Next; from <= log.LastIndex;)
        {
            IReadOnlyList<LogRecord> read = await _log.ReadAsync(_identity.Shard, from, _options.RecoveryBatchBytes, cancellationToken);
            Invariant.Check(read.Count > 0);
            foreach (LogRecord record in read)
            {
                if (!EntryCodec.IsOfKind(record.Entry.Span, EntryKind.Configuration))
                {
                    continue;
                }

                ReplicaSet set = ((IRaftEntries)this).ReadConfiguration(record.Entry) ?? throw new StorageFaultException(
                    StorageFaultKind.Corrupt, "log", $"shard {_identity.Shard}, entry {record.Index}", "The replica set in it cannot be read");
                sets.Add(new LoggedReplicaSet(record.Index, set));
            }

            from = read[^1].Index.Next;
        }

        return sets.DrainToImmutable();
    }

    private void CheckThatLogContinues(LogIndex checkpoint, ShardLogState log)
    {
        if (checkpoint < log.TruncationIndex)
        {
            throw new StorageFaultException(
                StorageFaultKind.Corrupt, $"shard {_identity.Shard}", $"checkpoint at entry {checkpoint}",
                $"The log begins behind entry {log.TruncationIndex}: entries are missing in between");
        }

        if (checkpoint > log.LastIndex)
        {
            throw new StorageFaultException(
                StorageFaultKind.Corrupt, $"shard {_identity.Shard}", $"checkpoint at entry {checkpoint}",
                $"The log ends at entry {log.LastIndex}, before the checkpoint: it is an older one, or its end is lost");
        }
    }

    /// <summary>The last entry tells the last sequence and time; where the log holds none, the checkpoint does.</summary>
    private async Task RecoverStampsAsync(ShardLogState log, CancellationToken cancellationToken)
    {
        _sequence = _machine.AppliedSequence;
        _lastTime = _machine.AppliedTime;
        if (log.LastIndex > log.TruncationIndex)
        {
            IReadOnlyList<LogRecord> last = await _log.ReadAsync(_identity.Shard, log.LastIndex, 1, cancellationToken);
            Invariant.Check(last.Count == 1);
            if (EntryCodec.Decode(last[0].Entry, out EntryHeader header, out _) is { } error)
            {
                throw new StorageFaultException(StorageFaultKind.Corrupt, "log", $"shard {_identity.Shard}, entry {log.LastIndex}", error.Message);
            }

            Invariant.Check(header.Sequence >= _sequence);
            _sequence = header.Sequence;
            _lastTime = header.Time > _lastTime ? header.Time : _lastTime;
        }
    }

    /// <summary>Applies what the log holds beyond the checkpoint. Nobody else has the applier's turn before the end of the start.</summary>
    private async Task ReplayAsync(LogIndex last, long began, CancellationToken cancellationToken)
    {
        long reported = began;
        while (_machine.Applied < last)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ThrowUnlessStarting();
            IReadOnlyList<LogRecord> read = await _log.ReadAsync(
                _identity.Shard, _machine.Applied.Next, _options.RecoveryBatchBytes, cancellationToken);
            ReplayBatch(read, last);
            if (_time.GetElapsedTime(reported) >= ProgressInterval)
            {
                reported = _time.GetTimestamp();
                Log.ReplicaRecovers(_logger, _identity.Shard, _machine.Applied, last);
            }
        }
    }

    private void ReplayBatch(IReadOnlyList<LogRecord> read, LogIndex last)
    {
        // The opening entry of this start may have been read, too: it comes with the handed-over ones.
        LogRecord[] records = [.. read.TakeWhile(record => record.Index <= last)];
        Invariant.Check(records.Length > 0);
        for (int from = 0; from < records.Length; from += _options.MaxApplyEntries)
        {
            Apply(records.AsSpan(from, Math.Min(_options.MaxApplyEntries, records.Length - from))).Clear();
        }
    }

    /// <summary>The replica failed, or was stopped, while it started.</summary>
    private void ThrowUnlessStarting()
    {
        switch (State)
        {
            case ReplicaState.Starting:
                return;
            case ReplicaState.Failed:
                NacreError reason = _faulted.Task.GetAwaiter().GetResult();
                throw new StorageFaultException(
                    reason.Code == ErrorCode.Corrupt ? StorageFaultKind.Corrupt : StorageFaultKind.Io,
                    $"shard {_identity.Shard}", "start", reason.Message);
            default:
                throw new OperationCanceledException("The replica was stopped while it started.");
        }
    }
}
