using Nacre.Core;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;
using Nacre.Testing;

namespace Nacre.Replication.Tests.Raft;

/// <summary>
/// The core by the sections of the Raft paper (extended version), as far as they concern one voter.
/// </summary>
[TestFixture]
public sealed class RaftCoreTests
{
    [Test]
    public void Section5_1_StartOfAServer_IsAFollowerInItsLastTerm()
    {
        var bench = new CoreBench((3, "a"));

        Assert.That(bench.Core.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(bench.Core.Term, Is.EqualTo(new Term(3)));
        Assert.That(bench.Core.HasReady(persist: true), Is.False);
    }

    [Test]
    public void Section5_2_Candidate_IncrementsItsTermAndVotesForItself()
    {
        var bench = new CoreBench((3, "a"));

        bench.Core.Step(RaftInput.Campaign);

        Assert.That(bench.Core.Role, Is.EqualTo(RaftRole.Candidate));
        Assert.That(bench.Core.Term, Is.EqualTo(new Term(4)));
        Assert.That(bench.Core.VotedFor, Is.EqualTo(new ReplicaId(1)));
        Ready ready = bench.Core.TakeReady(1 << 20);
        Assert.That(ready.HardState, Is.EqualTo(new HardState(new Term(4), new ReplicaId(1))));
        Assert.That(ready.Persist.IsEmpty);
    }

    [Test]
    public void Section5_2_Vote_CountsOnlyOnceItIsOnTheDisk()
    {
        var bench = new CoreBench();
        bench.Core.Step(RaftInput.Campaign);
        bench.Take();

        Assert.That(bench.Core.Role, Is.EqualTo(RaftRole.Candidate));
        bench.FlushOne();
        Assert.That(bench.Core.Role, Is.EqualTo(RaftRole.Leader));
    }

    [Test]
    public void Section5_2_SoleVoterWithoutALeader_CampaignsAtTheNextTick()
    {
        var bench = new CoreBench();
        bench.Core.Tick();
        bench.Settle();

        Assert.That(bench.Core.Role, Is.EqualTo(RaftRole.Leader));
        bench.Core.Tick();
        Assert.That(bench.Core.Term, Is.EqualTo(new Term(1)), "a leader does not campaign");
    }

    [Test]
    public void Section5_2_Campaign_OfACandidate_StaysInItsTerm()
    {
        var bench = new CoreBench();
        bench.Core.Step(RaftInput.Campaign);
        bench.Core.Step(RaftInput.Campaign);

        Assert.That(bench.Core.Term, Is.EqualTo(new Term(1)));
    }

    [Test]
    public void Section5_3_Leader_AppendsBehindItsLastEntryInItsTerm()
    {
        CoreBench bench = CoreBench.Leading((1, "a"), (2, "b"));
        bench.Propose("c");

        Assert.That(bench.Core.LastIndex, Is.EqualTo(new LogIndex(4)));
        Assert.That(bench.Core.LastTerm, Is.EqualTo(new Term(3)));
        bench.Settle();
        Assert.That(bench.Disk.Select(record => record.Term.Value), Is.EqualTo(new ulong[] { 1, 2, 3, 3 }));
    }

    [Test]
    public void Section5_3_Entry_IsCommittedOnlyOnceItIsOnTheDisk()
    {
        CoreBench bench = CoreBench.Leading();
        bench.Propose("a");
        bench.Propose("b");
        bench.Take();

        Assert.That(bench.Core.Commit, Is.EqualTo(new LogIndex(1)));
        Assert.That(bench.AppliedEntries, Is.EqualTo(new[] { "open 1" }));
        bench.FlushOne();
        bench.Take();
        Assert.That(bench.AppliedEntries, Is.EqualTo(new[] { "open 1", "a", "b" }));
    }

    [Test]
    public void Section5_3_Batches_AreCommittedInOrderAsTheyAreFlushed()
    {
        CoreBench bench = CoreBench.Leading();
        bench.Propose("a");
        bench.Take();
        bench.Propose("b");
        bench.Take();
        Assert.That(bench.Flushing, Is.EqualTo(2), "the second does not wait for the first");

        bench.FlushOne();
        Assert.That(bench.Core.Commit, Is.EqualTo(new LogIndex(2)));
        bench.FlushOne();
        Assert.That(bench.Core.Commit, Is.EqualTo(new LogIndex(3)));
    }

    [Test]
    public void Section5_3_Follower_TakesNoProposals()
    {
        var bench = new CoreBench();

        Assert.That(() => bench.Propose("a"), Throws.TypeOf<InvariantViolationException>());
    }

    [Test]
    public void Section5_4_2_EntriesOfEarlierTerms_AreCommittedOnlyWithOneOfTheLeadersTerm()
    {
        var bench = new CoreBench((1, "a"), (1, "b"));
        bench.Core.Step(RaftInput.Campaign);
        bench.Take();
        bench.FlushOne();
        bench.Take();

        Assert.That(bench.Core.Role, Is.EqualTo(RaftRole.Leader));
        Assert.That(bench.Core.Commit, Is.EqualTo(default(LogIndex)), "a and b are on a quorum of disks, and not committed");
        bench.FlushOne();
        bench.Take();
        Assert.That(bench.Core.Commit, Is.EqualTo(new LogIndex(3)));
        Assert.That(bench.AppliedEntries, Is.EqualTo(new[] { "a", "b", "open 2" }));
    }

    [Test]
    public void Section8_Leader_ServesReadsOnlyOnceAnEntryOfItsTermIsCommitted()
    {
        var bench = new CoreBench((1, "a"));
        bench.Core.Step(RaftInput.Campaign);
        bench.Take();
        bench.FlushOne();
        bench.Take();

        Assert.That(bench.Core.TermStart, Is.EqualTo(new LogIndex(2)));
        Assert.That(bench.Core.LeadsCommitted, Is.False);
        bench.FlushOne();
        Assert.That(bench.Core.LeadsCommitted);
    }

    [Test]
    public void Restart_Always_KeepsWhatWasFlushedAndOpensALaterTerm()
    {
        CoreBench bench = CoreBench.Leading();
        bench.Propose("a");
        bench.Settle();
        bench.Propose("lost");
        bench.Take();

        bench.Crash(applied: new LogIndex(1));
        bench.Core.Step(RaftInput.Campaign);
        bench.Settle();

        Assert.That(bench.Core.Term, Is.EqualTo(new Term(2)));
        Assert.That(bench.AppliedEntries, Is.EqualTo(new[] { "open 1", "a", "open 2" }));
    }

    [Test]
    public void PersistRefused_OfProposals_TakesThemBackAndLeadsOn()
    {
        CoreBench bench = CoreBench.Leading();
        bench.Propose("a");
        bench.Take();
        bench.Propose("b");
        bench.Take();
        bench.FlushOne();

        bench.RefuseAll();

        Assert.That(bench.Core.Role, Is.EqualTo(RaftRole.Leader));
        Assert.That(bench.Core.LastIndex, Is.EqualTo(new LogIndex(2)));
        bench.Propose("c");
        bench.Settle();
        Assert.That(bench.AppliedEntries, Is.EqualTo(new[] { "open 1", "a", "c" }));
    }

    [Test]
    public void PersistRefused_OfTheOpeningEntry_LeadsNoMoreUntilALaterTerm()
    {
        var bench = new CoreBench();
        bench.Core.Step(RaftInput.Campaign);
        bench.Take();
        bench.FlushOne();
        bench.Take();

        bench.RefuseAll();
        Assert.That(bench.Core.Role, Is.EqualTo(RaftRole.Follower));
        bench.Core.Tick();
        bench.Settle();

        Assert.That(bench.Core.Term, Is.EqualTo(new Term(2)));
        Assert.That(bench.Core.LeadsCommitted);
        Assert.That(bench.AppliedEntries, Is.EqualTo(new[] { "open 2" }));
    }

    [Test]
    public void PersistRefused_OfTheVote_TriesAgainAtTheNextTick()
    {
        var bench = new CoreBench();
        bench.Core.Step(RaftInput.Campaign);
        bench.Take();

        bench.RefuseAll();
        bench.Core.Tick();
        bench.Settle();

        Assert.That(bench.Core.LeadsCommitted);
        Assert.That(bench.DurableHardState.Term, Is.EqualTo(bench.Core.Term));
    }

    [Test]
    public void TakeReady_WithALimit_GivesAtLeastOneEntryAndKeepsTheRest()
    {
        CoreBench bench = CoreBench.Leading();
        bench.Propose("0123456789");
        bench.Propose("a");
        bench.Propose("b");
        bench.Propose("c");

        bench.Take(maxPersistBytes: 2 * (1 + RaftCore.EntryOverheadBytes));

        Assert.That(bench.Flushing, Is.EqualTo(3), "the long one, then a with b, then c");
        bench.Settle();
        Assert.That(bench.AppliedEntries, Is.EqualTo(new[] { "open 1", "0123456789", "a", "b", "c" }));
    }

    [Test]
    public void TakeReady_WithoutPersist_StillGivesWhatIsCommitted()
    {
        CoreBench bench = CoreBench.Leading();
        bench.Propose("a");
        bench.Take();
        bench.Propose("b");
        bench.FlushOne();

        Assert.That(bench.Core.HasReady(persist: false));
        bench.Take(maxPersistBytes: 0);
        Assert.That(bench.AppliedEntries[^1], Is.EqualTo("a"));
        Assert.That(bench.Core.HasReady(persist: false), Is.False);
        Assert.That(bench.Core.HasReady(persist: true));
    }

    [Test]
    public void Constructor_OfALogThatEndsBeforeTheCheckpoint_IsRefused() =>
        Assert.That(
            () => new RaftCore(new RaftConfiguration(
                new ReplicaId(1), [new LoggedReplicaSet(default, ReplicaSet.Initial((new ReplicaId(1), new NodeId(1))))],
                default, [], new LogIndex(5), new TextEntries(() => default), new SeededRandom(1), new RaftOptions())),
            Throws.TypeOf<InvariantViolationException>());
}
