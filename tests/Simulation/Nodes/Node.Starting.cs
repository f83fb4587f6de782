using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Replication;
using Nacre.Replication.Snapshots;
using Nacre.Storage.Control;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Nodes;

/// <content>Starting, and losing power.</content>
internal sealed partial class Node
{
    private const string ControlFolder = "data/control";

    private readonly TestDataKeys _keys = new();

    public void Start()
    {
        int incarnation = ++_incarnation;
        IsUp = true;
        if (Files.HasCrashed)
        {
            Files = Files.Reboot(_world.Random.NextUInt64());
        }

        Catalog = new NodeCatalog();
        Run(() => Start(incarnation));
    }

    private void Start(int incarnation)
    {
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
            _world.Hit(NodeProbe.ResetFoundAtStart);
        }

        var snapshots = new Snapshots(_world, _network.Images, replica, () => IsAlive(incarnation), _bug);
        ReplicaSlot slot = await ReplicaSlot.OpenAsync(
            new ShardIdentity(Cluster, replica.Shard, KeyDomainId.Shared) { Self = replica.Id, Node = Id, InitialSet = replica.Initial },
            _ => Open(replica, snapshots, incarnation),
            log, _keys, _options, environment, exchange);
        if (!IsAlive(incarnation))
        {
            return;
        }

        replica.Slot = slot;
        if (replica.Shard == ShardId.Control)
        {
            Authority = new Authority(_world, _network, this, _bug, slot);
            Authority.Start();
        }

        _rules.Vet(replica, log.StateOf(replica.Shard));
        await slot.StartAsync(default);
    }

    private ValueTask<OpenedShard> Open(Replica replica, Snapshots snapshots, int incarnation)
    {
        if (!IsAlive(incarnation))
        {
            throw new StorageFaultException(StorageFaultKind.Io, "shard", "folder", "The node has lost power");
        }

        if (replica.Shard == ShardId.Control)
        {
            return ValueTask.FromResult(OpenControl(replica));
        }

        replica.Machine = new Machine(_world, replica, _rules, _bug);
        return ValueTask.FromResult(new OpenedShard(replica.Machine, snapshots));
    }

    /// <summary>The product's control shard over the node's disk.</summary>
    private OpenedShard OpenControl(Replica replica)
    {
        var random = new SeededRandom(_world.Random.NextUInt64());
        Result<ControlStateMachine> opened = ControlStateMachine.Open(ControlFolder, Files, _keys, random, NullLogger.Instance);
        _world.Require(opened.IsOk, "a start succeeds", $"{opened.Error?.Message}");
        if (replica.Slot is not null)
        {
            _world.Hit(NodeProbe.ControlSnapshotInstalled);
        }
        else if (opened.Value.Checkpoints.Count > 0)
        {
            _world.Hit(NodeProbe.ControlCheckpointFound);
        }

        replica.Machine = new ControlMachine(replica, _rules, Catalog, opened.Value);
        return new OpenedShard(replica.Machine, ControlStateMachine.Snapshots(ControlFolder, Files, _keys, random));
    }

    /// <summary>The node loses power.</summary>
    public void Crash()
    {
        IsUp = false;
        Resume();
        _incarnation++;
        Files.Crash();
        _log!.Crash();
        Authority?.Dispose();
        Authority = null;
        foreach (Replica replica in Replicas.Values)
        {
            replica.Machine?.IsDead = true;
            replica.Staging?.Crash(_bug);
            ReplicaSlot? slot = replica.Slot;
            replica.Slot = null;

            // Whoever waited is told that the connection broke; nothing of it reaches disk or network any more.
            if (slot is { Status.Receiving: not null })
            {
                _world.Hit(NodeProbe.CrashInSnapshot);
            }

            if (slot is not null)
            {
                ThrowIfFaulted(slot.DisposeAsync().AsTask());
            }
        }

        BreakCalls();
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
}
