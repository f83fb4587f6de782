using Nacre.Core.Ids;
using Nacre.Replication.Membership;
using Nacre.Replication.Raft;
using Nacre.Replication.Tests.Doubles;

namespace Nacre.Replication.Tests;

/// <summary>What replicas see of how far others' disks have come (decision 32).</summary>
[TestFixture]
public sealed class ReplicaWitnessTests
{
    [Test]
    public async Task WitnessedOf_Followers_IsWhatTheyAcknowledgedToTheLeader()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        await cluster.ProposeAsync(leader, 1);
        ReplicaStatus status = cluster[leader].Status;

        foreach (uint follower in cluster.Nodes.Keys.Where(node => node != leader))
        {
            DurableMark mark = await WitnessedAsync(cluster, leader, follower);
            Assert.That(mark, Is.EqualTo(new DurableMark(status.Term, status.Commit, status.Term, status.LastIndex)), $"node {follower}");
            Assert.That(mark.IsKeptBy(cluster.Nodes[follower].Log.StateOf(ReplicaCluster.Shard)));
            Assert.That((await WitnessedAsync(cluster, follower, leader)).Term, Is.EqualTo(status.Term), "a leader spoke in its term");
        }
    }

    [Test]
    public async Task WitnessedOf_AFollowerWithoutItsEnd_IsMoreThanItsLogHas()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        await cluster.ProposeAsync(leader, 1);
        uint follower = cluster.Nodes.Keys.First(node => node != leader);
        Core.Log.ShardLogState older = cluster.Nodes[follower].Log.StateOf(ReplicaCluster.Shard);

        await cluster.ProposeAsync(leader, 2);

        Assert.That((await WitnessedAsync(cluster, leader, follower)).IsKeptBy(older), Is.False);
    }

    [Test]
    public async Task Disqualify_Leader_LeadsNoMore_AndTheOthersGoOn()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();

        cluster[leader].Disqualify();
        cluster.Run();

        Assert.That(cluster[leader].Status.Role, Is.EqualTo(RaftRole.Follower));
        cluster.CutOff.Add(leader);
        uint next = cluster.Elect();
        Assert.That(next, Is.Not.EqualTo(leader));
        cluster.CutOff.Clear();
        Assert.That((await cluster.ProposeAsync(next, 1)).IsOk);
    }

    /// <summary>Elections, ends that are replaced, crashes and snapshots: whatever others saw of a node, its disk has after a restart.</summary>
    [Test]
    public async Task Restart_AnyHealthyHistory_HasAllThatOthersRemember([Range(1, 24)] int seed)
    {
        var chance = new Random(seed);
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        var remembered = new Dictionary<uint, DurableMark>();
        for (int step = 0; step < 150; step++)
        {
            uint node = (uint)chance.Next(1, 4);
            switch (chance.Next(6))
            {
                case 0:
                    cluster.CutOff.Clear();
                    break;
                case 1:
                    cluster.CutOff.Add(node);
                    break;
                case 2:
                    _ = cluster.Propose(node, (byte)step);
                    _ = cluster.Propose(node, (byte)step);
                    break;
                case 3:
                    cluster.Tick(chance.Next(1, 30));
                    break;
                case 4:
                    await RememberAsync();
                    await cluster.RestartAsync(node);
                    Core.Log.ShardLogState log = cluster.Nodes[node].Log.StateOf(ReplicaCluster.Shard);
                    Assert.That(remembered[node].IsKeptBy(log), $"step {step}, node {node}: {remembered[node]} and {log}");
                    break;
                default:
                    uint[] leaders = [.. cluster.Nodes.Keys.Where(each => cluster[each].Status.Role == RaftRole.Leader)];
                    foreach (uint leader in leaders)
                    {
                        _ = cluster.Propose(leader, (byte)step);
                    }

                    cluster.Tick(chance.Next(3));
                    break;
            }

            await RememberAsync();
        }

        async Task RememberAsync()
        {
            foreach (uint of in cluster.Nodes.Keys)
            {
                DurableMark mark = remembered.GetValueOrDefault(of).With(cluster[of].Status.Durable);
                foreach (uint by in cluster.Nodes.Keys.Where(by => by != of))
                {
                    mark = mark.With(await WitnessedAsync(cluster, by, of));
                }

                remembered[of] = mark;
            }
        }
    }

    private static Task<DurableMark> WitnessedAsync(ReplicaCluster cluster, uint by, uint of) =>
        cluster.SettleAsync(cluster[by].WitnessedOfAsync(new NodeId(of)));
}
