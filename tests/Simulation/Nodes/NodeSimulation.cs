using System.Runtime.ExceptionServices;
using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication;
using Nacre.Replication.Raft;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>One run of a whole cluster under one seed.</summary>
internal static class NodeSimulation
{
    /// <summary>What a seed must come to, or it does not count.</summary>
    public const int LeastEvents = 20_000;
    public const int LeastOperations = 200;
    public const int LeastFaults = 5;
    public const int LeastWithdrawals = 2;

    /// <summary>Faults go on for so long, and longer where little has happened; microseconds of virtual time.</summary>
    private const long FaultsFor = 6_000_000;
    private const long MostFaultsFor = 60_000_000;

    /// <summary>After so long without faults everybody must have been answered, and all replicas be the same.</summary>
    private const long HealsWithin = 30_000_000;

    /// <summary>Runs a seed.</summary>
    public static NodeResult Run(ulong seed, NodeBug bug = NodeBug.None)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        using var metrics = new ReplicationMetrics();
        var world = new NodeWorld(seed);
        SynchronizationContext.SetSynchronizationContext(world);
        var rules = new Rules(world);
        var network = new Network(world, rules, bug);
        var faults = new Faults(world, network);
        ShardId[] shards = [.. Enumerable.Range(0, world.Random.OneIn(4) ? 3 : 2).Select(shard => new ShardId((uint)shard))];
        var permissions = new PermissionRules(world);
        var founder = new Administrator(world, network, permissions, 1);
        Administrator[] administrators = [.. Enumerable.Range(2, 2).Select(id => new Administrator(world, network, permissions, (ulong)id))];
        var options = new ShardReplicaOptions
        {
            Raft = new RaftOptions { ElectionTicks = world.Random.OneIn(2) ? 4 : 10 },
            CheckpointAfterBytes = 16 << 10,
            CheckpointNotBeforeBytes = 4 << 10,
            RecoveryBatchBytes = 64 << 10,
            PeerLogBytes = world.Random.OneIn(2) ? 2 << 10 : 32 << 10,
            PeerSilence = world.Random.OneIn(2) ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromMinutes(10),
        };
        var membership = new Membership(world, network, rules, metrics, options, bug, shards, founder);
        Client[] clients = [.. Enumerable.Range(1, 4).Select(id => new Client(world, network, rules, bug, (ulong)id, shards[1..]))];
        Func<Task>[] work =
        [
            .. clients.Select<Client, Func<Task>>(client => client.RunAsync),
            .. administrators.Select<Administrator, Func<Task>>(administrator => () => administrator.RunAsync(membership.Founded)),
            new Visitor(world, network, permissions).RunAsync, membership.RunAsync, faults.RunAsync,
        ];
        bool Counts() => world.Now >= FaultsFor && world.Events >= LeastEvents && faults.Count >= LeastFaults && membership.Changes > 0 &&
            clients.Sum(client => client.Completed) >= LeastOperations && permissions.Withdrawals >= LeastWithdrawals;
        string? violation = null;
        try
        {
            Found(world, network, rules, shards, metrics, options, bug);
            Run(world, network, rules, faults, work, Counts, shards);
        }
        catch (ViolationException found)
        {
            violation = found.Message;
        }
        catch (InvariantViolationException found)
        {
            violation = $"invariant: {found.Message}";
        }
        catch (Exception found)
        {
            // Whatever it is, the seed that brings it must be known.
            violation = $"unexpected: {found}";
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        return new NodeResult(
            seed, world.Hash, world.Events, clients.Sum(client => client.Completed), faults.Count, membership.Changes, permissions.Withdrawals,
            rules.Elections, shards.Sum(rules.LedgerOf), world.Probes, violation);
    }

    /// <summary>Makes and starts the first nodes.</summary>
    private static void Found(NodeWorld world, Network network, Rules rules, ShardId[] shards, ReplicationMetrics metrics, ShardReplicaOptions options, NodeBug bug)
    {
        int voters = world.Random.OneIn(3) ? 5 : 3;
        ReplicaSet initial = ReplicaSet.Initial([.. Enumerable.Range(1, voters).Select(at => (new ReplicaId((ulong)at), new NodeId((uint)at)))]);
        for (uint id = 1; id <= voters; id++)
        {
            var node = new Node(world, network, rules, metrics, options, bug, new NodeId(id));
            foreach (ShardId shard in shards)
            {
                node.Place(shard, new ReplicaId(id), initial);
            }

            node.Start();
        }
    }

    /// <summary>Everybody works under faults until the seed counts; then the faults end, and everybody must come to an end as well.</summary>
    private static void Run(NodeWorld world, Network network, Rules rules, Faults faults, Func<Task>[] begin, Func<bool> counts, ShardId[] shards)
    {
        Task[] work = [.. begin.Select(each => each())];
        bool HasFault() => work.Any(task => task.IsFaulted);
        world.RunUntil(MostFaultsFor, () => HasFault() || counts());
        ThrowIfBroken(world, work);
        world.IsHealing = true;
        faults.Heal();
        world.RunUntil(world.Now + HealsWithin, () => HasFault() || (Array.TrueForAll(work, task => task.IsCompleted) && Difference(network, rules, shards) is null));
        ThrowIfBroken(world, work);
        string? difference = Difference(network, rules, shards);
        int waits = Array.FindIndex(work, task => !task.IsCompleted);
        world.Require(waits < 0, "liveness", $"a client, an administrator or a change of the replica set waits for ever: number {waits}; {difference}");
        world.Require(difference is null, "liveness", $"{difference}");
    }

    private static void ThrowIfBroken(NodeWorld world, Task[] work)
    {
        if (world.Violation is { } violation)
        {
            throw violation;
        }

        if (Array.Find(work, task => task.IsFaulted) is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault.Exception!.InnerException!);
        }
    }

    /// <summary>Every member has applied all that anybody has, and came to the same; every node serves. Else what lacks.</summary>
    private static string? Difference(Network network, Rules rules, ShardId[] shards)
    {
        Node[] nodes = [.. network.Nodes.Where(node => node.IsUp && !node.IsRetired)];
        foreach (ShardId shard in shards)
        {
            Replica[] replicas = [.. nodes.SelectMany(node => node.Replicas.Values).Where(replica => replica.Shard == shard)];
            ReplicaStatus? leader = replicas.Where(replica => replica.Running is not null).Select(replica => replica.Running!.Status).Where(status => status.Role == RaftRole.Leader).MaxBy(status => status.Term);
            if (leader is null)
            {
                return $"shard {shard} has no leader";
            }

            Replica[] members = [.. replicas.Where(replica => leader.Set.Find(replica.Id) is not null)];
            if (members.FirstOrDefault(replica => (int)replica.Machine.Applied.Value != rules.LedgerOf(shard) || replica.Machine.RunningHash != rules.HashOf(shard)) is { } other)
            {
                return $"{other} did not come to the state of the others: applied {other.Machine.Applied} of {rules.LedgerOf(shard)}, {other.Slot?.Status}, leader {leader}";
            }

            if (shard == ShardId.Control && members.FirstOrDefault(replica => replica.Node.Authority is not { HoldsLease: true }) is { } refuses)
            {
                return $"node {refuses.Node.Id} has no lease";
            }
        }

        return null;
    }
}
