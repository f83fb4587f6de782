using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Core.Time;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <summary>
/// A shard's replica: takes proposals into the shared log, applies what is committed, and answers the callers. The
/// Raft core decides; this shell stamps, appends, applies and waits.
/// </summary>
/// <remarks>
/// Thread-safe. Two serial pieces of work, neither of which blocks a caller who does not say that it may wait: the <i>loop</i> owns the Raft core
/// (stamps proposals, appends them, hears of flushes, commits), the <i>applier</i> owns the state machine. While one
/// batch is applied, the next is flushed and a third is gathered. A proposer that finds the loop idle runs it itself,
/// so that a lone write passes from thread to thread twice: to the log's, and back; or not at all, where the proposer may
/// wait. See <c>docs/decisions</c>.
/// </remarks>
public sealed partial class ShardReplica : IProposer, ILogSink, IRaftEntries, IAsyncDisposable
{
    // Invariants:
    // - only whoever has _loopTurn touches the core, the stamps and the tickets in flight;
    // - only whoever has _applierTurn touches the state machine, but for what it allows to any thread;
    // - a caller hears of success only after its entry was flushed, committed and applied;
    // - sequences are gapless over the entries in the log, and times never fall;
    // - each proposal that entered the gate leaves it once.

    private readonly ShardIdentity _identity;
    private readonly ISharedLog _log;
    private readonly IStateMachine _machine;
    private readonly IDataKeys _keys;
    private readonly ShardReplicaOptions _options;
    private readonly IReplicaScheduler _scheduler;
    private readonly IReplicaTransport _transport;
    private readonly TimeProvider _time;
    private readonly IRandomSource _random;
    private readonly ILogger _logger;
    private readonly ReplicationMetrics _metrics;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly LoadGate _gate;
    private readonly TicketPool _tickets;
    private readonly NacreError _overloaded;
    private readonly int _maxAppendBytes;
    private readonly Work _loopWork;
    private readonly Work _applierWork;
    private readonly TaskCompletionSource<NacreError> _faulted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _state = (int)ReplicaState.Starting;
    private int _started;
    private int _terminated;

    /// <summary>Makes a replica that is not started.</summary>
    /// <param name="identity">Which replica this is.</param>
    /// <param name="log">The node's log; outlives the replica.</param>
    /// <param name="machine">What the shard's entries act on; given over: the replica disposes it.</param>
    /// <param name="keys">Tells the domain's current data key.</param>
    /// <param name="options">Valid ones.</param>
    /// <param name="environment">Clock, chance, scheduler and instruments.</param>
    public ShardReplica(
        ShardIdentity identity,
        ISharedLog log,
        IStateMachine machine,
        IDataKeys keys,
        ShardReplicaOptions options,
        ReplicaEnvironment environment)
    {
        Invariant.Check(options.Validate().IsOk);
        _identity = identity;
        _log = log;
        _machine = machine;
        _keys = keys;
        _options = options;
        _scheduler = environment.Scheduler;
        _time = environment.Time;
        _random = environment.Random;
        _logger = environment.Logger;
        _metrics = environment.Metrics;
        _tag = ReplicationMetrics.TagOf(identity.Shard);
        _gate = new LoadGate(options.MaxPendingProposals, options.MaxPendingBytes);
        _tickets = new TicketPool(Math.Min(options.MaxPendingProposals, 1024));
        _overloaded = new NacreError(ErrorCode.Overloaded, "The shard has as many writes on their way as it takes. Try again a little later.")
        {
            RetryAfter = options.OverloadRetryAfter,
        };
        _maxAppendBytes = Math.Min(options.MaxAppendBytes, log.MaxAppendBytes);
        _transport = environment.Transport;
        _snapshotReceiver = environment.Snapshots;
        _volume = new LogVolume(options.PeerLogBytes / LogVolume.MarksInBound);
        _freshness = new ReplicaFreshness(environment.Boot ?? new MonotonicClock(_time));
        Span<byte> context = stackalloc byte[sizeof(ulong)];
        _random.Fill(context);
        _reads = new ReadRounds(
            BinaryPrimitives.ReadUInt64LittleEndian(context) >> 1, options.Raft.ElectionTicks / 2, options.Raft.ElectionTicks * 2);
        _loopWork = new Work(RunLoopOnScheduler);
        _applierWork = new Work(RunApplier);
    }

