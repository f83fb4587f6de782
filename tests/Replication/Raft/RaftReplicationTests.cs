using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>Replication and commit among several voters, by the sections of the Raft paper and thesis that they hold.</summary>
[TestFixture]
public sealed class RaftReplicationTests
{
    private static readonly string Long = new('x', 1_020);

    [Test]
    public void Section5_3_Entry_IsCommittedOnceAQuorumHasFlushedIt()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster.Deliver();
        cluster.Flush(1);
        Assert.That(cluster[1].Core.Commit, Is.EqualTo(new LogIndex(1)), "on the leader's disk only");
        cluster.Flush(2);
        cluster.Deliver();

        Assert.That(cluster[1].Core.Commit, Is.EqualTo(new LogIndex(2)));
        Assert.That(cluster[1].Entries, Does.Contain("a"));
    }

    [Test]
    public void Section5_3_Append_IsAcknowledgedOnlyOnceItIsFlushed()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Crash(3);
        cluster.Propose(1, "a");
        cluster.Flush(1);
        cluster.Deliver();
        cluster.Tick(1);
        cluster.Deliver();
        cluster.Deliver();
        cluster.Deliver();

        Assert.That(cluster[2].Core.LastIndex, Is.EqualTo(new LogIndex(2)));
        Assert.That(cluster[1].Core.Commit, Is.EqualTo(new LogIndex(1)), "it is in the follower's memory, not on its disk");
        cluster.Flush(2);
        cluster.Deliver();
        Assert.That(cluster[1].Core.Commit, Is.EqualTo(new LogIndex(2)));
    }

    [Test]
    public void Thesis10_2_1_Leader_SendsBesideItsOwnFlush_AndOthersMayCommitBeforeIt()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster.Deliver();
        cluster.Flush(2);
        cluster.Deliver();
        Assert.That(cluster[1].Core.Commit, Is.EqualTo(new LogIndex(1)), "the leader does not count itself before its flush");
        cluster.Flush(3);
        cluster.Deliver();

        Assert.That(cluster[1].Core.Persisted, Is.EqualTo(new LogIndex(1)));
        Assert.That(cluster[1].Core.Commit, Is.EqualTo(new LogIndex(2)));
        Assert.That(cluster[1].Entries, Does.Not.Contain("a"), "what is not on its own disk is not applied");
        cluster.Flush(1);
        Assert.That(cluster[1].Entries, Does.Contain("a"));
    }

    [Test]
    public void Commit_OfAnIdleShard_IsToldAtOnce()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Tick(1, 2);
        cluster.Settle();
        cluster.Propose(1, "a");
        cluster.Settle();

        Assert.That(cluster[2].Entries, Does.Contain("a"));
        Assert.That(cluster[3].Entries, Does.Contain("a"));
    }

    [Test]
    public void Commit_OfABusyShard_IsToldByTheNextAppend()
    {
        RaftCluster cluster = Busy();
        cluster.Propose(1, "b");
        cluster.Settle();
        Assert.That(cluster[1].Entries, Does.Contain("b"));
        Assert.That(cluster[2].Entries, Does.Not.Contain("b"), "no message of its own");

        cluster.Propose(1, "c");
        cluster.Settle();
        Assert.That(cluster[2].Entries, Does.Contain("b").And.Not.Contain("c"));
    }

    [Test]
    public void Commit_OfAShardThatWasBusy_IsToldByTheNextHeartbeat()
    {
        RaftCluster cluster = Busy();
        cluster.Propose(1, "b");
        cluster.Settle();
        cluster.Tick(1);
        cluster.Settle();

        Assert.That(cluster[2].Entries, Does.Contain("b"));
        Assert.That(cluster[3].Entries, Does.Contain("b"));
    }

    [Test]
    public void Commit_OfABusyShardThatTellsAtOnce_IsTold()
    {
        RaftCluster cluster = Busy(new RaftOptions { TellsCommitsAtOnce = true });
        cluster.Propose(1, "b");
        cluster.Settle();

        Assert.That(cluster[2].Entries, Does.Contain("b"));
    }

    private static RaftCluster Busy(RaftOptions? options = null)
    {
        RaftCluster cluster = RaftCluster.Led(3, options);
        cluster.Tick(1);
        cluster.Propose(1, "a");
        cluster.Settle();
        cluster.Tick(1);
        cluster.Settle();
        return cluster;
    }

    [Test]
    public void Section5_4_2_Figure8_EntryOfAnEarlierTermOnAQuorum_IsNotCommittedByCounting()
    {
        RaftCluster cluster = RaftCluster.Led(5, new RaftOptions { MaxMessageBytes = 1 << 10 });
        cluster.Propose(1, Long);
        cluster.Settle(message => message.Kind == RaftMessageKind.Append && message.To.Value != 2);
        cluster.Crash(1);
        cluster.Crash(2);

        // S5 leads with the votes of 3 and 4, and keeps its opening entry for itself.
        cluster.TickAll(10);
        cluster.Drop();
        cluster.Campaign(5, lost: message => message.Kind == RaftMessageKind.Append);
        Assert.That(cluster[5].Core.Role, Is.EqualTo(RaftRole.Leader));
        cluster.Crash(5);

        // S1 leads again and brings its old entry to a third disk, and nothing of its own term.
        cluster.Restart(1);
        cluster.Restart(2);
        cluster.TickAll(10);
        cluster.Drop();
        cluster.Campaign(1, lost: message =>
            message.Entries.Length > 0 && message.Entries.Span[^1].Term == new Term(3) &&
            cluster[message.To.Value].Core.LastIndex >= new LogIndex(2));
        Assert.That(cluster[1].Core.TermStart, Is.EqualTo(new LogIndex(3)));
        Assert.That(cluster.Nodes.Count(node => node.DiskTerm(new LogIndex(2)) == new Term(1)), Is.GreaterThanOrEqualTo(3));
        Assert.That(cluster[1].Core.Commit, Is.EqualTo(default(LogIndex)));

        // So S5 may still overwrite it.
        cluster.Crash(1);
        cluster.Crash(2);
        cluster.Restart(5);
        cluster.TickAll(10);
        cluster.Drop();
        cluster.Campaign(5);
        Assert.That(cluster[5].Core.LeadsCommitted);
        cluster.Restart(1);
        cluster.Restart(2);
        cluster.TickAll();
        cluster.Settle();
        Assert.That(cluster[1].DiskTerm(new LogIndex(2)), Is.EqualTo(new Term(2)));
    }

    [Test]
    public void Section5_3_FollowerWithOtherEntries_GetsTheLeaders()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Isolate(1);
        cluster.Propose(1, "lost 1");
        cluster.Propose(1, "lost 2");
        cluster.Flush(1);
        cluster.Settle();
        cluster.Elect(2);
        cluster.Propose(2, "kept");
        cluster.Settle();
        cluster.Heal();
        cluster.TickAll();
        cluster.Settle();

        Assert.That(cluster[1].Entries, Is.EqualTo(new[] { "open 1", "open 2", "kept" }));
        Assert.That(cluster[1].DiskLast, Is.EqualTo(new LogIndex(3)));
    }

    [Test]
    public void Section5_3_FlushOfEntriesThatWereReplaced_AcknowledgesNothingInTheirPlace()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Tick(3, 10);
        cluster.Drop();
        RaftMessage Append(uint from, ulong term, params string[] entries) => RaftMessage.Append(
            new ReplicaId(from), new ReplicaId(3), new Term(term), new LogIndex(1), new Term(1), default,
            entries.Select((entry, at) => new LogRecord(new LogIndex((ulong)at + 2), new Term(term), System.Text.Encoding.UTF8.GetBytes(entry))).ToArray());

        // The same entry comes to the log, is replaced, and comes again: three writes on their way.
        cluster.On(3, core => core.Step(Append(1, 1, "a")));
        cluster.On(3, core => core.Step(Append(2, 2, "b")));
        RaftMessage again = RaftMessage.Append(
            new ReplicaId(1), new ReplicaId(3), new Term(3), new LogIndex(1), new Term(1), default,
            new[] { new LogRecord(new LogIndex(2), new Term(1), "a"u8.ToArray()) });
        cluster.On(3, core => core.Step(again));
        Assert.That(cluster[3].Flushing, Is.EqualTo(3));

        cluster.Flush(3);
        cluster.Flush(3);
        Assert.That(cluster[3].Core.Persisted, Is.EqualTo(new LogIndex(1)), "the disk has entry b, which no log has");
        Assert.That(cluster.Network, Is.Empty);
        cluster.Flush(3);
        Assert.That(RaftText.Of(cluster.Network.Single()), Is.EqualTo("3>1 t3 flushed 2"));
    }

    [Test]
    public void Figure2_FollowersCommit_IsBoundByWhatIsKnownToAgree()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        LogRecord Entry(ulong index, ulong term, string entry) =>
            new(new LogIndex(index), new Term(term), System.Text.Encoding.UTF8.GetBytes(entry));
        RaftMessage Append(uint from, ulong term, ulong commit, params LogRecord[] entries) => RaftMessage.Append(
            new ReplicaId(from), new ReplicaId(2), new Term(term), new LogIndex(1), new Term(1), new LogIndex(commit), entries);

        cluster.On(2, core => core.Step(Append(1, 1, 1, Entry(2, 1, "a"), Entry(3, 1, "lost"))));
        cluster.Flush(2);
        cluster.On(2, core => core.Step(Append(3, 2, 3, Entry(2, 1, "a"))));
        Assert.That(cluster[2].Core.Commit, Is.EqualTo(new LogIndex(2)), "entry 3 is another one at the leader");
    }

    [Test]
    public void Section5_3_LongDifference_IsBridgedByTermsNotByEntries()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Isolate(1);
        for (int n = 0; n < 50; n++)
        {
            cluster.Propose(1, $"lost {n}");
        }

        cluster.Settle();
        cluster.Elect(2);
        for (int n = 0; n < 50; n++)
        {
            cluster.Propose(2, $"kept {n}");
        }

        cluster.Settle();
        cluster.Heal();
        cluster.TakeTranscript();
        cluster.TickAll();
        cluster.Settle();

        string transcript = cluster.TakeTranscript();
        Assert.That(cluster[1].Applied, Is.EqualTo(cluster[2].Applied));
        Assert.That(transcript.Split('\n').Count(line => line.Contains("1>2 t2 not", StringComparison.Ordinal)), Is.LessThanOrEqualTo(2), transcript);
    }

    [Test]
    public void Section5_5_AppendThatWasLost_IsSentAgainAfterAHeartbeat()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster.Drop();
        cluster.Settle();
        Assert.That(cluster[2].Core.LastIndex, Is.EqualTo(new LogIndex(1)));

        cluster.TickAll();
        cluster.Settle();
        Assert.That(cluster[2].Entries, Does.Contain("a"));
    }

    [Test]
    public void Section5_5_MessagesThatComeTwiceOrLate_ChangeNothing()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster.Propose(1, "b");
        RaftMessage[] sent = [.. cluster.Network];
        cluster.Settle();
        foreach (RaftMessage message in sent.Reverse().Concat(sent))
        {
            cluster.On(message.To.Value, core => core.Step(message));
        }

        cluster.Settle();
        Assert.That(cluster.Nodes.Select(node => node.Core.LastIndex), Is.All.EqualTo(new LogIndex(3)));
    }

    [Test]
    public void Message_ThatNoLeaderSends_IsIgnored()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        RaftMessage gap = RaftMessage.Append(
            new ReplicaId(1), new ReplicaId(2), new Term(1), new LogIndex(1), new Term(1), default,
            new[] { new LogRecord(new LogIndex(3), new Term(1), default) });
        RaftMessage future = RaftMessage.Append(
            new ReplicaId(1), new ReplicaId(2), new Term(1), new LogIndex(1), new Term(1), default,
            new[] { new LogRecord(new LogIndex(2), new Term(2), default) });
        cluster.On(2, core => core.Step(gap));
        cluster.On(2, core => core.Step(future));
        cluster.On(2, core => core.Step(RaftMessage.Heartbeat(new ReplicaId(1), new ReplicaId(3), new Term(9), default, 1)));

        Assert.That(cluster[2].Core.LastIndex, Is.EqualTo(new LogIndex(1)));
        Assert.That(cluster[2].Core.Term, Is.EqualTo(new Term(1)));
    }

    [Test]
    public void Section5_2_SecondLeaderInATerm_StopsTheReplica()
    {
        RaftCluster cluster = RaftCluster.Led(3);

        Assert.That(
            () => cluster.On(2, core => core.Step(RaftMessage.Heartbeat(new ReplicaId(3), new ReplicaId(2), new Term(1), default, 1))),
            Throws.TypeOf<InvariantViolationException>());
    }

    [Test]
    public void Section5_4_3_AppendThatContradictsWhatIsCommitted_StopsTheReplica()
    {
        RaftCluster cluster = RaftCluster.Led(3);
        cluster.Propose(1, "a");
        cluster.Settle();
        RaftMessage other = RaftMessage.Append(
            new ReplicaId(3), new ReplicaId(2), new Term(4), new LogIndex(1), new Term(1), default,
            new[] { new LogRecord(new LogIndex(2), new Term(3), "b"u8.ToArray()) });

        Assert.That(() => cluster.On(2, core => core.Step(other)), Throws.TypeOf<InvariantViolationException>());
    }
}
