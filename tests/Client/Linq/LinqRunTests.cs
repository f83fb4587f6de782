using System.Text;
using Nacre.Client.Linq;
using Nacre.Client.Tests.Fakes;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Tests.Linq;

/// <summary>What ends a query: what is sent, and what becomes of the answer.</summary>
[TestFixture]
public sealed class LinqRunTests
{
    private FakeServer _server = null!;
    private NacreClient _client = null!;

    private IQueryable<Town> All => _client.GetContainer("world", "towns").AsQueryable<Town>();

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _client = _server.Client();
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new() { Database = "world", Name = "towns", PartitionKeyPaths = { "/country" } });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [SetUp]
    public void Forget() => _server.State.Queries.Clear();

    [Test]
    public async Task Rows_AreReadAsWhatTheQueryMakes()
    {
        Answer("""{"name":"Vaduz","deep":{"region":null}}""", """{"name":"Balzers"}""");

        var rows = await All.Select(c => new { c.Name, Deep = new { c.Region } }).ToListAsync();

        Assert.That(rows.Select(row => row.Name), Is.EqualTo(new[] { "Vaduz", "Balzers" }));
        Assert.That(rows[0].Deep.Region, Is.Null);
        Assert.That(await All.Select(c => c.Name).ToArrayAsync().ContinueWith(task => task.IsFaulted), Is.True, "objects are no strings");
    }

    [Test]
    public async Task Options_AreSentWithTheQuery()
    {
        Answer();
        var options = new QueryOptions { PartitionKey = "LI", PageSize = 7, Explain = true, Continuation = "t" };

        await _client.GetContainer("world", "towns").AsQueryable<Town>(options).Where(c => c.Name == "Vaduz").ToListAsync();

        Wire.QueryRequest request = _server.State.Queries.Single();
        Assert.That(request.Text, Is.EqualTo("SELECT VALUE c FROM c WHERE c.name = @p0"));
        Assert.That(request.Parameters.Select(p => $"{p.Name}={p.Value.ToString(Encoding.UTF8)}"), Is.EqualTo(new[] { "@p0=\"Vaduz\"" }));
        Assert.That(request.PartitionKey.Values.Single().Text, Is.EqualTo("LI"));
        Assert.That((request.MaxItems, request.Explain, request.Continuation), Is.EqualTo((7, true, "t")));
    }

    [Test]
    public async Task Pages_TellTheirCost()
    {
        Answer("1", "2");

        await foreach (QueryPage<int> page in All.Select(c => c.Population).AsPages())
        {
            Assert.That(page.Values, Is.EqualTo(new[] { 1, 2 }));
            Assert.That(page.RequestCharge, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task First_AsksForOneRow()
    {
        Answer("\"Vaduz\"");
        Assert.That(await All.Select(c => c.Name).FirstAsync(), Is.EqualTo("Vaduz"));
        Assert.That(await All.Select(c => c.Name).FirstOrDefaultAsync(name => name != "x"), Is.EqualTo("Vaduz"));
        Sent("SELECT TOP @p0 VALUE c.name FROM c", "SELECT TOP @p0 VALUE c.name FROM c WHERE c.name != @p1");

        Answer();
        Assert.That(await All.FirstOrDefaultAsync(), Is.Null);
        Assert.That(() => All.FirstAsync(c => c.IsCapital), Throws.InvalidOperationException);
    }

    [Test]
    public async Task Single_AsksForTwoRows()
    {
        Answer("1");
        Assert.That(await All.Select(c => c.Population).SingleAsync(), Is.EqualTo(1));
        Assert.That(await All.Select(c => c.Population).SingleOrDefaultAsync(), Is.EqualTo(1));
        Assert.That(_server.State.Queries.Last().Parameters[0].Value.ToString(Encoding.UTF8), Is.EqualTo("2"));

        Answer();
        Assert.That(await All.Select(c => c.Population).SingleOrDefaultAsync(n => n > 1), Is.Zero);
        Assert.That(() => All.SingleAsync(), Throws.InvalidOperationException);

        Answer("1", "2");
        Assert.That(() => All.Select(c => c.Population).SingleAsync(n => n > 0), Throws.InvalidOperationException);
        Assert.That(() => All.Select(c => c.Population).SingleOrDefaultAsync(), Throws.InvalidOperationException);
    }

    [Test]
    public async Task AnyAndAll_LookForOneRow()
    {
        Answer("1");
        Assert.That(await All.OrderBy(c => c.Name).AnyAsync(), Is.True);
        Assert.That(await All.AnyAsync(c => c.IsCapital), Is.True);
        Assert.That(await All.AllAsync(c => c.Region == "North"), Is.False);
        Sent(
            "SELECT TOP @p0 VALUE 1 FROM c",
            "SELECT TOP @p0 VALUE 1 FROM c WHERE c.isCapital",
            "SELECT TOP @p0 VALUE 1 FROM c WHERE (NOT (c.region = @p1)) ?? true");

        Assert.That(await All.Select(c => c.Country).Distinct().Skip(5).AnyAsync(), Is.True);
        Sent("SELECT DISTINCT VALUE c.country FROM c OFFSET @p0 LIMIT @p1");

        Answer();
        Assert.That(await All.AnyAsync(), Is.False);
        Assert.That(await All.AllAsync(c => c.IsCapital), Is.True);
    }

    [Test]
    public async Task Aggregates_AreAsked()
    {
        Answer("6");
        Assert.That(await All.CountAsync(), Is.EqualTo(6));
        Assert.That(await All.LongCountAsync(c => c.IsCapital), Is.EqualTo(6L));
        Assert.That(await All.SumAsync(c => c.Population), Is.EqualTo(6));
        Assert.That(await All.SumAsync(c => c.Founded), Is.EqualTo(6));
        Assert.That(await All.Select(c => c.Area).SumAsync(), Is.EqualTo(6.0));
        Assert.That(await All.Select(c => c.Founded).SumAsync(), Is.EqualTo(6));
        Assert.That(await All.AverageAsync(c => c.Population), Is.EqualTo(6.0));
        Assert.That(await All.AverageAsync(c => c.Founded), Is.EqualTo(6.0));
        Assert.That(await All.Select(c => c.Population).AverageAsync(), Is.EqualTo(6.0));
        Assert.That(await All.Select(c => c.Founded).AverageAsync(), Is.EqualTo(6.0));
        Assert.That(await All.MinAsync(c => c.Population), Is.EqualTo(6));
        Assert.That(await All.OrderBy(c => c.Name).SelectMany(c => c.Visits).MaxAsync(v => v.Stars), Is.EqualTo(6));
        Assert.That(await All.Select(c => c.Population).MinAsync(), Is.EqualTo(6));
        Assert.That(await All.Select(c => c.Population).MaxAsync(), Is.EqualTo(6));
        const string Founded = "(IS_NULL(c.founded) ? undefined : c.founded)";
        Sent(
            "SELECT VALUE COUNT(1) FROM c",
            "SELECT VALUE COUNT(1) FROM c WHERE c.isCapital",
            "SELECT VALUE SUM(c.population) FROM c",
            $"SELECT VALUE SUM{Founded} FROM c",
            "SELECT VALUE SUM(c.area) FROM c",
            $"SELECT VALUE SUM{Founded} FROM c",
            "SELECT VALUE AVG(c.population) FROM c",
            $"SELECT VALUE AVG{Founded} FROM c",
            "SELECT VALUE AVG(c.population) FROM c",
            $"SELECT VALUE AVG{Founded} FROM c",
            "SELECT VALUE MIN(c.population) FROM c",
            "SELECT VALUE MAX(IS_NULL(t1.stars) ? undefined : t1.stars) FROM c JOIN t1 IN c.visits",
            "SELECT VALUE MIN(c.population) FROM c",
            "SELECT VALUE MAX(c.population) FROM c");
    }

    [Test]
    public async Task Aggregates_OfNothing_AreNullOrRefused()
    {
        Answer();
        Assert.That(await All.MinAsync(c => c.Region), Is.Null);
        Assert.That(await All.MaxAsync(c => c.Founded), Is.Null);
        Assert.That(await All.AverageAsync(c => c.Founded), Is.Null);
        Assert.That(() => All.MinAsync(c => c.Population), Throws.InvalidOperationException);
        Assert.That(() => All.AverageAsync(c => c.Population), Throws.InvalidOperationException);
    }

    [Test]
    public void Aggregates_OfRowsThatAreCutOffOrDistinct_AreRefused()
    {
        Assert.That(() => All.Take(5).CountAsync(), Refused("before Skip and Take"));
        Assert.That(() => All.Select(c => c.Name).Distinct().CountAsync(), Refused("before Distinct"));
        Assert.That(() => All.GroupBy(c => c.Country).Select(g => g.Key).CountAsync(), Refused("in the program"));
        Assert.That(() => All.MaxAsync(c => c.Mood), Refused("written as its name"));
        Assert.That(() => All.Take(5).AnyAsync(c => c.IsCapital), Refused("before Skip and Take"));
    }

    [Test]
    public void Cancelled_Throws() =>
        Assert.That(() => All.ToListAsync(new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());

    private static NUnit.Framework.Constraints.ContainsConstraint Refused(string advice) =>
        Throws.TypeOf<NacreException>().With.Property("Code").EqualTo(NacreErrorCode.QueryNotTranslatable).And.Message.Contains(advice);

    private void Answer(params string[] rows) => _server.State.AnswerQuery = _ => rows;

    private void Sent(params string[] texts)
    {
        Assert.That(_server.State.Queries.Select(query => query.Text), Is.EqualTo(texts));
        _server.State.Queries.Clear();
    }
}
