using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication;
using Nacre.Replication.Raft;
using Nacre.Replication.Snapshots;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A node: its disk, its clock, and the replicas that run on it while it is up.</summary>
internal sealed partial class Node : IAsyncDisposable
{
    /// <summary>A tick of the node's own clock, in microseconds.</summary>
    public const long TickEvery = 10_000;

    /// <summary>The cluster that all nodes are of.</summary>
    public static readonly ClusterId Cluster = new(7);

    /// <summary>Small pieces, little patience, one place: everything that can go wrong does.</summary>
    private static readonly SnapshotOptions SnapshotOptions = new()
    {
        ChunkBytes = 1 << 10,
        PiecesInFlight = 3,
        ChunkTimeout = TimeSpan.FromMilliseconds(100),
        FlushAfterBytes = 4 << 10,
        MaxTransfers = 1,
        RetryAfter = TimeSpan.FromMilliseconds(300),
        HoldFor = TimeSpan.FromMilliseconds(30),
    };

    private readonly NodeWorld _world;
    private readonly Network _network;
    private readonly Rules _rules;
    private readonly ShardReplicaOptions _options;
    private readonly NodeBug _bug;
    private readonly ReplicationMetrics _metrics;
    private readonly Dictionary<ShardId, ShardDisk> _disk = [];
    private NodeLog? _log;
    private readonly HashSet<NodeId> _removed = [];
    private int _incarnation;

    public Node(NodeWorld world, Network network, Rules rules, ReplicationMetrics metrics, ShardReplicaOptions options, NodeBug bug, NodeId id)
    {
        (_world, _network, _rules, _metrics, _options, _bug, Id) = (world, network, rules, metrics, options, bug, id);
        _context = new NodeContext(world, this);
        Clock = new NodeClock(world, Run, world.Random.OneIn(2) ? (int)world.Between(960, 1040) : world.Random.OneIn(2) ? 960 : 1040);
        network.Add(this);
    }

    public NodeId Id { get; }

    public NodeClock Clock { get; }

    /// <summary>The node's part in snapshots, since its last start.</summary>
    public SnapshotExchange? Exchange { get; private set; }

    /// <summary>The node's folder, but for what the simulated log and data shards keep.</summary>
    public SimulatedFileSystem Files { get; private set; } = new();

    /// <summary>What the control shard's replica here has applied, since the node's last start.</summary>
    public NodeCatalog Catalog { get; private set; } = new();

    /// <summary>What the node serves by; null while it is down or opens its control shard.</summary>
    public Authority? Authority { get; private set; }

    public SortedDictionary<ShardId, Replica> Replicas { get; } = [];

    public bool IsUp { get; private set; }

    /// <summary>True for a node that was taken out for good.</summary>
    public bool IsRetired { get; set; }

    public bool IsDiskSlow { get; set; }

    public bool IsDiskFull { get; set; }

    /// <summary>The next flush fails.</summary>
    public bool FailsFlush { get; set; }

    /// <summary>Gives the node a replica, in place of one it had; it starts with the node.</summary>
    public void Place(ShardId shard, ReplicaId id, ReplicaSet initial)
    {
        _disk.Remove(shard);
        Replicas[shard] = new Replica(this, shard, id, initial);
    }

    /// <summary>False for a node that this one knows to be taken out.</summary>
    public bool SpeaksTo(NodeId node) => !_removed.Contains(node);

    /// <summary>The catalogue names who is taken out.</summary>
    public void Follow(Catalog newest) =>
        _removed.UnionWith(newest.Nodes.Where(node => node.State == ClusterNodeState.Removed && node.Id != Id).Select(node => node.Id));

    /// <summary>The disk was replaced by an empty one.</summary>
    public void LoseDisk()
    {
        _disk.Clear();
        Files = new SimulatedFileSystem();
        foreach (Replica replica in Replicas.Values.ToArray())
        {
            _rules.DiskReplaced(replica);
            Replicas[replica.Shard] = new Replica(this, replica.Shard, replica.Id, replica.Initial);
        }
    }

    public ValueTask DisposeAsync() => _log?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>True while what was begun in an incarnation may still have an effect.</summary>
    public bool IsAlive(int incarnation) => IsUp && _incarnation == incarnation;

    public void Receive(ShardId shard, NodeId from, RaftMessage message) => Run(() =>
    {
        if (Replicas.TryGetValue(shard, out Replica? replica))
        {
            replica.Running?.Receive(from, message);
        }
    });

    public void LoseConnectionTo(NodeId node) => Run(() =>
    {
        foreach (Replica replica in Replicas.Values)
        {
            replica.Running?.Unreachable(node);
        }
    });

    private void Tick(int incarnation)
    {
        if (!IsAlive(incarnation))
        {
            return;
        }

        Run(() =>
        {
            foreach (Replica replica in Replicas.Values)
            {
                replica.Running?.Tick();
            }

            Authority?.Look();
        });
        Exchange!.Holder.Expire();
        if (Replicas.Values.FirstOrDefault(replica => replica.Slot is { Faulted.IsCompleted: true }) is { } failed)
        {
            NacreError reason = failed.Slot!.Faulted.Result;
            _world.Require(reason.Code != ErrorCode.Internal, "invariants hold", $"{failed}: {reason.Message}");

            // The process ends itself, and is started again.
            _world.Hit(NodeProbe.ReplicaFailed);
            CrashFor(_world.Between(20_000, 200_000));
            return;
        }

        _world.After(Clock.TrueTime(TickEvery), () => Tick(incarnation));
    }
}
