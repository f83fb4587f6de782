using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Replication;
using Nacre.Replication.Raft;
using Nacre.Replication.Snapshots;
using Nacre.Simulation.Tests.Engine;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>A node: its disk, its clock, and the replicas that run on it while it is up.</summary>
internal sealed class Node : IAsyncDisposable
{
    /// <summary>A tick of the node's own clock, in microseconds.</summary>
    public const long TickEvery = 10_000;

    private static readonly ClusterId Cluster = new(7);

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
    private readonly Queue<Action> _deferred = new();
    private NodeLog? _log;
    private int _incarnation;
    private bool _isPaused;

    public Node(NodeWorld world, Network network, Rules rules, ReplicationMetrics metrics, ShardReplicaOptions options, NodeBug bug, NodeId id)
    {
        (_world, _network, _rules, _metrics, _options, _bug, Id) = (world, network, rules, metrics, options, bug, id);
        Clock = new NodeClock(world, (int)world.Between(960, 1040));
        network.Add(this);
    }

    public NodeId Id { get; }

    public NodeClock Clock { get; }

    /// <summary>The node's part in snapshots, since its last start.</summary>
    public SnapshotExchange? Exchange { get; private set; }

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

    /// <summary>The disk was replaced by an empty one.</summary>
    public void LoseDisk()
    {
        _disk.Clear();
        foreach (Replica replica in Replicas.Values.ToArray())
        {
            _rules.DiskReplaced(replica);
            Replicas[replica.Shard] = new Replica(this, replica.Shard, replica.Id, replica.Initial);
        }
    }

    public void Start()
    {
        int incarnation = ++_incarnation;
        IsUp = true;
        _log = new NodeLog(_world, this, _disk, _rules, _bug);
        var environment = new ReplicaEnvironment(Clock, new SeededRandom(_world.Random.NextUInt64()), new NodeScheduler(_world, this), _metrics, NullLogger.Instance)
        {
            Transport = _network.From(this, incarnation),
        };
        Exchange = new SnapshotExchange(new Fetcher(_world, _network, this, incarnation, _bug), _log, SnapshotOptions, environment);
        foreach (Replica replica in Replicas.Values)
        {
            Task started = StartAsync(replica, _log, Exchange, environment, incarnation);
            _world.After(0, () => ThrowIfFaulted(started));
        }

        Tick(incarnation);
    }

    private async Task StartAsync(Replica replica, NodeLog log, SnapshotExchange exchange, ReplicaEnvironment environment, int incarnation)
    {
        if (replica.PendingReset is not null)
        {
            _world.Probe("a start found a log that was to be set behind a snapshot");
        }

        var snapshots = new Snapshots(_world, _network.Images, replica, () => IsAlive(incarnation), _bug);
        ReplicaSlot slot = await ReplicaSlot.OpenAsync(
            new ShardIdentity(Cluster, replica.Shard, KeyDomainId.Shared) { Self = replica.Id, Node = Id, InitialSet = replica.Initial },
            _ => Open(replica, snapshots, incarnation),
            log, new TestDataKeys(), _options, environment, exchange);
        if (!IsAlive(incarnation))
        {
            return;
        }

        replica.Slot = slot;
        _rules.Vet(replica, log.StateOf(replica.Shard));
        await slot.StartAsync(default);
    }

    private ValueTask<OpenedShard> Open(Replica replica, Snapshots snapshots, int incarnation)
    {
        if (!IsAlive(incarnation))
        {
            throw new StorageFaultException(StorageFaultKind.Io, "shard", "folder", "The node has lost power");
        }

        replica.Machine = new Machine(_world, replica, _rules, _bug);
        return ValueTask.FromResult(new OpenedShard(replica.Machine, snapshots));
    }

    /// <summary>The node loses power.</summary>
    public void Crash()
    {
        Resume();
        IsUp = false;
        _incarnation++;
        _log!.Crash();
        foreach (Replica replica in Replicas.Values)
        {
            replica.Machine.IsDead = true;
            replica.Staging?.Crash(_bug);
            ReplicaSlot? slot = replica.Slot;
            replica.Slot = null;

            // Whoever waited is told that the connection broke; nothing of it reaches disk or network any more.
            if (slot is { Status.Receiving: not null })
            {
                _world.Probe("crash while a snapshot came");
            }

            if (slot is not null)
            {
                ThrowIfFaulted(slot.DisposeAsync().AsTask());
            }
        }
    }

    /// <summary>The node loses power, and comes back after a while.</summary>
    public void CrashFor(long duration)
    {
        Crash();
        _world.After(duration, () =>
        {
            if (!IsUp && !IsRetired)
            {
                Start();
            }
        });
    }

    /// <summary>As <see cref="CrashFor"/>, in a moment, if the node is up then.</summary>
    public void CrashSoon()
    {
        int incarnation = _incarnation;
        _world.After(_world.Between(0, 60), () =>
        {
            if (IsAlive(incarnation) && !_world.IsHealing)
            {
                CrashFor(_world.Between(2_000, 30_000));
            }
        });
    }

    public ValueTask DisposeAsync() => _log?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>True while what was begun in an incarnation may still have an effect.</summary>
    public bool IsAlive(int incarnation) => IsUp && _incarnation == incarnation;

    public void Pause() => _isPaused = true;

    public void Resume()
    {
        _isPaused = false;
        while (_deferred.TryDequeue(out Action? action))
        {
            _world.After(0, action);
        }
    }

    /// <summary>Does something on the node; later, while it is stopped.</summary>
    public void Do(Action action)
    {
        if (_isPaused)
        {
            _deferred.Enqueue(action);
            return;
        }

        action();
        foreach (Replica replica in Replicas.Values)
        {
            if (replica.Running is { } running)
            {
                if (replica.Seen != running)
                {
                    replica.Seen = running;
                    _rules.Starts(replica);
                }

                _rules.Look(replica, running.Status);
            }
        }
    }

    public void Receive(ShardId shard, NodeId from, RaftMessage message) => Do(() =>
    {
        if (Replicas.TryGetValue(shard, out Replica? replica))
        {
            replica.Running?.Receive(from, message);
        }
    });

    public void LoseConnectionTo(NodeId node) => Do(() =>
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

        Do(() =>
        {
            foreach (Replica replica in Replicas.Values)
            {
                replica.Running?.Tick();
            }
        });
        Exchange!.Holder.Expire();
        if (Replicas.Values.FirstOrDefault(replica => replica.Slot is { Faulted.IsCompleted: true }) is { } failed)
        {
            NacreError reason = failed.Slot!.Faulted.Result;
            _world.Require(reason.Code != ErrorCode.Internal, "invariants hold", $"{failed}: {reason.Message}");

            // The process ends itself, and is started again.
            _world.Probe("a replica failed, and its node was started again");
            CrashFor(_world.Between(20_000, 200_000));
            return;
        }

        _world.After(Clock.TrueTime(TickEvery), () => Tick(incarnation));
    }

    private static void ThrowIfFaulted(Task task)
    {
        if (task.IsFaulted)
        {
            throw new ViolationException($"a start succeeds: {task.Exception!.InnerException!.Message}");
        }
    }
}
