using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Raft;
using Nacre.Replication.Tests.Doubles;

namespace Nacre.Replication.Tests;

/// <summary>The shell over several voters: writes, reads, lost leads, changes of the set, restarts.</summary>
[TestFixture]
public sealed class ReplicaClusterTests
{
    [Test]
    public async Task Write_AtTheLeader_IsAppliedOnAllNodes()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();

        Result<CommandOutcome> written = await cluster.ProposeAsync(leader, 1);
        cluster.Tick();

        Assert.That(written.IsOk, Is.True);
        foreach (ReplicaCluster.Node node in cluster.Nodes.Values)
        {
            Assert.That(node.Machine.Commands, Is.EqualTo(new[] { new byte[] { 1 } }));
            Assert.That(node.Replica.Status.RunningHash, Is.EqualTo(cluster[leader].Status.RunningHash));
        }
    }

    [Test]
    public async Task Write_AtAFollower_IsRefusedAndTheLeaderNamed()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        uint follower = Other(cluster, leader);

        Result<CommandOutcome> written = await cluster.ProposeAsync(follower, 1);

        Assert.That(written.Error!.Code, Is.EqualTo(ErrorCode.NotLeader));
        Assert.That(cluster[follower].Status.LeaderNode, Is.EqualTo(new NodeId(leader)));
        Assert.That(cluster.Nodes.Values.SelectMany(node => node.Machine.Commands), Is.Empty);
    }

    [Test]
    public async Task Write_WithoutAQuorumsFlush_IsNotAnswered()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        foreach (uint follower in cluster.Nodes.Keys.Where(node => node != leader))
        {
            cluster.Nodes[follower].Log.Holds = true;
        }

        Task<Result<CommandOutcome>> write = cluster.Propose(leader, 1);
        cluster.Run();

        Assert.That(write.IsCompleted, Is.False, "only the leader has flushed it");
        cluster.Nodes[Other(cluster, leader)].Log.FlushAll();
        Assert.That((await cluster.SettleAsync(write)).IsOk, Is.True);
    }

    [Test]
    public async Task Leader_WithoutAMajority_SaysThatTheOutcomeIsUnknown()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint old = cluster.Elect();
        cluster.CutOff.Add(old);

        Task<Result<CommandOutcome>> write = cluster.Propose(old, 1);
        uint next = cluster.Elect();
        cluster.Tick(30);

        Assert.That((await cluster.SettleAsync(write)).Error!.Code, Is.EqualTo(ErrorCode.OutcomeUnknown));
        Assert.That((await cluster.ProposeAsync(next, 2)).IsOk, Is.True);
        cluster.CutOff.Clear();
        cluster.Tick(30);
        Assert.That(cluster.Nodes[old].Machine.Commands, Is.EqualTo(new[] { new byte[] { 2 } }), "what was not committed is replaced");
        Assert.That((await cluster.ProposeAsync(cluster.Elect(), 3)).Value.Lsn.Value, Is.EqualTo(2), "sequences go on from the log");
    }

    [Test]
    public async Task Read_AtAFollower_SeesWhatWasAcknowledgedBefore()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        uint follower = Other(cluster, leader);

        // The follower flushes, and does not hear that it is committed.
        cluster.Loses = (_, to, message) => to.Value == follower && message.Kind == RaftMessageKind.Heartbeat && message.Context == 0;
        Result<CommandOutcome> written = await cluster.ProposeAsync(leader, 1);
        Assert.That(cluster.Nodes[follower].Machine.Commands, Is.Empty);
        Task<Result<LogIndex>> read = cluster[follower].ReadIndexAsync(default).AsTask();
        cluster.Run();
        cluster.Tick();

        Assert.That(written.IsOk, Is.True);
        Assert.That((await cluster.SettleAsync(read)).Value, Is.EqualTo(cluster[leader].Status.Applied));
        Assert.That(cluster.Nodes[follower].Machine.Commands, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Read_AtALeaderThatWasReplaced_IsNotServed()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint old = cluster.Elect();
        cluster.CutOff.Add(old);
        Task<Result<LogIndex>> read = cluster[old].ReadIndexAsync(default).AsTask();
        uint next = cluster.Elect();
        await cluster.ProposeAsync(next, 1);

        cluster.Tick(60);

        Assert.That((await cluster.SettleAsync(read)).Error!.Code, Is.EqualTo(ErrorCode.Unavailable));
    }

    [Test]
    public async Task Read_WhoseQuestionIsLost_IsAskedAgain()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        uint follower = Other(cluster, leader);
        int lost = 0;
        cluster.Loses = (_, _, message) => message.Kind == RaftMessageKind.ReadIndex && lost++ == 0;
        Task<Result<LogIndex>> read = cluster[follower].ReadIndexAsync(default).AsTask();

        cluster.Tick(8);

        Assert.That((await cluster.SettleAsync(read)).IsOk, Is.True);
        Assert.That(lost, Is.EqualTo(2));
    }

    [Test]
    public async Task Restart_OfAll_AppliesFromTheLogWhatALeaderSaysIsCommitted()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync(options: new ShardReplicaOptions { RecoveryBatchBytes = 64 << 10 });
        uint leader = cluster.Elect();
        for (int at = 0; at < 20; at++)
        {
            Assert.That((await cluster.ProposeAsync(leader, [(byte)at, .. new byte[20_000]])).IsOk, Is.True);
        }

        foreach (uint node in cluster.Nodes.Keys.ToList())
        {
            await cluster.RestartAsync(node);
            Assert.That(cluster[node].Status.Applied.Value, Is.Zero, "nobody has said yet what is committed");
        }

        leader = cluster.Elect();
        Result<CommandOutcome> next = await cluster.ProposeAsync(leader, 77);
        cluster.Tick();

        Assert.That(next.Value.Lsn.Value, Is.EqualTo(21));
        foreach (uint node in cluster.Nodes.Keys)
        {
            await cluster.ReadAsync(node);
            Assert.That(cluster.Nodes[node].Machine.Commands.Select(command => command[0]), Is.EqualTo(Enumerable.Range(0, 20).Select(at => (byte)at).Append((byte)77)));
        }
    }

    [Test]
    public async Task Follower_ThatWasAway_GetsFromTheLogWhatMemoryHasNot()
    {
        var options = new ShardReplicaOptions { Raft = new RaftOptions { MaxTailBytes = 0 } };
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync(options: options);
        uint leader = cluster.Elect();
        uint away = Other(cluster, leader);
        cluster.CutOff.Add(away);
        for (byte at = 0; at < 50; at++)
        {
            Assert.That((await cluster.ProposeAsync(leader, at)).IsOk, Is.True);
        }

        cluster.CutOff.Clear();
        int reads = cluster.Nodes[leader].Log.Reads;
        cluster.Tick(30);

        Assert.That(cluster.Nodes[leader].Log.Reads, Is.GreaterThan(reads), "memory had let go of them");
        Assert.That(cluster.Nodes[away].Machine.Commands, Has.Count.EqualTo(50));
        Assert.That(cluster[away].Status.RunningHash, Is.EqualTo(cluster[cluster.Elect()].Status.RunningHash));
    }

    [Test]
    public async Task Change_FromOneToThreeVoters_AndTheFirstOneGone()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync(voters: 1);
        Assert.That((await cluster.ProposeAsync(1, 1)).IsOk, Is.True);
        for (uint node = 2; node <= 3; node++)
        {
            await cluster.JoinAsync(node, node);
            Assert.That((await cluster.ChangeAsync(1, ReplicaSetChange.AddLearner(new ReplicaId(node), new NodeId(node)))).IsOk, Is.True);
            cluster.Tick(3);
            Result<Unit> promoted = await cluster.ChangeAsync(1, ReplicaSetChange.Promote(new ReplicaId(node)));
            Assert.That(promoted.IsOk, Is.True, promoted.Error?.ToString());
        }

        // Who has just started neither votes nor takes over before an election timeout has passed.
        cluster.Tick(10);
        Assert.That((await cluster.SettleAsync(cluster[1].TransferAsync(new ReplicaId(2), default))).IsOk, Is.True);
        cluster.Tick();
        Assert.That((await cluster.ChangeAsync(2, ReplicaSetChange.Remove(new ReplicaId(1)))).IsOk, Is.True);
        cluster.CutOff.Add(1);

        // With a checkpoint behind all changes, and without.
        Assert.That((await cluster.SettleAsync(cluster[3].CheckpointAsync(default))).IsOk, Is.True);
        Assert.That(cluster.Nodes[3].Disk.Newest!.Set!.Value.Set.ToString(), Is.EqualTo("2 3"));
        await cluster.RestartAsync(3);
        await cluster.RestartAsync(2);
        uint leader = cluster.Elect();

        Assert.That((await cluster.ProposeAsync(leader, 2)).IsOk, Is.True);
        Assert.That((await cluster.ReadAsync(5 - leader)).IsOk, Is.True);
        Assert.That(cluster.Nodes[5 - leader].Machine.Commands.Select(command => command[0]), Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public async Task Transfer_ToNobodyWhoCanLead_IsRefused()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();

        Result<Unit> toItself = await cluster.SettleAsync(cluster[leader].TransferAsync(new ReplicaId(leader), default));
        Result<Unit> toNobody = await cluster.SettleAsync(cluster[leader].TransferAsync(new ReplicaId(9), default));

        Assert.That(toItself.Error!.Code, Is.EqualTo(ErrorCode.PreconditionFailed));
        Assert.That(toNobody.Error!.Code, Is.EqualTo(ErrorCode.PreconditionFailed));
        Assert.That((await cluster.ProposeAsync(leader, 1)).IsOk, Is.True);
    }

    [Test]
    public async Task Transfer_WithoutAQuorum_Ends([Values(0, 4, 8, 12, 16)] int cutFor)
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        cluster.CutOff.UnionWith([1, 2, 3]);
        cluster.Tick(cutFor);
        bool stillLeads = cluster[leader].Leads;
        Task<Result<Unit>> transfer = cluster[leader].TransferAsync(new ReplicaId(Other(cluster, leader)), default);
        cluster.Run();

        // The leader steps down at the end of its quorum's window, before, in, or after the transfer; nobody is elected in its place.
        cluster.Tick(2 * new RaftOptions().ElectionTicks);

        Assert.That((await cluster.SettleAsync(transfer)).Error?.Code, Is.EqualTo(stillLeads ? ErrorCode.Unavailable : ErrorCode.NotLeader));
        Assert.That(cluster[leader].Leads, Is.False);
    }

    [Test]
    public async Task Transfer_ToAVoterThatStops_LeavesTheLeadWhereItIs()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        uint stopping = Other(cluster, leader);
        Assert.That((await cluster.ProposeAsync(leader, 1)).IsOk, Is.True);
        cluster.Tick(10);
        MachineDisk disk = cluster.Nodes[stopping].Disk;
        disk.Holds = true;
        Task stop = cluster[stopping].StopAsync(default);
        await cluster.SettleAsync(disk.WhenHeld());

        Task<Result<Unit>> transfer = cluster[leader].TransferAsync(new ReplicaId(stopping), default);
        cluster.Run();
        cluster.Tick(10);

        Assert.That((await cluster.SettleAsync(transfer)).Error?.Code, Is.EqualTo(ErrorCode.Unavailable));
        Assert.That(cluster[leader].Leads, Is.True);
        disk.Release();
        await cluster.SettleAsync(stop);
        Assert.That((await cluster.ProposeAsync(leader, 2)).IsOk, Is.True);
    }

    [Test]
    public async Task Change_ThatCannotBe_SaysWhy()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();

        Result<Unit> used = await cluster.ChangeAsync(leader, ReplicaSetChange.AddLearner(new ReplicaId(2), new NodeId(9)));
        Result<Unit> elsewhere = await cluster.ChangeAsync(Other(cluster, leader), ReplicaSetChange.Remove(new ReplicaId(2)));

        Assert.That(used.Error!.Code, Is.EqualTo(ErrorCode.PreconditionFailed));
        Assert.That(elsewhere.Error!.Code, Is.EqualTo(ErrorCode.NotLeader));
    }

    [Test]
    public async Task Change_ThatACheckpointWouldForget_IsRefused()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        cluster.Nodes[leader].Machine.KeepsReplicaSet = false;

        Result<Unit> changed = await cluster.ChangeAsync(leader, ReplicaSetChange.Remove(new ReplicaId(Other(cluster, leader))));

        Assert.That(changed.Error!.Code, Is.EqualTo(ErrorCode.Unsupported));
    }

    [Test]
    public async Task Stop_OfTheLeader_HandsTheLeadOver()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        await cluster.ProposeAsync(leader, 1);

        await cluster.SettleAsync(cluster[leader].StopAsync(default));

        uint next = cluster.Nodes.Keys.Single(node => node != leader && cluster[node].Status.Role == RaftRole.Leader);
        Assert.That((await cluster.ProposeAsync(next, 2)).IsOk, Is.True, "without a tick");
    }

    [Test]
    public async Task Message_OfANodeForAnothersReplica_IsDropped()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        Term term = cluster[leader].Status.Term;
        uint follower = Other(cluster, leader);
        uint third = 6 - leader - follower;

        cluster[leader].Receive(new NodeId(third), RaftMessage.Heartbeat(new ReplicaId(follower), new ReplicaId(leader), new Term(term.Value + 5), default, 0));
        cluster.Run();

        Assert.That(cluster[leader].Status.Term, Is.EqualTo(term));
    }

    private static uint Other(ReplicaCluster cluster, uint leader) => cluster.Nodes.Keys.First(node => node != leader);
}
