using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <content>The start: a term is opened, and the log's entries beyond the checkpoint are applied.</content>
public sealed partial class ShardReplica
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Recovers and begins to serve. The sole voter elects itself: the new term is flushed, then its opening entry;
    /// then all that the log holds is committed, and is applied.
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
            _released = log.TruncationIndex;
            CheckThatLogContinues(checkpoint, log);
            await RecoverStampsAsync(log, cancellationToken);

            _core = new RaftCore(new RaftConfiguration(
                _identity.Self, [new LoggedReplicaSet(default, ReplicaSet.Initial((_identity.Self, _identity.Node)))],
                log, _log.TermsOf(_identity.Shard), checkpoint, this, _random, new RaftOptions()));
            _core.Step(RaftInput.Campaign);
            loopIsOurs = false;
            RunLoopOnScheduler();
            await Task.WhenAny(_opened.Task, _loopEnded.Task).WaitAsync(cancellationToken);
            await ReplayAsync(log.LastIndex, began, cancellationToken);
            ThrowUnlessStarting();
            applierIsOurs = false;
            RunApplier();
            ThrowUnlessStarting();
            Invariant.Check(_machine.Applied > log.LastIndex);

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
