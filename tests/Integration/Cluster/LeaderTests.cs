using System.Diagnostics.Metrics;
using Nacre.Client;
using Nacre.Core.Ids;
using Nacre.Integration.Tests.Support;
using Nacre.Replication.Raft;

namespace Nacre.Integration.Tests.Cluster;

/// <summary>The SDK goes to the nodes that lead: what is written comes in where it belongs, and no node has to carry it on.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class LeaderTests
{
    private const int Streak = 100;

    private TestCluster _cluster = null!;
    private MeterListener _listener = null!;
    private long _forwarded;

    [SetUp]
    public async Task SetUp()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        _cluster = await TestCluster.StartAsync(3, patience.Token);
        await _cluster[0].MakeContainerAsync();
        _forwarded = 0;
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "nacre.replica.forwarded")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (tags[0].Value is > (long)0)
            {
                Interlocked.Add(ref _forwarded, count);
            }
        });
        _listener.Start();
    }

    [TearDown]
    public async Task TearDown()
    {
        _listener.Dispose();
        await _cluster.DisposeAsync();
    }

    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Writes_ToShardsOfSeveralLeaders_AreCarriedOnByNoNode(NacreTransport transport, CancellationToken cancellationToken)
    {
        await TestCluster.UntilAsync(() => Task.FromResult(Leaders().Distinct().Count() == 2), cancellationToken);
        await using NacreClient client = _cluster.NewClient(new NacreClientOptions { Transport = transport });

        await StraightAsync(client, "a", cancellationToken);
        Assert.That((await Items(client).ReadItemAsync<Doc>("a7", "a7", cancellationToken: cancellationToken)).Value.N, Is.EqualTo(7));
    }

    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Writes_AfterALeaderHasGone_GoToTheNext(NacreTransport transport, CancellationToken cancellationToken)
    {
        await using NacreClient client = _cluster.NewClient(new NacreClientOptions { Transport = transport });
        await StraightAsync(client, "a", cancellationToken);
        for (int node = 0; node < 3; node++)
        {
            await _cluster.StopAsync(node);
            await StraightAsync(client, $"down{node}-", cancellationToken);
            await _cluster.RestartAsync(node);
            await StraightAsync(client, $"up{node}-", cancellationToken);
        }
    }

    [Test]
    public async Task Writes_OfAClientOfOneNode_AreCarriedOn(CancellationToken cancellationToken)
    {
        await TestCluster.UntilAsync(() => Task.FromResult(Leaders().Distinct().Count() == 2), cancellationToken);
        TestNode node = _cluster[0];
        await using var client = new NacreClient(
            new NacreConnection(node.Node.Endpoint, node.Connection.AccountKey, node.Connection.CaCertificate),
            new NacreClientOptions { DiscoverNodes = false });
        for (int n = 0; n < Streak; n++)
        {
            await Items(client).UpsertItemAsync(new Doc($"a{n}", $"a{n}", n), cancellationToken: cancellationToken);
        }

        Assert.That(Interlocked.Read(ref _forwarded), Is.GreaterThan(0), "the counter counts");
    }

    private static Nacre.Client.Container Items(NacreClient client) => client.GetContainer("db", "items");

    /// <summary>Writes to many partitions until a number of writes in a row were carried on by no node.</summary>
    private async Task StraightAsync(NacreClient client, string prefix, CancellationToken cancellationToken)
    {
        for (int n = 0, since = 0; n - since < Streak; n++)
        {
            long before = Interlocked.Read(ref _forwarded);
            await Items(client).UpsertItemAsync(new Doc($"{prefix}{n}", $"{prefix}{n}", n), cancellationToken: cancellationToken);
            since = Interlocked.Read(ref _forwarded) == before ? since : n;
        }
    }

    /// <summary>The leaders of the data shards, as far as they are known.</summary>
    private IEnumerable<NodeId> Leaders() => _cluster.Nodes.SelectMany(node => node!.Node.Replicas)
        .Where(replica => replica is { Role: RaftRole.Leader } && replica.Shard != ShardId.Control).Select(replica => replica.LeaderNode);

    private sealed record Doc([property: System.Text.Json.Serialization.JsonPropertyName("id")] string Id,
        [property: System.Text.Json.Serialization.JsonPropertyName("pk")] string Pk,
        [property: System.Text.Json.Serialization.JsonPropertyName("n")] int N);
}
