namespace Nacre.Replication.Tests.Raft;

/// <summary>
/// Random histories: messages lost, late, doubled and out of order; slow, full and lost disks; crashes, partitions, changes of the
/// replica set, transfers, snapshots, reads. The rules of Figure 3 hold at each step; once all is well again, the replicas
/// come to one state that holds all that anybody was told of, and take a new entry.
/// </summary>
[TestFixture]
public sealed class RaftClusterPropertyTests
{
    private const int FewSeeds = 100;
    private const int ManySeeds = 4_000;
    private const int Events = 2_500;

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(5)]
    public void Cluster_OfAnyHistory_KeepsTheRulesAndRecovers(int voters) => Run(voters, FewSeeds);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(5)]
    [Category("Long")]
    public void Cluster_OfVeryManyHistories_KeepsTheRulesAndRecovers(int voters) => Run(voters, ManySeeds);

    [Test]
    public void History_OfOneSeed_IsAlwaysTheSame()
    {
        string first = TranscriptOf(seed: 7);
        string second = TranscriptOf(seed: 7);

        Assert.That(first, Is.Not.Empty);
        Assert.That(second, Is.EqualTo(first));
    }

    private static string TranscriptOf(ulong seed)
    {
        var history = new RaftHistory(3, seed);
        history.Run(Events);
        return string.Join('\n', history.Cluster.Transcript);
    }

    private static void Run(int voters, int seeds)
    {
        var totals = new RaftHistoryCounts();
        for (ulong seed = 1; seed <= (ulong)seeds; seed++)
        {
            var history = new RaftHistory(voters, seed + ((ulong)voters << 32));
            try
            {
                history.Run(Events);
                history.Recover();
            }
            catch (Exception cause)
            {
                throw new AssertionException($"seed {seed}, event {history.Event}: {cause.Message}", cause);
            }

            totals.Add(history.Counts);
        }

        TestContext.Out.WriteLine(totals);
        Assert.That(totals.Committed, Is.GreaterThan(seeds * 40), "histories in which nothing happens prove nothing");
        Assert.That(totals.Elections, Is.GreaterThan(seeds * 2));
        Assert.That(totals.Changes, Is.GreaterThan(seeds));
        Assert.That(totals.Reads, Is.GreaterThan(seeds * 5));
        Assert.That(totals.Snapshots, Is.GreaterThan(seeds / 5));
        Assert.That(totals.Transfers, Is.GreaterThan(seeds / 10));
        Assert.That(totals.Crashes, Is.GreaterThan(seeds * 3));
        Assert.That(totals.Refusals, Is.GreaterThan(seeds));
    }
}
