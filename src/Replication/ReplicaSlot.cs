using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Replication.Leases;
using Nacre.Replication.Snapshots;

namespace Nacre.Replication;

/// <summary>
/// The place of a shard's replica on a node. The replica in it changes when a snapshot takes the place of the shard's store:
/// it is stopped as by a crash, and another one of the same identity is started over what is there then.
/// </summary>
/// <remarks>Thread-safe, but for starting and stopping, which are one caller's.</remarks>
public sealed partial class ReplicaSlot : IProposer, ILeaseSource, IAsyncDisposable
{
    // Invariants:
    // - at most one replica of the slot runs, and only it has the store open and appends to the log;
    // - before a replica starts, the log goes with the store: a reset that is pending is made first;
    // - once the slot is stopped, no replica is started in it.

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<NacreError> _faulted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<IStateMachine, ShardReplica>? _make;
    private readonly ShardOpener? _open;
    private readonly ISharedLog? _log;
    private readonly SnapshotExchange? _exchange;
    private readonly ReplicaEnvironment? _environment;
    private ShardReplica _replica = null!;
    private IShardSnapshots? _snapshots;
    private bool _isStopped;
    private bool _isExchanging;

    /// <summary>A slot whose replica never changes.</summary>
    /// <param name="replica">Given over.</param>
    public ReplicaSlot(ShardReplica replica)
    {
        Identity = replica.Identity;
        Put(replica);
    }

    private ReplicaSlot(
        ShardIdentity identity, ShardOpener open, ISharedLog log, IDataKeys keys, ShardReplicaOptions options,
        ReplicaEnvironment environment, SnapshotExchange exchange)
    {
        (Identity, _open, _log, _exchange) = (identity, open, log, exchange);
        _environment = environment with { Snapshots = this };
        _make = machine => new ShardReplica(identity, log, machine, keys, options, _environment);
    }

    /// <summary>Which replica lives here.</summary>
    public ShardIdentity Identity { get; }

    /// <summary>The replica that is here now; another one after a snapshot.</summary>
    public ShardReplica Replica => Volatile.Read(ref _replica);

    /// <summary>Ends, with the reason, when the replica that is here has failed, or none could take its place. Never faults.</summary>
    public Task<NacreError> Faulted => _faulted.Task;

    /// <summary>The replica at a glance, and what comes for it.</summary>
    public ReplicaStatus Status => Replica.Status with { Receiving = Volatile.Read(ref _transfer)?.Progress };

    /// <summary>
    /// Opens the shard's store and makes a replica, which is not started. Where a crash came between a snapshot and the reset
    /// of the log behind it, the log is reset.
    /// </summary>
    /// <param name="identity">Which replica.</param>
    /// <param name="open">Opens the store.</param>
    /// <param name="log">The node's log; outlives the slot.</param>
    /// <param name="keys">Tells the domain's current data key.</param>
    /// <param name="options">Valid ones.</param>
    /// <param name="environment">Clock, chance, scheduler and instruments.</param>
    /// <param name="exchange">The node's snapshots; outlives the slot.</param>
    /// <returns>The slot. Throws <see cref="Core.Files.StorageFaultException"/>.</returns>
    public static async Task<ReplicaSlot> OpenAsync(
        ShardIdentity identity, ShardOpener open, ISharedLog log, IDataKeys keys, ShardReplicaOptions options,
        ReplicaEnvironment environment, SnapshotExchange exchange)
    {
        var slot = new ReplicaSlot(identity, open, log, keys, options, environment, exchange);
        await slot.OpenAsync();
        return slot;
    }

    /// <inheritdoc/>
    public ValueTask<Result<CommandOutcome>> ProposeAsync(in Proposal proposal, CancellationToken cancellationToken) =>
        Volatile.Read(ref _isExchanging)
            ? ValueTask.FromResult<Result<CommandOutcome>>(ReplicaErrors.Installing)
            : Replica.ProposeAsync(proposal, cancellationToken);

    /// <inheritdoc/>
    public bool IsAlone => Replica.IsAlone;

    /// <summary>As <see cref="ShardReplica.ReadIndexAsync"/>, of the replica that is here.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Result<LogIndex>> ReadIndexAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _isExchanging)
            ? ValueTask.FromResult<Result<LogIndex>>(ReplicaErrors.Installing)
            : Replica.ReadIndexAsync(cancellationToken);

    /// <summary>As <see cref="ShardReplica.StartAsync"/>.</summary>
    /// <param name="cancellationToken">Stops the start.</param>
    public Task<RecoveryReport> StartAsync(CancellationToken cancellationToken) => Replica.StartAsync(cancellationToken);

    /// <summary>Stops in order. A transfer is cut off, and goes on at the next start; an exchange that has begun is finished.</summary>
    /// <param name="cancellationToken">Cuts the wait short.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        CutTransfer();
        await Volatile.Read(ref _receiving).WaitAsync(cancellationToken);
        await Replica.StopAsync(cancellationToken);
    }

    /// <summary>Ends at once, unless <see cref="StopAsync"/> did.</summary>
    public async ValueTask DisposeAsync()
    {
        ShardReplica replica;
        lock (_gate)
        {
            _isStopped = true;
            replica = _replica;
        }

        Task ended = replica.DisposeAsync().AsTask();
        CutTransfer();
        await Volatile.Read(ref _receiving);
        await ended;
        if (_exchange is not null)
        {
            await _exchange.Holder.WithdrawAsync(Identity.Shard);
        }
    }

    /// <summary>Opens the store, sets the log behind it where that is due, and puts a replica over both.</summary>
    private async Task OpenAsync()
    {
        ShardId shard = Identity.Shard;
        OpenedShard opened = await _open!(shard);
        try
        {
            if (opened.Snapshots.PendingReset is { } point)
            {
                // Where a start finds the log set already, nothing can have been appended since: the mark was still there.
                if (_log!.StateOf(shard).TruncationIndex < point.Index)
                {
                    await _log.ResetAsync(shard, point.Index, point.Term, CancellationToken.None);
                    Log.LogReset(_environment!.Logger, shard, point.Index, point.Term);
                }

                opened.Snapshots.ResetDone();
            }

            opened.Snapshots.Clear();
            _snapshots = opened.Snapshots;
            _exchange!.Holder.Offer(shard, opened.Snapshots);
            Put(_make!(opened.Machine));
        }
        catch
        {
            await opened.Machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>On this thread: what is cut off has ended before anything else is done.</summary>
    private void CutTransfer() => _stopping.Cancel();

    private void Put(ShardReplica replica)
    {
        lock (_gate)
        {
            Volatile.Write(ref _replica, replica);
        }

        _ = WatchAsync(replica);
    }

    private async Task WatchAsync(ShardReplica replica) => _faulted.TrySetResult(await replica.Faulted);
}
