using System.Runtime.CompilerServices;
using System.Text;
using Nacre.Client.Tests.Fakes;
using Nacre.Protocol.V1;

namespace Nacre.Client.Tests;

[TestFixture]
public sealed class BulkTests
{
    private FakeServer _server = null!;
    private NacreClient _client = null!;
    private Container _cities = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new CreateContainerRequest { Database = "world", Name = "cities", PartitionKeyPaths = { "/country" } });
        _client = _server.Client();
        _cities = _client.GetContainer("world", "cities");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Write_ManyItems_ResultsInOrder()
    {
        List<BulkResult> results = await CollectAsync(_cities.Bulk.WriteAsync(Cities(2000)));

        Assert.That(results.Select(result => result.Index), Is.EqualTo(Enumerable.Range(0, 2000)));
        Assert.That(results, Is.All.Property(nameof(BulkResult.IsOk)).True);
        Assert.That(_server.State.Stream.Opened, Is.EqualTo(1), "whatever the client's transport is");
        Assert.That(_server.State.Calls, Is.Empty);
    }

    [Test]
    public async Task WriteJson_SomeRefused_OthersGoIn()
    {
        List<BulkResult> results = await CollectAsync(_cities.Bulk.WriteJsonAsync(Lines("""{"id":"a","country":"AD"}""", "not json", """{"id":"b","country":"AD"}""")));

        Assert.That(results[1].Error!.Code, Is.EqualTo(NacreErrorCode.Malformed));
        Assert.That(results[0].IsOk && results[2].IsOk, Is.True);
        Assert.That(await _cities.TryReadJsonAsync("AD", "b"), Is.Not.Null);
    }

    [Test]
    public async Task Write_CreateMode_LeavesWhatIsThere()
    {
        await _cities.CreateItemAsync(new City("3", "AD", "old"));

        List<BulkResult> results = await CollectAsync(_cities.Bulk.WriteAsync(Cities(5), new BulkOptions { Mode = BulkMode.Create }));

        Assert.That(results[3].Error!.Code, Is.EqualTo(NacreErrorCode.AlreadyExists));
        Assert.That((await _cities.ReadItemAsync<City>("AD", "3")).Value.Name, Is.EqualTo("old"));
    }

    [Test]
    public async Task Write_BoundsOpenItems()
    {
        int taken = 0;
        int given = 0;
        int most = 0;
        await foreach (BulkResult _ in _cities.Bulk.WriteAsync(Counted(), new BulkOptions { MaxOpen = 10 }))
        {
            given++;
        }

        Assert.That(most, Is.LessThanOrEqualTo(10));
        Assert.That(given, Is.EqualTo(100));

        async IAsyncEnumerable<City> Counted()
        {
            await foreach (City city in Cities(100))
            {
                most = Math.Max(most, taken - given);
                taken++;
                yield return city;
            }
        }
    }

    [Test]
    public async Task Write_SlowSource_ResultsComeBeforeTheNextItem()
    {
        var next = new TaskCompletionSource();
        IAsyncEnumerator<BulkResult> results = _cities.Bulk.WriteAsync(Slow()).GetAsyncEnumerator();

        Assert.That(await results.MoveNextAsync(), Is.True);
        next.SetResult();
        Assert.That(await results.MoveNextAsync(), Is.True);
        Assert.That(await results.MoveNextAsync(), Is.False);
        await results.DisposeAsync();

        async IAsyncEnumerable<City> Slow()
        {
            yield return new City("1", "AD", "n");
            await next.Task;
            yield return new City("2", "AD", "n");
        }
    }

    [Test]
    public async Task Write_LeftEarly_WaitsForWhatIsOpen()
    {
        await foreach (BulkResult _ in _cities.Bulk.WriteAsync(Cities(1000), new BulkOptions { MaxOpen = 50 }))
        {
            break;
        }

        Assert.That(_server.State.Sequences.Count, Is.InRange(1, 51));
    }

    [Test]
    public void Write_SourceThrows_Throws()
    {
        Assert.That(async () => await CollectAsync(_cities.Bulk.WriteAsync(Broken())), Throws.InvalidOperationException);

        static async IAsyncEnumerable<City> Broken()
        {
            yield return new City("1", "AD", "n");
            await Task.Yield();
            throw new InvalidOperationException();
        }
    }

    [Test]
    public async Task Write_Cancelled_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        int seen = 0;

        Assert.That(
            async () =>
            {
                await foreach (BulkResult _ in _cities.Bulk.WriteAsync(Cities(100_000), new BulkOptions { MaxOpen = 5 }, cancellation.Token))
                {
                    if (++seen == 3)
                    {
                        await cancellation.CancelAsync();
                    }
                }
            },
            Throws.InstanceOf<OperationCanceledException>());
        await Task.CompletedTask;
    }

    private static async Task<List<BulkResult>> CollectAsync(IAsyncEnumerable<BulkResult> results)
    {
        List<BulkResult> all = [];
        await foreach (BulkResult result in results)
        {
            all.Add(result);
        }

        return all;
    }

    private static async IAsyncEnumerable<City> Cities(int count, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        for (int i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new City($"{i}", "AD", "n");
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Lines(params string[] lines)
    {
        await Task.CompletedTask;
        foreach (string line in lines)
        {
            yield return Encoding.UTF8.GetBytes(line);
        }
    }
}