    /// <summary>Which replica this is.</summary>
    public ShardIdentity Identity => _identity;

    /// <summary>Where the replica is in its life.</summary>
    public ReplicaState State => (ReplicaState)Volatile.Read(ref _state);

    /// <summary>
    /// Ends, with the reason, when the replica has failed: after a fault of the disk it serves nothing more until the
    /// node is started again; after a bug (<see cref="ErrorCode.Internal"/>) the process should stop. Never faults.
    /// </summary>
    public Task<NacreError> Faulted => _faulted.Task;

    /// <summary>The replica at a glance.</summary>
    public ReplicaStatus Status => new(
        _identity.Shard,
        State,
        (RaftRole)Volatile.Read(ref _publishedRole),
        new Term(Volatile.Read(ref _publishedTerm)),
        new LogIndex(Volatile.Read(ref _publishedLast)),
        new LogIndex(Volatile.Read(ref _publishedCommit)),
        _machine.Applied,
        Checkpointed,
        _gate.Count,
        _gate.Bytes,
        Volatile.Read(ref _bytesSinceCheckpoint),
        _machine.RunningHash)
    {
        Leader = new ReplicaId(Volatile.Read(ref _publishedLeader)),
        Set = Volatile.Read(ref _publishedSet),
        LeaderNode = new NodeId(Volatile.Read(ref _publishedLeaderNode)),
        Durable = new Membership.DurableMark(
            new Term(Volatile.Read(ref _publishedDurableTerm)), new LogIndex(Volatile.Read(ref _publishedDurable)), default, default),
    };

    /// <inheritdoc/>
    public ValueTask<Result<CommandOutcome>> ProposeAsync(in Proposal proposal, CancellationToken cancellationToken)
    {
        int bytes = EntryCodec.HeaderSize(proposal.Header) + proposal.Command.Length;
        return RefusalOfEntry(bytes, proposal.MayUseReserve) is { } refusal
            ? Refuse(refusal)
            : Take(Encode(proposal), proposal.MayWait, cancellationToken);
    }

    /// <summary>As <see cref="ProposeAsync"/>, for a command that was encoded before; it is this replica's from then on, unless it was refused with nothing done.</summary>
    /// <param name="entry">As <see cref="Encode"/> gives it.</param>
    /// <param name="mayUseReserve">As for <see cref="Proposal.MayUseReserve"/>.</param>
    /// <param name="mayWait">As for <see cref="Proposal.MayWait"/>.</param>
    /// <param name="cancellationToken">Ends the wait, never the write.</param>
    internal ValueTask<Result<CommandOutcome>> ProposeEntryAsync(
        byte[] entry, bool mayUseReserve, bool mayWait, CancellationToken cancellationToken) =>
        RefusalOfEntry(entry.Length, mayUseReserve) is { } refusal ? Refuse(refusal) : Take(entry, mayWait, cancellationToken);

    /// <summary>A proposal as the entry that it becomes, before the leader's stamp.</summary>
    internal byte[] Encode(in Proposal proposal)
    {
        // What no replica can apply must not get into the log: it would stop all of them.
        Invariant.Check(proposal.Header.Semantics == EntryHeader.CurrentSemantics);
        Invariant.Check(proposal.Header.Kind == KindOfEntries);
        byte[] entry = GC.AllocateUninitializedArray<byte>(EntryCodec.HeaderSize(proposal.Header) + proposal.Command.Length);
        proposal.Command.Span.CopyTo(entry.AsSpan(EntryCodec.WriteHeader(Named(proposal.Header), entry)));
        return entry;
    }

