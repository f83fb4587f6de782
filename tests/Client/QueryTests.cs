using System.Text;
using Nacre.Client.Tests.Fakes;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Tests;

/// <summary>Queries as they are sent, and what comes of their answers.</summary>
[TestFixture]
public sealed class QueryTests
{
    private FakeServer _server = null!;
    private NacreClient _client = null!;
    private Container _cities = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _client = _server.Client();
        _server.State.CreateDatabase("queried");
        _server.State.CreateContainer(new() { Database = "queried", Name = "cities", PartitionKeyPaths = { "/country" } });
        _cities = _client.GetContainer("queried", "cities");
        for (int i = 0; i < 5; i++)
        {
            await _cities.UpsertItemAsync(new City($"{i}", "AD", $"n{i}"));
        }
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Query_Options_AreSent()
    {
        var options = new QueryOptions
        {
            Parameters = new() { { "@a", 1 }, { "b", "x" } }, PartitionKey = "AD", PageSize = 7, Explain = true, Consistency = ConsistencyLevel.Eventual,
        };

        QueryPage<ReadOnlyMemory<byte>> page = (await PagesAsync(_cities.QueryJson("SELECT 1", options)))[0];

        Wire.QueryRequest request = _server.State.Queries.Single();
        Assert.That(request.Text, Is.EqualTo("SELECT 1"));
        Assert.That(request.Parameters.Select(p => $"{p.Name}={p.Value.ToString(Encoding.UTF8)}"), Is.EqualTo(new[] { "@a=1", "@b=\"x\"" }));
        Assert.That(request.PartitionKey.Values.Single().Text, Is.EqualTo("AD"));
        Assert.That((request.MaxItems, request.Explain, request.Consistency), Is.EqualTo((7, true, Wire.ConsistencyLevel.Eventual)));
        Assert.That(page.Plan, Is.EqualTo("scan\nanswer"));
        Assert.That((page.RequestCharge, page.ItemsLookedAt, page.Values.Count), Is.EqualTo((1.25, 5L, 5)));
        Assert.That(page.BytesRead, Is.EqualTo(page.Values.Sum(row => row.Length)));
    }

    [Test]
    public async Task Query_SeveralPages_FollowContinuations()
    {
        List<string> names = [];
        await foreach (City city in _cities.Query<City>("SELECT * FROM c", new QueryOptions { PageSize = 2 }))
        {
            names.Add(city.Name);
        }

        QueryPage<City> first = (await PagesAsync(_cities.Query<City>("SELECT * FROM c", new QueryOptions { PageSize = 2 })))[0];
        List<QueryPage<City>> rest = await PagesAsync(_cities.Query<City>("SELECT * FROM c", new QueryOptions { PageSize = 3, Continuation = first.Continuation }));

        Assert.That(names, Is.EqualTo(new[] { "n0", "n1", "n2", "n3", "n4" }));
        Assert.That(rest.SelectMany(page => page.Values).Select(city => city.Name), Is.EqualTo(names.Skip(2)));
        Assert.That(rest[^1].Continuation, Is.Null);
        Assert.That(rest[^1].Plan, Is.Null);
    }

    private static async Task<List<QueryPage<T>>> PagesAsync<T>(QueryResults<T> results)
    {
        List<QueryPage<T>> pages = [];
        await foreach (QueryPage<T> page in results.AsPages())
        {
            pages.Add(page);
        }

        return pages;
    }

    [TestCase(0)]
    [TestCase(1001)]
    public void Query_PageSizeOutOfRange_Throws(int size) =>
        Assert.That(() => _cities.Query<City>("SELECT * FROM c", new QueryOptions { PageSize = size }), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
