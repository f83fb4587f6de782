using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>ReadIndex (thesis §6.4).</summary>
[TestFixture]
public sealed class RaftReadTests
{
    [Test]
    public void Thesis6_4_Leader_AnswersOnceAQuorumStillFollows()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        Read(cluster, 1, 7);

        Assert.That(cluster[1].ReadStates, Is.Empty);
        cluster.Deliver(message => message.To.Value == 2);
        cluster.Deliver(message => message.To.Value == 1);
        Assert.That(cluster[1].ReadStates, Is.EqualTo(new[] { new ReadState(7, true, new LogIndex(1)) }));
    }

    [Test]
    public void Thesis6_4_LeaderThatWasReplaced_ConfirmsNoRead()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Isolate(1);
        foreach (ulong id in new ulong[] { 2, 3 })
        {
            cluster.Tick(id, 10);
        }

        cluster.On(2, core => core.Step(RaftInput.Campaign));
        cluster.Settle();
        cluster.Propose(2, "new");
        cluster.Settle();
        Assert.That(cluster[2].Entries, Does.Contain("new"));
        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Leader), "it does not know yet");

        Read(cluster, 1, 7);
        cluster.Settle();
        Assert.That(cluster[1].ReadStates, Is.Empty);
        cluster.Tick(1, 20);
        Assert.That(cluster[1].ReadStates, Is.EqualTo(new[] { new ReadState(7, false, default) }));
    }

    [Test]
    public void Thesis6_4_AnswersToAnEarlierRound_ConfirmNothing()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Tick(1);
        cluster.Deliver();
        RaftMessage[] answers = [.. cluster.Network];
        Assert.That(answers, Has.Length.EqualTo(2));
        cluster.Network.Clear();
        Read(cluster, 1, 7);
        cluster.Network.Clear();
        foreach (RaftMessage answer in answers)
        {
            cluster.On(1, core => core.Step(answer));
        }

        Assert.That(cluster[1].ReadStates, Is.Empty, "those were given before the question");
        cluster.Tick(1);
        cluster.Settle();
        Assert.That(cluster[1].ReadStates, Has.Count.EqualTo(1), "a lost round is made up for by the next heartbeat");
    }

    [Test]
    public void Thesis6_4_ReadsThatComeDuringARound_ShareTheNext()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        for (ulong context = 1; context <= 10; context++)
        {
            Read(cluster, 1, context);
        }

        cluster.TakeTranscript();
        Assert.That(cluster.Network, Has.Count.EqualTo(2), "one heartbeat a peer");
        cluster.Settle();
        Assert.That(cluster[1].ReadStates.Select(read => read.Context), Is.EqualTo(Enumerable.Range(1, 10)));
        Assert.That(cluster.TakeTranscript().Split('\n').Count(line => line.Contains("1>2", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public void Thesis6_4_NewLeader_AnswersOnlyOnceAnEntryOfItsTermIsCommitted()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster.Settle();
        cluster.Crash(1);
        cluster.TickAll(10);
        cluster.Drop();
        cluster.On(2, core => core.Step(RaftInput.Campaign));
        cluster.Settle(message => message.Kind == RaftMessageKind.Append);
        Read(cluster, 2, 7);
        cluster.Settle(message => message.Kind == RaftMessageKind.Append);
        Assert.That(cluster[2].ReadStates, Is.Empty);

        cluster.TickAll();
        cluster.Settle();
        Assert.That(cluster[2].ReadStates.Single(), Is.EqualTo(new ReadState(7, true, new LogIndex(3))));
    }

    [Test]
    public void Thesis6_4_Follower_AsksTheLeader()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster.Settle();
        Read(cluster, 3, 7);
        cluster.Settle();

        Assert.That(cluster[3].ReadStates, Is.EqualTo(new[] { new ReadState(7, true, new LogIndex(2)) }));
    }

    [Test]
    public void Follower_OfABusyLeader_IsToldWhatItsReadWaitsFor()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Tick(1);
        cluster.Propose(1, "a");
        cluster.Settle();
        cluster.Tick(1);
        cluster.Settle();
        cluster.Propose(1, "b");
        cluster.Settle(message => message.From.Value == 3 && message.Kind == RaftMessageKind.AppendAnswer);
        Assert.That(cluster[3].Entries, Does.Not.Contain("b"));
        Read(cluster, 3, 7);
        cluster.Settle();

        Assert.That(cluster[3].ReadStates, Is.EqualTo(new[] { new ReadState(7, true, new LogIndex(3)) }));
        Assert.That(cluster[3].Entries, Does.Contain("b"), "its append's answer was lost, and its heartbeat's answer made the leader ask again");
    }

    [Test]
    public void Follower_WhoseLeaderChanges_IsToldThatItsReadIsOpen()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        Read(cluster, 3, 7);
        cluster.Drop();
        cluster.Crash(1);
        cluster.Elect(2);

        Assert.That(cluster[3].ReadStates, Is.EqualTo(new[] { new ReadState(7, false, default) }));
    }

    [Test]
    public void Replica_WithoutALeader_RefusesAtOnce()
    {
        var cluster = new RaftCluster(3);
        Read(cluster, 1, 7);

        Assert.That(cluster[1].ReadStates, Is.EqualTo(new[] { new ReadState(7, false, default) }));
    }

    [Test]
    public void SoleVoter_AnswersAtOnce()
    {
        RaftCluster cluster = RaftCluster.Led(1);
        Read(cluster, 1, 7);

        Assert.That(cluster[1].ReadStates, Is.EqualTo(new[] { new ReadState(7, true, new LogIndex(1)) }));
    }

    private static void Read(RaftCluster cluster, ulong id, ulong context) =>
        cluster.On(id, core => core.Step(RaftInput.ReadIndex(context)));
}
