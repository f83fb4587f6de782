using System.Text.Json;
using Nacre.Client.Tests.Fakes;

namespace Nacre.Client.Tests;

/// <summary>Indexing policies as types and as JSON, and the wait for what they ask for.</summary>
[TestFixture]
public sealed class IndexingTests
{
    private FakeServer _server = null!;
    private NacreClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _client = _server.Client();
        _server.State.CreateDatabase("world");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public void Policy_WrittenAndRead_IsTheSame()
    {
        var policy = new IndexingPolicy
        {
            IncludedPaths = ["/a/?", "/b/[]/*"],
            ExcludedPaths = ["/*"],
            CompositeIndexes = [[new CompositePath("/a"), new CompositePath("/b", IsDescending: true)]],
            SpatialIndexes = [new SpatialIndex("/place/?", SpatialType.Point, SpatialType.MultiPolygon)],
        };

        var read = IndexingPolicy.FromJson(policy.ToJson());

        Assert.That(policy.ToJson(), Is.EqualTo(
            """{"indexingMode":"consistent","automatic":true,"includedPaths":[{"path":"/a/?"},{"path":"/b/[]/*"}],"excludedPaths":[{"path":"/*"}],"compositeIndexes":[[{"path":"/a","order":"ascending"},{"path":"/b","order":"descending"}]],"spatialIndexes":[{"path":"/place/?","types":["Point","MultiPolygon"]}]}"""));
        Assert.That(read, Is.EqualTo(policy));
        Assert.That(read.IncludedPaths, Is.EqualTo(policy.IncludedPaths));
        Assert.That(read.ExcludedPaths, Is.EqualTo(policy.ExcludedPaths));
        Assert.That(read.CompositeIndexes, Is.EqualTo(policy.CompositeIndexes));
        Assert.That(read.SpatialIndexes[0].Types, Is.EqualTo(policy.SpatialIndexes[0].Types));
    }

    [Test]
    public void Policy_WithoutPaths_IncludesEverything()
    {
        Assert.That(IndexingPolicy.FromJson("{}").IncludedPaths, Is.EqualTo(new[] { "/*" }));
        Assert.That(IndexingPolicy.FromJson("""{"indexingMode":"None"}""").Mode, Is.EqualTo(IndexingMode.None));
        Assert.That(new IndexingPolicy { Mode = IndexingMode.None }.ToJson(), Is.EqualTo(IndexingPolicy.None.ToJson()));
        Assert.That(IndexingPolicy.None.ToJson(), Does.Contain("\"includedPaths\":[]"));
    }

    [Test]
    public void Policy_OfMembersThatTheTypeHasNot_IsSentAsItIs()
    {
        const string Json = """{"vectorIndexes":[{"path":"/v"}], "includedPaths":[{"path":"/*","typo":1},5]}""";

        var policy = IndexingPolicy.FromJson(Json);

        Assert.That(policy.ToJson(), Is.EqualTo(Json), "the server judges it");
        Assert.That(policy.IncludedPaths, Is.EqualTo(new[] { "/*" }));
        Assert.That((policy with { ExcludedPaths = ["/a/?"] }).ToJson(), Does.Not.Contain("typo").And.Contain("/a/?"));
    }

    [TestCase("[]")]
    [TestCase("{")]
    [TestCase("")]
    public void Policy_OfNoObject_IsRefused(string json) => Assert.That(() => IndexingPolicy.FromJson(json), Throws.InstanceOf<JsonException>());

    [Test]
    public async Task Container_MadeWithAPolicyAndGivenAnother_TellsEach()
    {
        Database world = _client.GetDatabase("world");
        Container plain = await world.CreateContainerAsync("plain", new ContainerSettings("/country"));
        Container bare = await world.CreateContainerAsync("bare", new ContainerSettings("/country") { Indexing = IndexingPolicy.None });
        ContainerProperties before = await bare.GetAsync();

        ContainerProperties after = await bare.ReplaceIndexingPolicyAsync(IndexingPolicy.Default, before.ETag);

        Assert.That((await plain.GetAsync()).Indexing, Is.EqualTo(IndexingPolicy.Default));
        Assert.That(before.Indexing, Is.EqualTo(IndexingPolicy.None));
        Assert.That((after.Indexing, after.ETag), Is.Not.EqualTo((before.Indexing, before.ETag)));
        Assert.That(after.Indexing, Is.EqualTo(IndexingPolicy.Default));
        Assert.That(() => bare.ReplaceIndexingPolicyAsync(IndexingPolicy.None, before.ETag), Refused.With(NacreErrorCode.PreconditionFailed));
        Assert.That(() => world.GetContainer("none").ReplaceIndexingPolicyAsync(IndexingPolicy.None), Refused.With(NacreErrorCode.NotFound));
    }

    [Test]
    public async Task Wait_LooksUntilAllIsBuilt()
    {
        var time = new ShortPauses();
        await using NacreClient client = _server.Client(change: options => options with { TimeProvider = time });
        Container cities = await client.GetDatabase("world").CreateContainerAsync("cities", new ContainerSettings("/country"));
        _server.State.IndexedPerLook = 250;
        var seen = new Seen();

        IndexingProgress last = await cities.WaitForIndexingAsync(seen);

        Assert.That(seen.Told.Select(told => (told.Fraction, told.ItemsLeft, told.IsReady)), Is.EqualTo(new[]
        {
            (0.25, 750L, false), (0.5, 500L, false), (0.75, 250L, false), (1.0, 0L, true),
        }));
        Assert.That(last, Is.SameAs(seen.Told[^1]));
        Assert.That(last.Ranges.Single(), Is.EqualTo(new RangeIndexingProgress((await cities.GetAsync()).Ranges[0].Id, true, 1, 1000, 0)));
        Assert.That(last.Policy, Is.EqualTo(IndexingPolicy.Default));
        Assert.That(time.Pauses, Is.EqualTo(3), "none after the last look");
    }

    private sealed class Seen : IProgress<IndexingProgress>
    {
        public List<IndexingProgress> Told { get; } = [];

        public void Report(IndexingProgress value) => Told.Add(value);
    }

    /// <summary>The half seconds between two looks are over at once.</summary>
    private sealed class ShortPauses : TimeProvider
    {
        public int Pauses { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            bool isPause = dueTime == TimeSpan.FromMilliseconds(500);
            Pauses += isPause ? 1 : 0;
            return base.CreateTimer(callback, state, isPause ? TimeSpan.Zero : dueTime, period);
        }
    }
}
