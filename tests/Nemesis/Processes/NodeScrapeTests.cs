namespace Nacre.Nemesis.Tests.Processes;

/// <summary>Reading metrics, and telling when replicas are equal.</summary>
[TestFixture]
internal sealed class NodeScrapeTests
{
    private const string Text = """
        # TYPE nacre_replica_leader gauge
        nacre_replica_leader{otel_scope_name="Nacre.Replication",nacre_shard="0"} 2 1700000000000
        nacre_replica_leader{otel_scope_name="Nacre.Replication",nacre_shard="1"} 3 1700000000000
        nacre_replica_last{nacre_shard="0"} 10
        nacre_replica_last{nacre_shard="1"} 25
        nacre_replica_applied_index{nacre_shard="0"} 10
        nacre_replica_applied_index{nacre_shard="1"} 24
        nacre_replica_applied_total{nacre_shard="1"} 99
        nacre_snapshot_sent_bytes_total{nacre_shard="1"} 7
        """;

    [Test]
    public void Parse_TakesTheSeriesByShard()
    {
        var seen = NodeScrape.Parse(Text);

        Assert.That(seen.Leader, Is.EqualTo(new Dictionary<int, int> { [0] = 2, [1] = 3 }));
        Assert.That(seen.Applied, Is.EqualTo(new Dictionary<int, long> { [0] = 10, [1] = 24 }));
        Assert.That(seen.SnapshotSent[1], Is.EqualTo(7));
    }

    [Test]
    public void IsEqualTo_OnlyWhereAllIsAppliedEverywhere()
    {
        var behind = NodeScrape.Parse(Text);
        var level = NodeScrape.Parse(Text.Replace("} 24", "} 25", StringComparison.Ordinal));

        Assert.That(level.IsEqualTo(level), Is.True);
        Assert.That(level.IsEqualTo(behind), Is.False);
        Assert.That(behind.IsEqualTo(behind), Is.False, "an entry that is not applied may yet be lost");
    }
}
