using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>Leadership transfer (thesis §3.10).</summary>
[TestFixture]
public sealed class RaftTransferTests
{
    [Test]
    public void Thesis3_10_Target_LeadsWithoutWaitingForATimeout()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        Transfer(cluster, 2);
        cluster.Settle();

        Assert.That(cluster[2].Core.LeadsCommitted);
        Assert.That(cluster[1].Core.Leader, Is.EqualTo(new ReplicaId(2)));
        Assert.That(cluster[2].Core.Term, Is.EqualTo(new Term(2)));
    }

    [Test]
    public void Thesis3_10_TargetThatLags_IsCaughtUpFirst()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster.Drop(message => message.To.Value == 2);
        Transfer(cluster, 2);

        Assert.That(cluster.Network.Where(message => message.Kind == RaftMessageKind.TimeoutNow), Is.Empty);
        cluster.TickAll();
        cluster.Settle();
        Assert.That(cluster[2].Core.LeadsCommitted);
        Assert.That(cluster[2].Entries, Does.Contain("a"));
    }

    [Test]
    public void Thesis3_10_Leader_TakesNoProposalsAndNoReadsMeanwhile()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.On(1, core => core.Step(RaftInput.ReadIndex(1)));
        cluster.Network.Clear();
        Transfer(cluster, 2);
        cluster.On(1, core => core.Step(RaftInput.ReadIndex(2)));

        Assert.That(cluster[1].ReadStates, Is.EqualTo(new[] { new ReadState(1, false, default), new ReadState(2, false, default) }));
        Assert.That(cluster[1].Core.TakesProposals, Is.False);
        Assert.That(() => cluster.Propose(1, "a"), Throws.TypeOf<InvariantViolationException>());
        Assert.That(
            cluster.Change(1, ReplicaSetChange.Remove(new ReplicaId(3))), Is.EqualTo(ChangeRefusal.NotLeader));
    }

    [Test]
    public void Thesis3_10_Transfer_IsGivenUpAfterAnElectionTimeout()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Crash(2);
        Transfer(cluster, 2);
        for (int tick = 0; tick < 10; tick++)
        {
            Assert.That(cluster[1].Core.TakesProposals, Is.False);
            cluster.TickAll();
            cluster.Settle();
        }

        Assert.That(cluster[1].Core.TakesProposals);
        cluster.Propose(1, "a");
        cluster.Settle();
        Assert.That(cluster[1].Entries, Does.Contain("a"));
    }

    [Test]
    public void TimeoutNow_ThatWasLost_IsSentAgain()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        Transfer(cluster, 2);
        cluster.Drop();
        cluster.TickAll();
        cluster.Settle();

        Assert.That(cluster[2].Core.Role, Is.EqualTo(RaftRole.Leader));
    }

    [Test]
    public void Transfer_ToALearnerOrAStranger_IsIgnored()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Join(4);
        cluster.Change(1, ReplicaSetChange.AddLearner(new ReplicaId(4), new NodeId(4)));
        cluster.Settle();
        Transfer(cluster, 4);
        Transfer(cluster, 9);

        Assert.That(cluster[1].Core.TransferTarget.Value, Is.Zero);
    }

    private static void Transfer(RaftCluster cluster, ulong target) =>
        cluster.On(1, core => core.Step(RaftInput.Transfer(new ReplicaId(target))));
}
