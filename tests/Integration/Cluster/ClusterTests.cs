using System.Collections.Concurrent;
using Nacre.Client;
using Nacre.Core.Ids;
using Nacre.Integration.Tests.Support;
using Nacre.Replication;
using Nacre.Replication.Raft;

namespace Nacre.Integration.Tests.Cluster;

/// <summary>Three nodes that serve as one.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class ClusterTests
{
    private TestCluster _cluster = null!;

    [SetUp]
    public async Task SetUp()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        _cluster = await TestCluster.StartAsync(3, patience.Token);
        await _cluster[0].MakeContainerAsync();
    }

    [TearDown]
    public async Task TearDown() => await _cluster.DisposeAsync();

    [Test]
    public async Task Write_OnAnyNode_IsReadAtOnceOnEveryOther(CancellationToken cancellationToken)
    {
        NacreClient[] clients = [.. _cluster.Nodes.Select(node => ClientOf(node!))];
        for (int write = 0; write < 30; write++)
        {
            await Items(clients[write % 3]).UpsertItemAsync(new Doc($"i{write}", "a", write), cancellationToken: cancellationToken);
            foreach (NacreClient reader in clients)
            {
                Item<Doc> read = await Items(reader).ReadItemAsync<Doc>("a", $"i{write}", cancellationToken: cancellationToken);
                Assert.That(read.Value.N, Is.EqualTo(write));
            }
        }

        await DisposeAsync(clients);
    }

    [Test]
    public async Task Catalogue_ChangedOnOneNode_IsInForceOnTheNextAtOnce(CancellationToken cancellationToken)
    {
        NacreClient[] clients = [.. _cluster.Nodes.Select(node => ClientOf(node!))];
        for (int round = 0; round < 9; round++)
        {
            await clients[round % 3].CreateDatabaseAsync($"d{round}", cancellationToken: cancellationToken);
            await clients[(round + 1) % 3].GetDatabase($"d{round}").CreateContainerAsync("c", new ContainerSettings("/pk"), cancellationToken: cancellationToken);
            Nacre.Client.Container container = clients[(round + 2) % 3].GetContainer($"d{round}", "c");
            await container.CreateItemAsync(new Doc("x", "a", round), cancellationToken: cancellationToken);
        }

        await DisposeAsync(clients);
    }

    [Test]
    public async Task Query_PagesFromEveryNodeAndAfterAKill_AreOneAnswer(CancellationToken cancellationToken)
    {
        const int Documents = 40;
        const int PagesBeforeTheKill = 6;
        await using NacreClient any = _cluster.NewClient();
        NacreClient[] clients = [.. _cluster.Nodes.Select(node => ClientOf(node!))];
        for (int n = 0; n < Documents; n++)
        {
            await Items(any).UpsertItemAsync(new Doc($"i{n}", $"p{n % 7}", n), cancellationToken: cancellationToken);
        }

        List<int> numbers = [];
        string? continuation = null;
        for (int page = 0; page == 0 || continuation is not null; page++)
        {
            if (page == PagesBeforeTheKill)
            {
                await _cluster.KillAsync(2);
            }

            var options = new QueryOptions { PageSize = 3, Continuation = continuation };
            QueryResults<int> query = Items(page < PagesBeforeTheKill ? clients[page % 3] : any)
                .Query<int>("SELECT VALUE c.n FROM c ORDER BY c.n DESC", options);
            await foreach (QueryPage<int> got in query.AsPages(cancellationToken))
            {
                numbers.AddRange(got.Values);
                continuation = got.Continuation;
                break;
            }
        }

        Assert.That(numbers, Is.EqualTo(Enumerable.Range(0, Documents).Reverse()));
        await DisposeAsync(clients);
    }

    [Test]
    public async Task Kill_OfAnyNodeUnderLoad_LosesNoAcknowledgedWriteAndGoesOn(CancellationToken cancellationToken)
    {
        for (int victim = 0; victim < 3; victim++)
        {
            await using NacreClient client = _cluster.NewClient();
            var acknowledged = new ConcurrentDictionary<string, int>();
            using var stopping = new CancellationTokenSource();
            Task[] writers = [.. Enumerable.Range(0, 8).Select(writer => WriteAsync(client, $"v{victim}w{writer}", acknowledged, stopping.Token, cancellationToken))];
            await AfterAsync(acknowledged, 100, cancellationToken);

            await _cluster.KillAsync(victim);
            int atKill = acknowledged.Count;
            await AfterAsync(acknowledged, atKill + 200, cancellationToken);
            await stopping.CancelAsync();
            await Task.WhenAll(writers);

            await ExpectAsync(client, acknowledged, cancellationToken);
            await _cluster.RestartAsync(victim);
            await SameEverywhereAsync(cancellationToken);
        }
    }

    [Test]
    public async Task Stop_OfEachNodeInTurnUnderLoad_IsSeenByNoClient(CancellationToken cancellationToken)
    {
        await using NacreClient client = _cluster.NewClient();
        var acknowledged = new ConcurrentDictionary<string, int>();
        using var stopping = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, 8).Select(writer => WriteAsync(client, $"w{writer}", acknowledged, stopping.Token, cancellationToken))];
        for (int node = 0; node < 3; node++)
        {
            await AfterAsync(acknowledged, acknowledged.Count + 100, cancellationToken);
            await _cluster.StopAsync(node);
            await AfterAsync(acknowledged, acknowledged.Count + 100, cancellationToken);
            await _cluster.RestartAsync(node);
            await SameEverywhereAsync(cancellationToken);
        }

        await stopping.CancelAsync();
        await Task.WhenAll(writers);
        await ExpectAsync(client, acknowledged, cancellationToken);
    }

    [Test]
    public async Task Start_OfAllAfterAKillOfAll_HasEveryAcknowledgedWrite(CancellationToken cancellationToken)
    {
        var acknowledged = new ConcurrentDictionary<string, int>();
        await using (NacreClient client = _cluster.NewClient())
        {
            for (int write = 0; write < 200; write++)
            {
                await Items(client).UpsertItemAsync(new Doc($"i{write}", "a", write), cancellationToken: cancellationToken);
                acknowledged[$"i{write}"] = write;
            }
        }

        for (int node = 0; node < 3; node++)
        {
            await _cluster.KillAsync(node);
        }

        // None serves before a majority is there: they start side by side.
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_cluster.RestartAsync));
        await using NacreClient again = _cluster.NewClient();
        await ExpectAsync(again, acknowledged, cancellationToken);
        await SameEverywhereAsync(cancellationToken);
    }

    private static Nacre.Client.Container Items(NacreClient client) => client.GetContainer("db", "items");

    private static NacreClient ClientOf(TestNode node) => new(
        new NacreConnection(node.Node.Endpoint, node.Connection.AccountKey, node.Connection.CaCertificate),
        new NacreClientOptions { DiscoverNodes = false });

    private static async Task DisposeAsync(NacreClient[] clients)
    {
        foreach (NacreClient client in clients)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>Writes one item after the other; an error of any kind fails the test.</summary>
    private static async Task WriteAsync(
        NacreClient client, string writer, ConcurrentDictionary<string, int> acknowledged, CancellationToken stopping, CancellationToken cancellationToken)
    {
        for (int n = 0; !stopping.IsCancellationRequested; n++)
        {
            string id = $"{writer}-{n}";
            await Items(client).CreateItemAsync(new Doc(id, "a", n), cancellationToken: cancellationToken);
            acknowledged[id] = n;
        }
    }

    private static async Task AfterAsync(ConcurrentDictionary<string, int> acknowledged, int count, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (acknowledged.Count < count)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static async Task ExpectAsync(NacreClient client, ConcurrentDictionary<string, int> acknowledged, CancellationToken cancellationToken)
    {
        foreach ((string id, int n) in acknowledged)
        {
            Item<Doc> read = await Items(client).ReadItemAsync<Doc>("a", id, cancellationToken: cancellationToken);
            Assert.That(read.Value.N, Is.EqualTo(n));
        }
    }

    /// <summary>Waits until all replicas of a shard have applied the same, by its running hash.</summary>
    private Task SameEverywhereAsync(CancellationToken cancellationToken) => TestCluster.UntilAsync(
        () =>
        {
            var replicas = _cluster.Nodes.SelectMany(node => node!.Node.Replicas).ToList();
            IEnumerable<IGrouping<ShardId, ReplicaStatus>> shards = replicas.GroupBy(replica => replica.Shard);
            return Task.FromResult(shards.All(shard =>
                shard.Count() == 3 && shard.Select(replica => (replica.Applied, replica.RunningHash)).Distinct().Count() == 1 &&
                shard.Count(replica => replica.Role == RaftRole.Leader) == 1));
        },
        cancellationToken);

    private sealed record Doc([property: System.Text.Json.Serialization.JsonPropertyName("id")] string Id,
        [property: System.Text.Json.Serialization.JsonPropertyName("pk")] string Pk,
        [property: System.Text.Json.Serialization.JsonPropertyName("n")] int N);
}
