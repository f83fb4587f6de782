using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>Snapshots (paper §7), as far as they concern the core.</summary>
[TestFixture]
public sealed class RaftSnapshotTests
{
    [Test]
    public void Section7_PeerThatNeedsReleasedEntries_IsNamedOnce()
    {
        RaftCluster cluster = Lagging();

        Assert.That(cluster.SnapshotNeeds, Is.EqualTo(new[] { (new ReplicaId(1), new SnapshotNeed(new ReplicaId(3), new LogIndex(5))) }));
        Assert.That(cluster[1].Core.StateOf(new ReplicaId(3)), Is.EqualTo(ProgressState.Snapshot));
        cluster.TickAll(3);
        cluster.Settle();
        Assert.That(cluster.SnapshotNeeds, Has.Count.EqualTo(1));
    }

    [Test]
    public void Section7_InstalledSnapshot_IsAcknowledgedAndFollowedByTheLog()
    {
        RaftCluster cluster = Lagging();
        RaftSnapshot snapshot = cluster[1].TakeSnapshot();
        cluster.Propose(1, "later");
        cluster.Settle();

        Assert.That(cluster[3].Install(snapshot));
        cluster.Pump(cluster[3]);
        cluster.On(1, core => core.Step(RaftInput.SnapshotSent(new ReplicaId(3), snapshot.Index)));
        cluster.Settle();

        Assert.That(cluster[3].Entries, Is.EqualTo(cluster[1].Entries));
        Assert.That(cluster[3].Core.Set.ToString(), Is.EqualTo("1 2 3"));
        cluster.Crash(3);
        cluster.Restart(3);
        Assert.That(cluster[3].Core.LastIndex, Is.EqualTo(cluster[1].Core.LastIndex));
    }

    [Test]
    public void SnapshotThatFailed_IsAskedForWhenThePeerAnswersAgain()
    {
        RaftCluster cluster = Lagging();
        cluster.SnapshotNeeds.Clear();
        cluster.On(1, core => core.Step(RaftInput.SnapshotFailed(new ReplicaId(3))));
        Assert.That(cluster.SnapshotNeeds, Is.Empty);

        cluster.TickAll();
        cluster.Settle();
        Assert.That(cluster.SnapshotNeeds, Has.Count.EqualTo(1));
    }

    [Test]
    public void Section7_SnapshotOfAnEntryThatTheLogHas_IsNotWanted()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster.Settle(message => message.Kind == RaftMessageKind.Heartbeat);
        Assert.That(cluster[2].Core.Commit, Is.LessThan(new LogIndex(2)));

        Assert.That(cluster[2].Core.TryBeginSnapshot(new LogIndex(2), new Term(1)), Is.False, "what it acknowledged would be dropped");
        Assert.That(cluster[2].Core.TryBeginSnapshot(new LogIndex(1), new Term(1)), Is.False);
        Assert.That(cluster[1].Core.TryBeginSnapshot(new LogIndex(9), new Term(1)), Is.False, "a leader needs none");
    }

    [Test]
    public void SnapshotBeingPutInPlace_KeepsEntriesAwayAndCanBeGivenUp()
    {
        RaftCluster cluster = Lagging();
        Assert.That(cluster[3].Core.TryBeginSnapshot(new LogIndex(6), new Term(1)));
        RaftMessage append = RaftMessage.Append(
            new ReplicaId(1), new ReplicaId(3), new Term(1), new LogIndex(1), new Term(1), default,
            new[] { new Core.Log.LogRecord(new LogIndex(2), new Term(1), "2"u8.ToArray()) });
        cluster.On(3, core => core.Step(append));
        Assert.That(cluster[3].Core.LastIndex, Is.EqualTo(new LogIndex(1)));

        cluster.On(3, core => core.Step(RaftInput.SnapshotAbandoned));
        cluster.On(3, core => core.Step(append));
        Assert.That(cluster[3].Core.LastIndex, Is.EqualTo(new LogIndex(2)));
    }

    /// <summary>Replica 3 has entry 1; the others have six, and released five.</summary>
    private static RaftCluster Lagging()
    {
        RaftCluster cluster = RaftCluster.Led(3, new RaftOptions { MaxTailBytes = 0 });
        cluster.Isolate(3);
        for (int n = 2; n <= 6; n++)
        {
            cluster.Propose(1, $"{n}");
            cluster.Settle();
        }

        cluster[1].CheckpointAndRelease(new LogIndex(5));
        cluster.Heal();
        cluster.TickAll();
        cluster.Settle();
        return cluster;
    }
}
