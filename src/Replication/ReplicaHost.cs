using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <summary>A node's replicas: started, ticked and stopped together, in order. The log that they share outlives the host.</summary>
/// <remarks>Thread-safe, but for starting and stopping, which are one caller's.</remarks>
public sealed class ReplicaHost : IAsyncDisposable
{
    // Invariants:
    // - the control shard starts first and stops last: it tells what the others hold;
    // - once the host is stopped or disposed, no replica touches the log.

    private readonly SortedDictionary<ShardId, ShardReplica> _replicas = [];
    private readonly TimeProvider _time;
    private readonly TimeSpan _tickInterval;
    private readonly ILogger _logger;
    private ITimer? _ticker;

    /// <summary>Takes over replicas.</summary>
    /// <param name="replicas">The control shard's and those of the data shards; the host disposes them.</param>
    /// <param name="environment">What the replicas were given.</param>
    /// <param name="tickInterval">How often replicas are ticked: elections, maintenance, checkpoints that are due.</param>
    public ReplicaHost(IEnumerable<ShardReplica> replicas, ReplicaEnvironment environment, TimeSpan tickInterval)
    {
        Invariant.Check(tickInterval > TimeSpan.Zero);
        _time = environment.Time;
        _tickInterval = tickInterval;
        _logger = environment.Logger;
        foreach (ShardReplica replica in replicas)
        {
            _replicas.Add(replica.Identity.Shard, replica);
        }

        Invariant.Check(_replicas.ContainsKey(ShardId.Control));
        environment.Metrics.Observe(Statuses);
        Faulted = FirstFaultAsync();
    }

    /// <summary>The control shard's replica.</summary>
    public ShardReplica Control => _replicas[ShardId.Control];

    /// <summary>All replicas, by shard.</summary>
    public IReadOnlyCollection<ShardReplica> Replicas => _replicas.Values;

    /// <summary>Ends with the first replica that fails, and why. Never faults.</summary>
    public Task<(ShardId Shard, NacreError Reason)> Faulted { get; }

    /// <summary>Finds a shard's replica.</summary>
    public bool TryGet(ShardId shard, [NotNullWhen(true)] out ShardReplica? replica) => _replicas.TryGetValue(shard, out replica);

    /// <summary>Every replica at a glance, by shard.</summary>
    public IEnumerable<ReplicaStatus> Statuses() => _replicas.Values.Select(replica => replica.Status);

    /// <summary>Starts the control shard, then all data shards side by side.</summary>
    /// <returns>What was recovered, by shard. Throws what <see cref="ShardReplica.StartAsync"/> throws; the host can then only be disposed.</returns>
    public async Task<IReadOnlyList<RecoveryReport>> StartAsync(CancellationToken cancellationToken)
    {
        var reports = new List<RecoveryReport> { await Control.StartAsync(cancellationToken) };
        reports.AddRange(await Task.WhenAll(DataReplicas().Select(replica => replica.StartAsync(cancellationToken))));
        _ticker = _time.CreateTimer(static host => ((ReplicaHost)host!).Tick(), this, _tickInterval, _tickInterval);
        return reports;
    }

    /// <summary>Asks a shard for a checkpoint soon: it keeps the log's space from being used again. Unknown shards are passed over.</summary>
    public void RequestCheckpoint(ShardId shard)
    {
        if (_replicas.TryGetValue(shard, out ShardReplica? replica))
        {
            replica.RequestCheckpoint();
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
            await Task.WhenAll(DataReplicas().Select(replica => replica.StopAsync(cancellationToken)));
            await Control.StopAsync(cancellationToken);
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

        foreach (ShardReplica replica in DataReplicas().Append(Control))
        {
            await replica.DisposeAsync();
        }
    }

    private IEnumerable<ShardReplica> DataReplicas() => _replicas.Values.Where(replica => replica.Identity.Shard != ShardId.Control);

    private void Tick()
    {
        foreach (ShardReplica replica in _replicas.Values)
        {
            replica.Tick();
        }
    }

    private async Task<(ShardId Shard, NacreError Reason)> FirstFaultAsync()
    {
        Task<NacreError> first = await Task.WhenAny(_replicas.Values.Select(replica => replica.Faulted));
        ShardReplica failed = _replicas.Values.First(replica => ReferenceEquals(replica.Faulted, first));
        return (failed.Identity.Shard, await first);
    }
}