    /// <summary>What kind of entries is proposed to this shard.</summary>
    internal EntryKind KindOfEntries => _identity.Shard == ShardId.Control ? EntryKind.Control : EntryKind.Data;

    private NacreError? RefusalOfEntry(int bytes, bool mayUseReserve)
    {
        if (RefusalOf(State) is { } refusal)
        {
            return refusal;
        }

        if (bytes + RaftCore.EntryOverheadBytes > _log.MaxAppendBytes)
        {
            return ReplicaErrors.TooLarge;
        }

        if (!_machine.HasRoom && !mayUseReserve)
        {
            return ReplicaErrors.DiskFull;
        }

        return _gate.TryEnter(bytes) ? null : RefusalOf(State) ?? _overloaded;
    }

    /// <summary>Takes an entry that is inside the gate.</summary>
    private ValueTask<Result<CommandOutcome>> Take(byte[] entry, bool mayWait, CancellationToken cancellationToken)
    {
        ProposalTicket ticket = _tickets.Rent();
        ticket.Prepare(entry, _metrics.MeasuresProposals ? _time.GetTimestamp() : 0, cancellationToken);
        ValueTask<Result<CommandOutcome>> outcome = ticket.Task;
        _inbox.Add(ticket);
        if (_loopTurn.Request())
        {
            RunLoopOfProposer(mayWait);
        }

        return outcome;
    }

    /// <summary>A tick of the node's clock: elections where nobody leads, maintenance, checkpoints that are due.</summary>
    public void Tick()
    {
        if (State is ReplicaState.Starting or ReplicaState.Serving or ReplicaState.Draining)
        {
            Signal(LoopSignals.Tick);
            Volatile.Write(ref _maintenanceDue, true);
            RequestApplier();
        }
    }

    private static NacreError? RefusalOf(ReplicaState state) => state switch
    {
        ReplicaState.Serving => null,
        ReplicaState.Starting => ReplicaErrors.Starting,
        ReplicaState.Failed => ReplicaErrors.Failed,
        _ => ReplicaErrors.Stopping,
    };

    private ValueTask<Result<CommandOutcome>> Refuse(NacreError error)
    {
        _metrics.Refused(_tag, error.Code);
        return ValueTask.FromResult<Result<CommandOutcome>>(error);
    }

    /// <summary>The cluster's own proposals have no activity of a caller: they get one.</summary>
    private EntryHeader Named(in EntryHeader header)
    {
        if (header.Activity.Value != 0)
        {
            return header;
        }

        Span<byte> drawn = stackalloc byte[ActivityId.SizeBytes];
        _random.Fill(drawn);
        return header with { Activity = ActivityId.Read(drawn) };
    }

    private bool TryMove(ReplicaState from, ReplicaState to) =>
        Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;

    /// <summary>
    /// Ends the replica, loudly: it takes nothing more, and whoever waits is answered. A stopped replica recovers at
    /// the next start; one that goes on after a failed check or a lost write spreads the damage.
    /// </summary>
    private void Fail(Exception cause)
    {
        var before = (ReplicaState)Interlocked.Exchange(ref _state, (int)ReplicaState.Failed);
        NacreError reason = cause is Core.Files.StorageFaultException fault
            ? new NacreError(fault.Kind == Core.Files.StorageFaultKind.Corrupt ? ErrorCode.Corrupt : ErrorCode.StorageFailed, fault.Message)
            : new NacreError(ErrorCode.Internal, cause.Message);
        if (before != ReplicaState.Failed && _faulted.TrySetResult(reason))
        {
            Log.ReplicaFailed(_logger, _identity.Shard, cause);
            _metrics.Failed(_tag);
        }

        _gate.Close();
        Signal(LoopSignals.Stop);
        RequestApplier();
    }

    /// <summary>A piece of work for the scheduler.</summary>
    private sealed class Work(Action run) : IThreadPoolWorkItem
    {
        public void Execute() => run();
    }
}
