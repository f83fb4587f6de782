using Microsoft.Extensions.Logging;
using Nacre.Core.Time;
using Nacre.Replication.Snapshots;

namespace Nacre.Replication;

/// <summary>What a node gives to all its replicas.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Random">Chance.</param>
/// <param name="Scheduler">Where the loops run.</param>
/// <param name="Metrics">The instruments.</param>
/// <param name="Logger">Where to say what happens.</param>
public sealed record ReplicaEnvironment(
    TimeProvider Time, IRandomSource Random, IReplicaScheduler Scheduler, ReplicationMetrics Metrics, ILogger Logger)
{
    /// <summary>The way to other nodes; by default there are none.</summary>
    public IReplicaTransport Transport { get; init; } = NoTransport.Instance;

    /// <summary>Tells how old answers are; null: the clock's timestamps, which may stand still while the machine sleeps.</summary>
    public IBootClock? Boot { get; init; }

    /// <summary>Fetches the snapshots that a replica is offered; null where there are none.</summary>
    internal ISnapshotReceiver? Snapshots { get; init; }
}
