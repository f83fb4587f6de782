using Nacre.Client;
using Nacre.Core.Ids;
using Nacre.Integration.Tests.Support;
using Nacre.Replication;

namespace Nacre.Integration.Tests.Cluster;

/// <summary>Nodes that join a cluster whose log no longer holds its beginning.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class SnapshotTests
{
    private const int SnapshotInstalled = 3015;
    private const int Documents = 2_000;

    [Test]
    public async Task Join_AfterTheLogWasReleased_TakesSnapshotsAndIsTheSame(CancellationToken cancellationToken)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3, cancellationToken, FillAsync);
        foreach (int joined in (int[])[1, 2])
        {
            Assert.That(cluster.EventsOf(joined).Count(seen => seen == SnapshotInstalled), Is.GreaterThanOrEqualTo(2), $"node {joined + 1}, one for each data shard at least");
        }

        await using NacreClient client = cluster.NewClient();
        Nacre.Client.Container items = client.GetContainer("db", "items");
        await items.CreateItemAsync(new Doc("after", "a", 1), cancellationToken: cancellationToken);
        await SameEverywhereAsync(cluster, cancellationToken);

        // What the snapshots brought is served when the first node is gone.
        await cluster.KillAsync(0);
        foreach (int n in (int[])[0, 1, Documents / 2, Documents - 1])
        {
            Item<Doc> read = await items.ReadItemAsync<Doc>(Key(n), $"i{n}", cancellationToken: cancellationToken);
            Assert.That(read.Value.N, Is.EqualTo(n));
        }

        await items.CreateItemAsync(new Doc("later", "b", 2), cancellationToken: cancellationToken);
        await cluster.RestartAsync(0);
        await cluster.KillAsync(1);
        await cluster.RestartAsync(1);
        await SameEverywhereAsync(cluster, cancellationToken);
    }

    private static string Key(int n) => $"k{n % 50}";

    /// <summary>Documents, and checkpoints enough that the log lets go of its beginning.</summary>
    private static async Task FillAsync(TestCluster cluster)
    {
        await cluster[0].MakeContainerAsync();
        await using (NacreClient client = cluster.NewClient())
        {
            Nacre.Client.Container items = client.GetContainer("db", "items");
            await Parallel.ForAsync(0, Documents, async (n, token) =>
                await items.CreateItemAsync(new Doc($"i{n}", Key(n), n), cancellationToken: token));
        }

        for (int stop = 0; stop < 2; stop++)
        {
            await cluster.StopAsync(0);
            await cluster.RestartAsync(0);
        }
    }

    private static Task SameEverywhereAsync(TestCluster cluster, CancellationToken cancellationToken) => TestCluster.UntilAsync(
        () =>
        {
            IEnumerable<IGrouping<ShardId, ReplicaStatus>> shards = cluster.Nodes.SelectMany(node => node!.Node.Replicas).GroupBy(replica => replica.Shard);
            return Task.FromResult(shards.All(shard => shard.Select(replica => (replica.Applied, replica.RunningHash)).Distinct().Count() == 1));
        },
        cancellationToken);

    private sealed record Doc([property: System.Text.Json.Serialization.JsonPropertyName("id")] string Id,
        [property: System.Text.Json.Serialization.JsonPropertyName("pk")] string Pk,
        [property: System.Text.Json.Serialization.JsonPropertyName("n")] int N);
}
