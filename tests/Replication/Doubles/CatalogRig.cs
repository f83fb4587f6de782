using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication.Catalogue;
using Nacre.Storage.Control;
using Nacre.Testing;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>A node with a real control shard and three data shards that know their ranges, over one log in memory.</summary>
internal sealed class CatalogRig : IAsyncDisposable
{
    public const uint DataShards = 3;

    public static readonly ClusterId Cluster = new(0xAB);

    public static readonly PartitionKeyDefinition Key = PartitionKeyDefinition.Create("/k").Value;

    private readonly ReplicationMetrics _metrics = new();
    private readonly TestDataKeys _keys = new();
    private ulong _runs;

    private CatalogRig()
    {
    }

    public MemoryLog Log { get; private set; } = new();

    public ControlStateMachine Control { get; private set; } = null!;

    public RangeMachine[] Shards { get; private set; } = [];

    public ReplicaHost Host { get; private set; } = null!;

    public CatalogCoordinator Coordinator { get; private set; } = null!;

    public Catalog Catalog => Control.Current;

    /// <summary>A started node with a cluster and the database "shop".</summary>
    public static async Task<CatalogRig> StartedAsync()
    {
        var rig = new CatalogRig();
        rig.Open();
        await rig.Host.StartAsync(default);
        Assert.That((await rig.Coordinator.EnsureClusterAsync(Cluster, DataShards, default)).IsOk);
        Assert.That((await rig.Coordinator.CreateDatabaseAsync(new CreateDatabase("shop", KeyDomainId.Shared), new EntryHeader(), default)).IsOk);
        return rig;
    }

    /// <summary>Power fails and comes back; the shards recover from the log.</summary>
    public async Task RestartAsync()
    {
        MemoryLog durable = Log.Restart();
        await Host.DisposeAsync();
        await Coordinator.DisposeAsync();
        Log = durable;
        Open();
        await Host.StartAsync(default);
    }

    public Task<Result<ContainerRecord>> CreateAsync(string name, uint ranges = 0, IdempotencyKey key = default) =>
        Coordinator.CreateContainerAsync(new CreateContainer("shop", name, Key, ranges), new EntryHeader { Idempotency = key }, default);

    public Task<Result<Unit>> DeleteAsync(string name) =>
        Coordinator.DeleteContainerAsync(new DeleteContainer("shop", name, default), new EntryHeader(), default);

    /// <summary>Nothing is unfinished, and the shards own exactly the ranges of the containers that are ready.</summary>
    public void CheckConsistent()
    {
        IEnumerable<(ShardId, RangeId)> owned = Shards.SelectMany((shard, at) => shard.Ranges.Keys.Select(range => (new ShardId((uint)at + 1), range)));
        IEnumerable<(ShardId, RangeId)> placed =
            from database in Catalog.Databases
            from container in database.Containers
            from range in container.Ranges
            select (range.Shard, range.Id);
        Assert.Multiple(() =>
        {
            Assert.That(Catalog.UnfinishedContainers(), Is.Empty);
            Assert.That(Catalog.DeletingDatabases, Is.Empty);
            Assert.That(owned, Is.EquivalentTo(placed));
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Coordinator.DisposeAsync();
        _metrics.Dispose();
    }

    private void Open()
    {
        var environment = new ReplicaEnvironment(
            TimeProvider.System, new SeededRandom(++_runs), PoolScheduler.Instance, _metrics, NullLogger.Instance);
        Control = ControlStateMachine.Open("/data/shards/0", new SimulatedFileSystem(), _keys, new SeededRandom(_runs), NullLogger.Instance).Value;
        Shards = [.. Enumerable.Range(0, (int)DataShards).Select(_ => new RangeMachine())];
        var replicas = new List<ShardReplica>
        {
            new(new ShardIdentity(Cluster, ShardId.Control, KeyDomainId.Shared), Log, Control, _keys, new ShardReplicaOptions(), environment),
        };
        replicas.AddRange(Shards.Select((shard, at) => new ShardReplica(
            new ShardIdentity(Cluster, new ShardId((uint)at + 1), KeyDomainId.Shared), Log, shard, _keys, new ShardReplicaOptions(), environment)));
        Host = new ReplicaHost(replicas, environment, TimeSpan.FromHours(1));
        ReplicaHost host = Host;
        Coordinator = new CatalogCoordinator(
            host.Control, shard => host.TryGet(shard, out ShardReplica? replica) ? replica : throw new InvalidOperationException($"no shard {shard}"),
            Control, new CatalogCoordinatorOptions { RetryAfter = TimeSpan.FromMilliseconds(1) }, TimeProvider.System, NullLogger.Instance);
    }
}
