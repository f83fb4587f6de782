using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>Elections among several voters, by the sections of the Raft paper and thesis that they hold.</summary>
[TestFixture]
public sealed class RaftElectionTests
{
    [Test]
    public void Section5_2_CandidateWithAQuorumOfVotes_Leads()
    {
        RaftCluster cluster = RaftCluster.Led(5);

        Assert.That(cluster[1].Core.LeadsCommitted);
        Assert.That(cluster.Nodes.Select(node => node.Core.Leader), Is.All.EqualTo(new ReplicaId(1)));
        Assert.That(cluster.Nodes.Select(node => node.DurableHardState), Is.All.EqualTo(new HardState(new Term(1), new ReplicaId(1))));
    }

    [Test]
    public void Section5_1_Vote_IsAnsweredOnlyOnceItIsFlushed()
    {
        RaftCluster cluster = Asking(out RaftMessage vote);
        cluster.On(2, core => core.Step(vote));

        Assert.That(cluster.Network.Where(message => message.Kind == RaftMessageKind.VoteAnswer), Is.Empty);
        cluster.Flush(2);
        Assert.That(cluster.Network.Single(message => message.Kind == RaftMessageKind.VoteAnswer).IsAccepted);
    }

    [Test]
    public void Section5_1_CandidatesRequests_LeaveOnlyOnceItsOwnVoteIsFlushed()
    {
        var cluster = new RaftCluster(3);
        cluster.TickAll(10);
        cluster.On(1, core => core.Step(RaftInput.Campaign));
        cluster.Deliver();
        cluster.Deliver();

        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Candidate));
        Assert.That(cluster.Network, Is.Empty);
        cluster.Flush(1);
        Assert.That(cluster.Network.Select(message => message.Kind), Is.All.EqualTo(RaftMessageKind.Vote));
    }

    [Test]
    public void Section5_2_Voter_GivesOneVoteATerm()
    {
        RaftCluster cluster = Asking(out RaftMessage vote);
        cluster.On(2, core => core.Step(vote));
        cluster.Flush(2);
        cluster.Drop();

        cluster.On(2, core => core.Step(RaftMessage.Vote(new ReplicaId(3), new ReplicaId(2), vote.Term, default, default, isForced: false)));
        Assert.That(cluster.Network.Single().IsAccepted, Is.False);
        cluster.Drop();
        cluster.On(2, core => core.Step(vote));
        Assert.That(cluster.Network.Single().IsAccepted, "the same candidate again");
    }

    [Test]
    public void Section5_2_VoterThatCrashedAfterItsVote_RemembersIt()
    {
        RaftCluster cluster = Asking(out RaftMessage vote);
        cluster.On(2, core => core.Step(vote));
        cluster.Flush(2);
        cluster.Crash(2);
        cluster.Restart(2);
        cluster.Tick(2, 10);
        cluster.Drop();

        cluster.On(2, core => core.Step(RaftMessage.Vote(new ReplicaId(3), new ReplicaId(2), vote.Term, default, default, isForced: false)));
        Assert.That(cluster.Network.Single().IsAccepted, Is.False);
    }

    [Test]
    public void Section5_4_1_CandidateWithAShorterLog_GetsNoVote()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Isolate(3);
        cluster.Propose(1, "a");
        cluster.Settle();
        cluster.Crash(1);
        cluster.Heal();
        cluster.TickAll(10);
        cluster.Drop();

        cluster.On(3, core => core.Step(RaftInput.Campaign));
        cluster.Settle();

        Assert.That(cluster[3].Core.Role, Is.Not.EqualTo(RaftRole.Leader));
        cluster.On(2, core => core.Step(RaftInput.Campaign));
        cluster.Settle();
        Assert.That(cluster[2].Core.LeadsCommitted);
        Assert.That(cluster[3].Entries, Is.EqualTo(new[] { "open 1", "a", "open 2" }));
    }

    [Test]
    public void Section5_2_WaitsForAnElection_AreDrawnFromOneToTwoTimeouts()
    {
        var waits = new HashSet<int>();
        for (uint drawn = 0; drawn < 30; drawn++)
        {
            var cluster = new RaftCluster(3, chance: _ => new FixedChance(drawn));
            int ticks = 0;
            while (cluster[1].Core.Role == RaftRole.Follower)
            {
                cluster.Tick(1);
                ticks++;
            }

            waits.Add(ticks);
        }

        Assert.That(waits, Is.EquivalentTo(Enumerable.Range(10, 10)));
    }

    [Test]
    public void Thesis9_6_ReplicaThatWasCutOff_DisturbsNobodyWhenItComesBack()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Isolate(3);
        for (int tick = 0; tick < 100; tick++)
        {
            cluster.TickAll();
            cluster.Settle();
        }

        Assert.That(cluster[3].Core.Term, Is.EqualTo(new Term(1)), "nobody would vote for it, so it opens no term");
        cluster.Heal();
        cluster.TickAll();
        cluster.Settle();
        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Leader));
        Assert.That(cluster[3].Core.Leader, Is.EqualTo(new ReplicaId(1)));
    }

    [Test]
    public void Thesis4_2_3_VoterThatHearsALeader_RefusesAndKeepsItsTerm()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Tick(2, 9);

        cluster.On(2, core => core.Step(RaftMessage.Vote(new ReplicaId(3), new ReplicaId(2), new Term(9), new LogIndex(9), new Term(8), isForced: false)));
        Assert.That(cluster[2].Core.Term, Is.EqualTo(new Term(1)));
        cluster.Tick(2);
        cluster.On(2, core => core.Step(RaftMessage.Vote(new ReplicaId(3), new ReplicaId(2), new Term(9), new LogIndex(9), new Term(8), isForced: false)));
        Assert.That(cluster[2].Core.VotedFor, Is.EqualTo(new ReplicaId(3)), "an election timeout later it does not");
    }

    [Test]
    public void Thesis6_2_LeaderWithoutAQuorumsAnswers_StepsDown()
    {
        RaftCluster cluster = RaftCluster.Led(5);
        cluster.Isolate(1, 2);
        for (int tick = 0; tick < 20; tick++)
        {
            cluster.TickAll();
            cluster.Settle();
        }

        Assert.That(cluster[1].Core.Role, Is.Not.EqualTo(RaftRole.Leader));
        Assert.That(cluster[1].Core.Term, Is.EqualTo(new Term(1)));
    }

    [Test]
    public void Thesis6_2_LeaderWithAQuorumsAnswers_Stays()
    {
        RaftCluster cluster = RaftCluster.Led(5);
        cluster.Isolate(4, 5);
        for (int tick = 0; tick < 50; tick++)
        {
            cluster.TickAll();
            cluster.Settle();
        }

        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Leader));
        Assert.That(cluster[1].Core.Term, Is.EqualTo(new Term(1)));
    }

    [Test]
    public void Restart_OfAVoter_WaitsAnElectionTimeoutBeforeItVotesOrCampaigns()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Crash(2);
        cluster.Restart(2);
        RaftMessage vote = RaftMessage.Vote(new ReplicaId(3), new ReplicaId(2), new Term(2), new LogIndex(9), new Term(1), isForced: true);

        cluster.Tick(2, 9);
        cluster.On(2, core => core.Step(RaftInput.Campaign));
        cluster.On(2, core => core.Step(vote));
        Assert.That(cluster[2].Core.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(cluster[2].Core.Term, Is.EqualTo(new Term(1)));

        cluster.Tick(2);
        cluster.On(2, core => core.Step(vote));
        Assert.That(cluster[2].Core.VotedFor, Is.EqualTo(new ReplicaId(3)));
    }

    [Test]
    public void Section5_2_CandidateThatHearsTheLeaderOfItsTerm_Follows()
    {
        RaftCluster cluster = Asking(out RaftMessage vote);

        cluster.On(1, core => core.Step(RaftMessage.Heartbeat(new ReplicaId(3), new ReplicaId(1), vote.Term, default, 1)));

        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(cluster[1].Core.Leader, Is.EqualTo(new ReplicaId(3)));
    }

    [Test]
    public void Thesis9_6_VoterWhoseElectionFailed_BringsTheLeaderToItsLaterTerm()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Isolate(3);
        cluster.On(3, core => core.Step(RaftMessage.TimeoutNow(new ReplicaId(1), new ReplicaId(3), new Term(1))));
        cluster.Settle();
        Assert.That(cluster[3].Core.Term, Is.EqualTo(new Term(2)));

        cluster.Heal();
        for (int tick = 0; tick < 40; tick++)
        {
            cluster.TickAll();
            cluster.Settle();
        }

        Assert.That(cluster.Leader!.Core.Term, Is.GreaterThanOrEqualTo(new Term(3)));
        Assert.That(cluster.Nodes.Select(node => node.Core.Leader), Is.All.EqualTo(cluster.Leader!.Id));
    }

    [Test]
    public void Disqualified_Replica_NeitherVotesNorAcknowledgesNorStandsForElection()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster.Settle();
        cluster.Crash(2);
        cluster[2].Rot(1);
        cluster.Restart(2);

        cluster.TickAll();
        cluster.Settle();
        Assert.That(cluster[2].Core.IsDisqualified, "the leader knows that it had flushed more");
        cluster.Tick(2, 50);
        Assert.That(cluster[2].Core.Role, Is.EqualTo(RaftRole.Follower));
        cluster.On(2, core => core.Step(RaftMessage.Vote(new ReplicaId(3), new ReplicaId(2), new Term(5), new LogIndex(9), new Term(4), isForced: true)));
        Assert.That(cluster[2].Core.Term, Is.EqualTo(new Term(1)));
        Assert.That(cluster.Network.Where(message => message.From == new ReplicaId(2)), Is.Empty);
    }

    /// <summary>Replica 1 of three asks for votes; its requests are on their way.</summary>
    private static RaftCluster Asking(out RaftMessage toSecond)
    {
        var cluster = new RaftCluster(3);
        cluster.TickAll(10);
        cluster.On(1, core => core.Step(RaftInput.Campaign));
        cluster.Deliver();
        cluster.Deliver();
        cluster.Flush(1);
        toSecond = cluster.Network.Single(message => message.To == new ReplicaId(2));
        cluster.Drop();
        return cluster;
    }
}
