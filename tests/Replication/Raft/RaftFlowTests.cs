using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>What is on its way to peers and disks: limits, refusals, entries that are in the log only.</summary>
[TestFixture]
public sealed class RaftFlowTests
{
    private static readonly string Long = new('x', 1_020);

    [Test]
    public void Thesis10_2_2_Pipeline_SendsOnWithoutAnswersUpToItsLimit()
    {
        RaftCluster cluster = RaftCluster.Led(3, new RaftOptions { MaxInFlightMessages = 3 });
        for (int n = 0; n < 10; n++)
        {
            cluster.Propose(1, $"{n}");
        }

        Assert.That(cluster.Network.Count(message => message.To.Value == 2 && message.Entries.Length > 0), Is.EqualTo(3));
        cluster.Settle();
        Assert.That(cluster[2].Core.LastIndex, Is.EqualTo(new LogIndex(11)));
    }

    [Test]
    public void Limits_OfBytes_HoldForMessagesAndForWhatIsOnItsWay()
    {
        RaftCluster cluster = RaftCluster.Led(2, new RaftOptions { MaxMessageBytes = 2_200, MaxInFlightBytes = 4_096 });
        cluster[1].MaxPersistBytes = 0;
        for (int n = 0; n < 10; n++)
        {
            cluster.Propose(1, Long);
        }

        Assert.That(cluster.Network, Is.Empty, "what the own log has not taken is not sent");
        cluster[1].MaxPersistBytes = 1 << 20;
        cluster.Pump(cluster[1]);
        Assert.That(cluster.Network.Select(message => message.Entries.Length), Is.EqualTo(new[] { 2, 2 }));
        cluster.Settle();
        Assert.That(cluster[2].Core.LastIndex, Is.EqualTo(new LogIndex(11)));
    }

    [Test]
    public void PersistRefused_OfALeaderWithPeers_KeepsItsEntriesStepsDownAndWritesThemLater()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster[1].Refuse();
        cluster.Pump(cluster[1]);

        Assert.That(cluster[1].Core.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(cluster[1].Core.LastIndex, Is.EqualTo(new LogIndex(2)), "others may have it, and commit it");
        Assert.That(cluster[1].Flushing, Is.Zero, "not before the next tick");
        cluster.Settle();
        cluster.Elect(2);
        Assert.That(cluster[2].Entries, Does.Contain("a"));
        Assert.That(cluster[1].Entries, Is.EqualTo(cluster[2].Entries));
    }

    [Test]
    public void PersistRefused_OfAFollower_NeverAcknowledges()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Crash(3);
        cluster.Propose(1, "a");
        cluster.Flush(1);
        cluster.Deliver();
        for (int tick = 0; tick < 5; tick++)
        {
            cluster[2].Refuse();
            cluster.Pump(cluster[2]);
            cluster.Tick(1);
            cluster.Tick(2);
            cluster.Deliver();
            cluster.Deliver();
        }

        Assert.That(cluster[1].Core.Commit, Is.EqualTo(new LogIndex(1)));
        cluster.Settle();
        Assert.That(cluster[1].Core.Commit, Is.EqualTo(new LogIndex(2)), "there is room again");
    }

    [Test]
    public void Follower_ThatLags_IsServedFromTheLog()
    {
        RaftCluster cluster = RaftCluster.Led(3, new RaftOptions { MaxTailBytes = 0, MaxMessageBytes = 1 << 10 });
        cluster.Isolate(3);
        for (int n = 0; n < 20; n++)
        {
            cluster.Propose(1, $"{n}");
            cluster.Settle();
        }

        cluster.Heal();
        cluster.TickAll();
        cluster.Deliver();
        cluster.Deliver();
        cluster.Deliver();
        cluster.Deliver();
        Assert.That(cluster.EntryReads.Single().Read.From, Is.EqualTo(new LogIndex(2)));
        Assert.That(cluster.EntryReads.Single().Read.Peer, Is.EqualTo(new ReplicaId(3)));
        cluster.Settle();
        Assert.That(cluster[3].Entries, Is.EqualTo(cluster[1].Entries));
    }

    [Test]
    public void EntriesRead_ThatAreNotOfThisLog_AreNotSent()
    {
        RaftCluster cluster = RaftCluster.Led(3, new RaftOptions { MaxTailBytes = 0 });
        cluster.Isolate(3);
        cluster.Propose(1, "a");
        cluster.Settle();
        cluster.Heal();
        cluster.TickAll();
        for (int n = 0; n < 4; n++)
        {
            cluster.Deliver();
        }

        Assert.That(cluster.EntryReads, Has.Count.EqualTo(1));
        cluster.EntryReads.Clear();
        cluster.Network.Clear();
        cluster.On(1, core => core.Step(RaftInput.EntriesRead(
            new ReplicaId(3), new[] { new LogRecord(new LogIndex(2), new Term(7), "b"u8.ToArray()) })));
        Assert.That(cluster.Network, Is.Empty);
    }
}
