using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication;
using Nacre.Replication.Raft;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Lets replicas join, leave and be rebuilt, under faults.</summary>
internal sealed class Membership(NodeWorld world, Network network, Rules rules, ReplicationMetrics metrics, ShardReplicaOptions options, NodeBug bug, IReadOnlyList<ShardId> shards, Administrator administrator)
{
    private const int MostNodes = 7;

    private readonly TaskCompletionSource _founded = new();

    public int Changes { get; private set; }

    /// <summary>Ends when the control shard knows the cluster and its first nodes.</summary>
    public Task Founded => _founded.Task;

    public async Task RunAsync()
    {
        await administrator.FoundAsync(Node.Cluster, (uint)shards.Count - 1);
        _founded.SetResult();
        while (!world.IsHealing)
        {
            await world.Delay(world.Between(100_000, 700_000));
            ReplicaSet? set = Leader(shards[0])?.Status.Set;
            if (world.IsHealing || set is null)
            {
                continue;
            }

            switch (world.Random.Next(4))
            {
                case 0 when network.Nodes.Count < MostNodes:
                    await JoinAsync();
                    break;
                case 1 when set.Voters > 3:
                    await RetireAsync(set.Members[world.Random.Next(set.Members.Length)].Node);
                    break;
                case 2:
                    await RebuildAsync(set.Members[world.Random.Next(set.Members.Length)].Node);
                    break;
                default:
                    await TransferAsync();
                    break;
            }
        }
    }

    private async Task JoinAsync()
    {
        var node = new Node(world, network, rules, metrics, options, bug, new NodeId((uint)network.Nodes.Count + 1));
        await administrator.AddNodeAsync(node.Id);
        foreach (ShardId shard in shards)
        {
            await AddAsync(node, shard);
        }
    }

    /// <summary>A node's disk is lost: its replicas leave, and new ones join in their place.</summary>
    private async Task RebuildAsync(NodeId id)
    {
        Node node = network[id];
        if (!node.IsUp || node.IsRetired || network.Nodes.Any(other => !other.IsUp && !other.IsRetired))
        {
            return;
        }

        if (bug == NodeBug.SameIdRebuild)
        {
            node.Crash();
            node.LoseDisk();
            node.Start();
            return;
        }

        foreach (ShardId shard in shards)
        {
            if (!await RemoveAsync(node, shard))
            {
                return;
            }
        }

        if (node.IsUp)
        {
            node.Crash();
        }

        world.Hit(NodeProbe.NodeRebuilt);
        node.Replicas.Clear();
        node.LoseDisk();
        foreach (ShardId shard in shards)
        {
            await AddAsync(node, shard);
        }
    }

    /// <summary>A node is taken out of the catalogue, then its replicas of their sets; it may serve until its lease runs out.</summary>
    private async Task RetireAsync(NodeId id)
    {
        // One after the other: with two of four out, and still in the set, nobody is a quorum.
        Node node = network.Nodes.FirstOrDefault(other => other.IsRetired && shards.Any(shard => IsMember(shard, other.Id))) ?? network[id];
        if (!shards.All(shard => Leader(shard)?.Status.Set is { Voters: > 3 }))
        {
            return;
        }

        if (!node.IsRetired)
        {
            await administrator.RemoveNodeAsync(id);
            world.Hit(NodeProbe.NodeRemoved);
            node.IsRetired = true;
            world.After(world.Between(200_000, 2_000_000), () =>
            {
                if (node.IsUp)
                {
                    node.Crash();
                }
            });

            // Its replicas leave their sets when somebody comes to it.
            await world.Delay(world.Between(0, 800_000));
        }

        foreach (ShardId shard in shards)
        {
            if (Leader(shard)?.Status.Set is not { Voters: > 3 } || !await RemoveAsync(node, shard))
            {
                return;
            }
        }
    }

    private async Task AddAsync(Node node, ShardId shard)
    {
        ReplicaId id = default;
        bool isAdded = await ChangeAsync(
            shard,
            set => set.Members.Any(member => member.Node == node.Id),
            set =>
            {
                // The id is the one of the set that it is added to: a lost try may have taken the one before.
                id = new ReplicaId(set.LastGiven.Value + 1);
                return ReplicaSetChange.AddLearner(id, node.Id);
            });
        if (!isAdded || Leader(shard)?.Status.Set.Members.FirstOrDefault(member => member.Node == node.Id) is not { Id.Value: > 0 } added)
        {
            return;
        }

        if (node.IsUp)
        {
            node.Crash();
        }

        node.Place(shard, added.Id, ReplicaSet.Empty);
        node.Start();
        await ChangeAsync(
            shard,
            set => set.Find(added.Id) is null or { Kind: ReplicaKind.Voter },
            _ => ReplicaSetChange.Promote(added.Id));
    }

    private async Task<bool> RemoveAsync(Node node, ShardId shard)
    {
        if (!node.Replicas.TryGetValue(shard, out Replica? replica))
        {
            return true;
        }

        return await ChangeAsync(shard, set => set.Find(replica.Id) is null, _ => ReplicaSetChange.Remove(replica.Id));
    }

    /// <summary>Tries until a leader that has committed it says that it is done.</summary>
    private async Task<bool> ChangeAsync(ShardId shard, Func<ReplicaSet, bool> isDone, Func<ReplicaSet, ReplicaSetChange> change)
    {
        for (int tries = 0; tries < 200; tries++)
        {
            if (Leader(shard) is { } leader)
            {
                ReplicaSet set = leader.Status.Set;
                if (isDone(set))
                {
                    // In force is not committed: a read through the leader is behind all that it has.
                    if ((await leader.ReadIndexAsync(default)).IsOk && isDone(leader.Status.Set) && leader.Status.Role == RaftRole.Leader)
                    {
                        Changes++;
                        return true;
                    }
                }
                else
                {
                    await leader.ChangeAsync(change(set), default);
                }
            }

            await world.Delay(world.Between(5_000, 50_000));
        }

        return false;
    }

    private async Task TransferAsync()
    {
        ShardId shard = shards[world.Random.Next(shards.Count)];
        if (Leader(shard) is { } leader)
        {
            ReplicaId[] others = [.. leader.Status.Set.Members.Select(member => member.Id).Where(id => id != leader.Identity.Self)];
            bool isUnderWithdrawal = shard == ShardId.Control && network.Nodes.Any(node => node.Authority is { IsWithdrawing: true });
            if (others.Length > 0 && (await leader.TransferAsync(others[world.Random.Next(others.Length)], default)).IsOk)
            {
                world.Hit(NodeProbe.TransferDone);
                if (isUnderWithdrawal)
                {
                    world.Hit(NodeProbe.TransferUnderWithdrawal);
                }
            }
        }
    }

    private bool IsMember(ShardId shard, NodeId node) => Leader(shard)?.Status.Set.Members.Any(member => member.Node == node) ?? true;

    private ShardReplica? Leader(ShardId shard) =>
        network.Nodes
            .Select(node => node.IsUp && node.Replicas.TryGetValue(shard, out Replica? replica) ? replica.Running : null)
            .Where(running => running is { Status.Role: RaftRole.Leader })
            .MaxBy(running => running!.Status.Term);
}
