using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>What replicas say to one another, to be read: sender&gt;receiver, term, message.</summary>
[TestFixture]
public sealed class RaftTranscriptTests
{
    [Test]
    public void Transcript_OfAnElection()
    {
        RaftCluster cluster = RaftCluster.Led(3);

        Assert.That(cluster.TakeTranscript(), Is.EqualTo(
            """
            1>2 t1 pre-vote? last 0/0
            1>3 t1 pre-vote? last 0/0
            2>1 t1 pre-vote yes
            3>1 t1 pre-vote yes
            1>2 t1 vote? last 0/0
            1>3 t1 vote? last 0/0
            2>1 t1 vote yes
            3>1 t1 vote yes
            1>2 t1 append behind 0/0: open 1; commit 0
            1>3 t1 append behind 0/0: open 1; commit 0
            2>1 t1 flushed 1
            3>1 t1 flushed 1
            1>2 t1 heartbeat 0; commit 1
            1>3 t1 heartbeat 0; commit 1
            """));
    }

    [Test]
    public void Transcript_OfAWrite()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.TakeTranscript();
        cluster.Propose(1, "a");
        cluster.Settle();

        Assert.That(cluster.TakeTranscript(), Is.EqualTo(
            """
            1>2 t1 append behind 1/1: a; commit 1
            1>3 t1 append behind 1/1: a; commit 1
            2>1 t1 flushed 2
            3>1 t1 flushed 2
            1>2 t1 heartbeat 0; commit 2
            1>3 t1 heartbeat 0; commit 2
            """));
    }

    [Test]
    public void Transcript_OfAFollowerWithOtherEntries()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Isolate(1);
        cluster.Propose(1, "lost");
        cluster.Settle();
        cluster.Elect(2);
        cluster.Heal();
        cluster.TakeTranscript();
        cluster.Tick(2);
        cluster.Settle();

        Assert.That(cluster.TakeTranscript(), Is.EqualTo(
            """
            2>1 t2 heartbeat 1; commit 0
            2>3 t2 heartbeat 1; commit 2
            3>2 t2 heartbeat 1 heard
            1>2 t2 heartbeat 1 heard
            2>1 t2 append behind 1/1: open 2; commit 2
            1>2 t2 flushed 2
            """));
    }

    [Test]
    public void Transcript_OfAReadAtAFollower()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.TakeTranscript();
        cluster.On(2, core => core.Step(RaftInput.ReadIndex(7)));
        cluster.Settle();

        Assert.That(cluster.TakeTranscript(), Is.EqualTo(
            """
            2>1 t1 read 7?
            1>2 t1 heartbeat 1; commit 1
            1>3 t1 heartbeat 1; commit 1
            2>1 t1 heartbeat 1 heard
            3>1 t1 heartbeat 1 heard
            1>2 t1 read 7: 1
            """));
    }

    [Test]
    public void Transcript_OfATransfer()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.TakeTranscript();
        cluster.On(1, core => core.Step(RaftInput.Transfer(new ReplicaId(3))));
        cluster.Settle();

        Assert.That(cluster.TakeTranscript(), Is.EqualTo(
            """
            1>3 t1 take over
            3>1 t2 vote? last 1/1 forced
            3>2 t2 vote? last 1/1 forced
            1>3 t2 vote yes
            2>3 t2 vote yes
            3>1 t2 append behind 1/1: open 2; commit 1
            3>2 t2 append behind 1/1: open 2; commit 1
            1>3 t2 flushed 2
            2>3 t2 flushed 2
            3>1 t2 heartbeat 0; commit 2
            3>2 t2 heartbeat 0; commit 2
            """));
    }

    [Test]
    public void Transcript_OfALearnerThatJoins()
    {
        RaftCluster cluster = RaftCluster.Led(1);
        cluster.Propose(1, "a");
        cluster.Settle();
        cluster.TakeTranscript();
        cluster.Join(2);
        cluster.Change(1, ReplicaSetChange.AddLearner(new ReplicaId(2), new NodeId(2)));
        cluster.Settle();

        Assert.That(cluster.TakeTranscript(), Is.EqualTo(
            """
            1>2 t1 append behind 3/1: -; commit 2
            2>1 t1 not 3, try 0/0
            1>2 t1 append behind 0/0: open 1,a,set 2,2: 1 +2; commit 3
            2>1 t1 flushed 3
            """));
    }
}
