using Nacre.Client;
using Nacre.Client.Tests.Fakes;
using Nacre.Integration.Tests.Support;

namespace Nacre.Integration.Tests;

/// <summary>The SDK over two ways to a node, which break by turns under load.</summary>
[TestFixture]
public sealed class FailoverTests
{
    private const int Writers = 16;
    private const int Documents = 2000;

    private sealed record Town(string Id, string Pk, string Name);

    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Writes_WaysBreakByTurns_EachTakesEffectOnceAndNobodyNotices(NacreTransport transport)
    {
        await using TestNode node = await TestNode.StartAsync();
        await using var first = new Relay(node.Node.Endpoint);
        await using var second = new Relay(node.Node.Endpoint);
        await using var client = new NacreClient(
            new NacreConnection([first.Endpoint, second.Endpoint], node.Connection.AccountKey, node.Connection.CaCertificate),
            new NacreClientOptions { Transport = transport, RetryDelay = TimeSpan.FromMilliseconds(5), NodeTimeout = TimeSpan.FromMilliseconds(500) });
        Database database = await client.CreateDatabaseAsync("db");
        Container towns = await database.CreateContainerAsync("towns", new ContainerSettings("/pk"));

        int next = 0;
        int acknowledged = 0;
        var faults = new SortedDictionary<int, Action>
        {
            [200] = first.Die,
            [500] = first.Revive,
            [700] = second.Die,
            [1000] = second.Revive,
            [1200] = first.Freeze,
            [1500] = first.Thaw,
            [1700] = second.Cut,
        };
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number and <= Documents)
            {
                // Whoever executed a create twice would be told that it is there already.
                await towns.CreateItemAsync(new Town($"{number}", $"p{number % 7}", "n"));
                if (faults.TryGetValue(Interlocked.Increment(ref acknowledged), out Action? fault))
                {
                    fault();
                }
            }
        }));

        HashSet<string> found = [];
        await foreach (Item<Town> item in towns.ListItems<Town>())
        {
            Assert.That(found.Add(item.Value.Id), Is.True);
        }

        Assert.That(found, Has.Count.EqualTo(Documents));
        Assert.That(first.Accepted, Is.GreaterThan(0));
        Assert.That(second.Accepted, Is.GreaterThan(0));
        Assert.That((await client.GetAccountAsync()).DataShards, Is.EqualTo(2));
    }
}
