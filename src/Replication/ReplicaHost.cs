using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;
using Nacre.Replication.Snapshots;
using Nacre.Replication.Transport;

namespace Nacre.Replication;

/// <summary>A node's replicas: started, ticked and stopped together, in order. The log that they share outlives the host.</summary>
/// <remarks>Thread-safe, but for starting and stopping, which are one caller's.</remarks>
public sealed class ReplicaHost : IReplicaReceiver, IAsyncDisposable
{
    // Invariants:
    // - the control shard starts first and stops last: it tells what the others hold;
    // - once the host is stopped or disposed, no replica touches the log.

    private readonly SortedDictionary<ShardId, ReplicaSlot> _slots = [];
    private readonly SnapshotExchange? _exchange;
    private readonly TimeProvider _time;
    private readonly TimeSpan _tickInterval;
    private readonly ILogger _logger;
    private ITimer? _ticker;

    /// <summary>Takes over replicas.</summary>
    /// <param name="replicas">The control shard's and those of the data shards; the host disposes them.</param>
    /// <param name="environment">What the replicas were given.</param>
    /// <param name="tickInterval">How often replicas are ticked: elections, maintenance, checkpoints that are due.</param>
    public ReplicaHost(IEnumerable<ShardReplica> replicas, ReplicaEnvironment environment, TimeSpan tickInterval)
        : this(replicas.Select(replica => new ReplicaSlot(replica)), exchange: null, environment, tickInterval)
    {
    }

    /// <summary>Takes over slots, whose replicas may be exchanged for snapshots.</summary>
    /// <param name="slots">The control shard's and those of the data shards; the host disposes them.</param>
    /// <param name="exchange">The node's snapshots, if there are any; outlives the host, which has it let go of what nobody fetches.</param>
    /// <param name="environment">What the replicas were given.</param>
    /// <param name="tickInterval">How often replicas are ticked: elections, maintenance, checkpoints that are due.</param>
    public ReplicaHost(IEnumerable<ReplicaSlot> slots, SnapshotExchange? exchange, ReplicaEnvironment environment, TimeSpan tickInterval)
    {
        Invariant.Check(tickInterval > TimeSpan.Zero);
        _time = environment.Time;
        _tickInterval = tickInterval;
        _logger = environment.Logger;
        _exchange = exchange;
        foreach (ReplicaSlot slot in slots)
        {
            _slots.Add(slot.Identity.Shard, slot);
        }

        Invariant.Check(_slots.ContainsKey(ShardId.Control));
        environment.Metrics.Observe(Statuses);
        Faulted = FirstFaultAsync();
    }

    /// <summary>The control shard's replica, the one of now.</summary>
    public ShardReplica Control => _slots[ShardId.Control].Replica;

    /// <summary>All replicas of now, by shard.</summary>
    public IReadOnlyCollection<ShardReplica> Replicas => [.. _slots.Values.Select(slot => slot.Replica)];

    /// <summary>All slots, by shard.</summary>
    public IReadOnlyCollection<ReplicaSlot> Slots => _slots.Values;

    /// <summary>Ends with the first replica that fails, and why. Never faults.</summary>
    public Task<(ShardId Shard, NacreError Reason)> Faulted { get; }

    /// <summary>Finds a shard's replica, the one of now.</summary>
    public bool TryGet(ShardId shard, [NotNullWhen(true)] out ShardReplica? replica)
    {
        replica = _slots.GetValueOrDefault(shard)?.Replica;
        return replica is not null;
    }

    /// <summary>Every replica at a glance, by shard.</summary>
    public IEnumerable<ReplicaStatus> Statuses() => _slots.Values.Select(slot => slot.Status);

    /// <inheritdoc/>
    public void Receive(NodeId from, ShardId shard, in RaftMessage message)
    {
        if (_slots.TryGetValue(shard, out ReplicaSlot? slot))
        {
            slot.Replica.Receive(from, message);
        }
    }

    /// <inheritdoc/>
    public void Unreachable(NodeId node)
    {
        foreach (ReplicaSlot slot in _slots.Values)
        {
            slot.Replica.Unreachable(node);
        }
    }

    /// <summary>Starts the control shard, then all data shards side by side.</summary>
    /// <returns>What was recovered, by shard. Throws what <see cref="ShardReplica.StartAsync"/> throws; the host can then only be disposed.</returns>
    public async Task<IReadOnlyList<RecoveryReport>> StartAsync(CancellationToken cancellationToken)
    {
        var reports = new List<RecoveryReport> { await ControlSlot.StartAsync(cancellationToken) };
        reports.AddRange(await Task.WhenAll(DataSlots().Select(slot => slot.StartAsync(cancellationToken))));
        _ticker = _time.CreateTimer(static host => ((ReplicaHost)host!).Tick(), this, _tickInterval, _tickInterval);
        return reports;
    }

    /// <summary>The node's disk is an older one than peers have seen: none of its replicas votes, acknowledges or leads any more.</summary>
    public void Disqualify()
    {
        foreach (ReplicaSlot slot in _slots.Values)
        {
            slot.Replica.Disqualify();
        }
    }

    /// <summary>Asks a shard for a checkpoint soon: it keeps the log's space from being used again. Unknown shards are passed over.</summary>
    public void RequestCheckpoint(ShardId shard)
    {
        if (_slots.TryGetValue(shard, out ReplicaSlot? slot))
        {
            slot.Replica.RequestCheckpoint();
        }
    }

    /// <summary>Stops in order: data shards drain and checkpoint side by side, then the control shard. The log can be sealed then.</summary>
    /// <param name="cancellationToken">Cuts the waits short; nothing that was acknowledged is lost by that.</param>
    /// <returns>False when the waits were cut short.</returns>
    public async Task<bool> StopAsync(CancellationToken cancellationToken)
    {
        bool isInOrder = true;
        try
        {
            await Task.WhenAll(DataSlots().Select(slot => slot.StopAsync(cancellationToken)));
            await ControlSlot.StopAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            isInOrder = false;
            Log.StopCutShort(_logger);
        }

        await DisposeAsync();
        return isInOrder;
    }

    /// <summary>Ends everything at once, without checkpoints, unless <see cref="StopAsync"/> did.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ticker is { } ticker)
        {
            await ticker.DisposeAsync();
        }

        foreach (ReplicaSlot slot in DataSlots().Append(ControlSlot))
        {
            await slot.DisposeAsync();
        }
    }

    private ReplicaSlot ControlSlot => _slots[ShardId.Control];

    private IEnumerable<ReplicaSlot> DataSlots() => _slots.Values.Where(slot => slot.Identity.Shard != ShardId.Control);

    private void Tick()
    {
        foreach (ReplicaSlot slot in _slots.Values)
        {
            slot.Replica.Tick();
        }

        _exchange?.Holder.Expire();
    }

    private async Task<(ShardId Shard, NacreError Reason)> FirstFaultAsync()
    {
        Task<NacreError> first = await Task.WhenAny(_slots.Values.Select(slot => slot.Faulted));
        ReplicaSlot failed = _slots.Values.First(slot => ReferenceEquals(slot.Faulted, first));
        return (failed.Identity.Shard, await first);
    }
}
