using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>Changes of the replica set, by the sections of the thesis that they hold.</summary>
[TestFixture]
public sealed class RaftMembershipTests
{
    private static ReplicaSetChange AddLearner(ulong id) => ReplicaSetChange.AddLearner(new ReplicaId(id), new NodeId((uint)id));

    private static ReplicaSetChange Promote(ulong id) => ReplicaSetChange.Promote(new ReplicaId(id));

    private static ReplicaSetChange Remove(ulong id) => ReplicaSetChange.Remove(new ReplicaId(id));

    [Test]
    public void Thesis4_1_Set_IsInForceOnceItIsAppended()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Join(4);

        Assert.That(cluster.Change(1, AddLearner(4)), Is.EqualTo(ChangeRefusal.None));
        Assert.That(cluster[1].Core.Set.ToString(), Is.EqualTo("1 2 3 +4"));
        Assert.That(cluster[1].Core.Commit, Is.LessThan(cluster[1].Core.SetIndex));
        cluster.Settle();
        Assert.That(cluster[4].Core.Set.ToString(), Is.EqualTo("1 2 3 +4"));
        Assert.That(cluster[4].Entries, Is.EqualTo(cluster[1].Entries));
    }

    [Test]
    public void Thesis4_2_1_Learner_CountsForNothing()
    {
        RaftCluster cluster = WithLearner();
        cluster.Crash(2);
        cluster.Crash(3);
        cluster.Propose(1, "a");
        cluster.Settle();

        Assert.That(cluster[4].DiskLast, Is.EqualTo(cluster[1].Core.LastIndex));
        Assert.That(cluster[1].Entries, Does.Not.Contain("a"));
        cluster.Tick(4, 100);
        Assert.That(cluster[4].Core.Role, Is.EqualTo(RaftRole.Follower), "and stands for no election");
    }

    [Test]
    public void Thesis4_1_PromotedLearner_VotesAndCounts()
    {
        RaftCluster cluster = WithLearner();
        Assert.That(cluster.Change(1, Promote(4)), Is.EqualTo(ChangeRefusal.None));
        cluster.Settle();
        cluster.Crash(3);
        cluster.Propose(1, "a");
        cluster.Settle();
        Assert.That(cluster[1].Entries, Does.Contain("a"), "three of four");

        cluster.Crash(2);
        cluster.Propose(1, "b");
        cluster.Settle();
        Assert.That(cluster[1].Entries, Does.Not.Contain("b"), "two of four");
    }

    [Test]
    public void Thesis4_1_LearnerThatDoesNotKnowOfItsPromotion_VotesWhenAsked()
    {
        RaftCluster cluster = WithLearner();
        cluster.Change(1, Promote(4));
        cluster.Settle(message => message.To.Value == 4);
        Assert.That(cluster[2].Core.Set.Voters, Is.EqualTo(4));
        Assert.That(cluster[4].Core.Set.Voters, Is.EqualTo(3));
        cluster.Crash(1);

        cluster.Elect(2);
        Assert.That(cluster[2].Core.LeadsCommitted, "2, 3 and 4 are three of four");
    }

    [Test]
    public void Thesis4_1_SecondChange_WaitsForTheFirst()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Change(1, AddLearner(4));

        Assert.That(cluster.Change(1, AddLearner(5)), Is.EqualTo(ChangeRefusal.ChangePending));
        cluster.Settle();
        Assert.That(cluster.Change(1, AddLearner(5)), Is.EqualTo(ChangeRefusal.None));
    }

    [Test]
    public void Thesis4_1_Change_WaitsForAnEntryOfTheLeadersTerm()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Crash(1);
        cluster.TickAll(10);
        cluster.Drop();
        cluster.On(2, core => core.Step(RaftInput.Campaign));
        cluster.Settle(message => message.Kind == RaftMessageKind.Append);

        Assert.That(cluster[2].Core.Role, Is.EqualTo(RaftRole.Leader));
        Assert.That(cluster.Change(2, AddLearner(4)), Is.EqualTo(ChangeRefusal.TermNotOpen));
    }

    [Test]
    public void Thesis4_1_ChangeThatWasOverwritten_IsTakenBack()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Isolate(1);
        cluster.Change(1, Remove(3));
        cluster.Settle();
        Assert.That(cluster[1].Core.Set.ToString(), Is.EqualTo("1 2"));
        cluster.Elect(2);
        cluster.Heal();
        cluster.TickAll();
        cluster.Settle();

        Assert.That(cluster[1].Core.Set.ToString(), Is.EqualTo("1 2 3"));
        cluster.Crash(1);
        cluster.Restart(1);
        Assert.That(cluster[1].Core.Set.ToString(), Is.EqualTo("1 2 3"));
    }

    [Test]
    public void Thesis4_2_2_LeaderThatIsRemoved_StepsDownOnceThatIsCommittedAndHandsOver()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Change(1, Remove(1));
        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Leader), "until it is committed, without counting itself");
        cluster.Settle();

        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(cluster.Leader!.Id.Value, Is.EqualTo(2));
        Assert.That(cluster.Leader!.Core.LeadsCommitted);
    }

    [Test]
    public void Thesis4_2_2_LeaderThatIsBeingRemoved_CountsOnlyTheOthers()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Crash(3);
        cluster.Change(1, Remove(1));
        cluster.Settle();

        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Leader));
        Assert.That(cluster[1].Core.Commit, Is.LessThan(cluster[1].Core.SetIndex), "2 alone is no quorum of 2 and 3");
    }

    [Test]
    public void Thesis4_2_2_Figure4_6_ReplicaThatHasItsOwnRemovalUncommitted_IsElectedWithoutItsOwnVote()
    {
        RaftCluster cluster = RaftCluster.Led(2);
        cluster.Change(1, Remove(1));
        cluster.Flush(1);
        cluster.Drop();
        cluster.Crash(1);
        cluster.Crash(2);
        cluster.Restart(1);
        cluster.Restart(2);
        Assert.That(cluster[1].Core.Set.ToString(), Is.EqualTo("2"));

        cluster.Elect(1, andStays: false);
        Assert.That(cluster.Leader!.Id.Value, Is.EqualTo(2), "1 led until its removal was committed");
        Assert.That(cluster[2].Core.Set.ToString(), Is.EqualTo("2"));
    }

    [Test]
    public void Thesis4_2_3_RemovedReplica_DisturbsNobody()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Change(1, Remove(3));
        cluster.Settle();
        for (int tick = 0; tick < 100; tick++)
        {
            cluster.TickAll();
            cluster.Settle();
        }

        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Leader));
        Assert.That(cluster[1].Core.Term, Is.EqualTo(new Term(1)));
        cluster.Tick(2, 20);
        cluster.Drop();
        cluster.On(2, core => core.Step(RaftMessage.Vote(new ReplicaId(3), new ReplicaId(2), new Term(7), new LogIndex(99), new Term(6), isForced: true)));
        Assert.That(cluster[2].Core.Term, Is.EqualTo(new Term(1)), "not even when nobody leads");
        Assert.That(cluster.Network, Is.Empty);
    }

    [Test]
    public void IdThatWasRemoved_NeverJoinsAgain()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Change(1, Remove(3));
        cluster.Settle();

        Assert.That(cluster.Change(1, AddLearner(3)), Is.EqualTo(ChangeRefusal.IdUsed));
        Assert.That(cluster.Change(1, AddLearner(4)), Is.EqualTo(ChangeRefusal.None));
    }

    [Test]
    public void ReplicaThatJoins_VotesForNobodyBeforeItIsAMember()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Join(4);
        cluster.Tick(4, 40);

        cluster.On(4, core => core.Step(RaftMessage.Vote(new ReplicaId(2), new ReplicaId(4), new Term(2), new LogIndex(1), new Term(1), isForced: true)));
        Assert.That(cluster[4].Core.VotedFor.Value, Is.Zero);
        Assert.That(cluster[4].Core.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(cluster.Network, Is.Empty);
    }

    [Test]
    public void Thesis4_2_1_LearnerThatLacksEntries_IsNotPromoted()
    {
        RaftCluster cluster = RaftCluster.Led(3, new RaftOptions { MaxPromotionLag = 2 });
        cluster.Join(4);
        cluster.Change(1, AddLearner(4));
        cluster.Settle(message => message.To.Value == 4);
        Assert.That(cluster.Change(1, Promote(4)), Is.EqualTo(ChangeRefusal.NotCaughtUp));

        cluster.TickAll();
        cluster.Settle();
        for (int n = 0; n < 3; n++)
        {
            cluster.Propose(1, $"{n}");
        }

        Assert.That(cluster.Change(1, Promote(4)), Is.EqualTo(ChangeRefusal.NotCaughtUp));
        cluster.Settle();
        Assert.That(cluster.Change(1, Promote(4)), Is.EqualTo(ChangeRefusal.None));
    }

    [Test]
    public void Change_ThatMakesNoSense_IsRefused()
    {
        RaftCluster cluster = RaftCluster.Led(2);

        Assert.That(cluster.Change(2, Remove(1)), Is.EqualTo(ChangeRefusal.NotLeader));
        Assert.That(cluster.Change(1, Remove(9)), Is.EqualTo(ChangeRefusal.WrongMember));
        Assert.That(cluster.Change(1, Promote(2)), Is.EqualTo(ChangeRefusal.WrongMember));
        cluster.Change(1, ReplicaSetChange.Demote(new ReplicaId(2)));
        cluster.Settle();
        Assert.That(cluster[2].Core.Set.ToString(), Is.EqualTo("1 +2"));
        Assert.That(cluster.Change(1, Remove(1)), Is.EqualTo(ChangeRefusal.LastVoter));
    }

    [Test]
    public void SoleVoterWithALearner_CommitsAlone_AndKeepsWhatTheLearnerMayHave()
    {
        RaftCluster cluster = RaftCluster.Led(1);
        cluster.Join(2);
        cluster.Change(1, AddLearner(2));
        cluster.Settle();
        cluster.Propose(1, "a");
        cluster.Deliver();
        cluster[1].Refuse();
        cluster.Pump(cluster[1]);

        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(cluster[1].Core.LastIndex, Is.EqualTo(cluster[2].Core.LastIndex));
        cluster.TickAll();
        cluster.Settle();
        Assert.That(cluster[1].Entries, Does.Contain("a"));
        Assert.That(cluster[2].Entries, Is.EqualTo(cluster[1].Entries));
    }

    private static RaftCluster WithLearner()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Join(4);
        cluster.Change(1, AddLearner(4));
        cluster.Settle();
        return cluster;
    }
}
