using System.Text;
using Nacre.Client;
using Nacre.Core.Errors;
using Nacre.Integration.Tests.Support;
using Nacre.Server.Hosting;

namespace Nacre.Integration.Tests;

/// <summary>The SDK against a whole node.</summary>
[TestFixture]
public sealed class ClientTests
{
    private sealed record Town(string Id, string Pk, string Name);

    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Items_EveryOperation_BehavesAsDocumented(NacreTransport transport)
    {
        await using TestNode node = await TestNode.StartAsync();
        await using NacreClient client = Connect(node, transport);
        Container towns = await MakeAsync(client);

        WriteResult created = await towns.CreateItemAsync(new Town("1", "a", "Ā 🦪"));
        Item<Town> read = await towns.ReadItemAsync<Town>("a", "1");
        WriteResult replaced = await towns.ReplaceItemAsync(read.Value with { Name = "b" }, new WriteOptions { IfMatch = read.ETag });
        WriteResult upserted = await towns.UpsertItemAsync(new Town("2", "a", "c"), new WriteOptions { OnlyIfAbsent = true, PartitionKey = "a" });
        await towns.DeleteItemAsync("a", "2", new WriteOptions { IfMatch = upserted.ETag });

        Assert.That(created.Created && upserted.Created, Is.True);
        Assert.That(replaced.Created, Is.False);
        Assert.That(read.Value, Is.EqualTo(new Town("1", "a", "Ā 🦪")));
        Assert.That(replaced.Lsn, Is.GreaterThan(created.Lsn));
        Assert.That(await towns.TryReadItemAsync<Town>("a", "2"), Is.Null);
        await RefusedAsync(NacreErrorCode.AlreadyExists, () => towns.CreateItemAsync(new Town("1", "a", "d")));
        await RefusedAsync(NacreErrorCode.PreconditionFailed, () => towns.ReplaceItemAsync(new Town("1", "a", "d"), new WriteOptions { IfMatch = created.ETag }));
        await RefusedAsync(NacreErrorCode.PreconditionFailed, () => towns.UpsertItemAsync(new Town("1", "a", "d"), new WriteOptions { OnlyIfAbsent = true }));
        await RefusedAsync(NacreErrorCode.NotFound, () => towns.ReplaceItemAsync(new Town("3", "a", "d")));
        await RefusedAsync(NacreErrorCode.NotFound, () => towns.DeleteItemAsync("a", "3"));
        await RefusedAsync(NacreErrorCode.PartitionKeyMismatch, () => towns.CreateItemAsync(new Town("3", "a", "d"), new WriteOptions { PartitionKey = "b" }));
        await RefusedAsync(NacreErrorCode.Malformed, () => towns.CreateJsonAsync("{}"u8.ToArray()));
        await RefusedAsync(NacreErrorCode.TooLarge, () => towns.CreateItemAsync(new Town("3", "a", new string('x', (2 * 1024 * 1024) + 1))));
        NacreException unmodified = await ErrorOfAsync(() => towns.ReadItemAsync<Town>("a", "1", new ReadOptions { IfNoneMatch = replaced.ETag }));
        Assert.That(unmodified.Code, Is.EqualTo(NacreErrorCode.NotModified));
        Assert.That(unmodified.ActivityId, Has.Length.EqualTo(32));
    }

    /// <summary>Whatever more is under way in a bulk of large items is refused, and in the end fails.</summary>
    [Test]
    public void Bulk_ByDefault_KeepsToHalfOfWhatOneShardTakes() =>
        Assert.That(new BulkOptions().MaxOpenBytes, Is.LessThanOrEqualTo(new Nacre.Replication.ShardReplicaOptions().MaxPendingBytes / 2));

    [Test]
    public async Task Keys_ReadOnlyAndUnknown_AreRefused()
    {
        await using TestNode node = await TestNode.StartAsync();
        await using NacreClient client = Connect(node);
        Container towns = await MakeAsync(client);
        foreach (NacreTransport transport in Enum.GetValues<NacreTransport>())
        {
            await using NacreClient readOnly = Connect(node, transport, node.Connection.ReadOnlyKey);
            await using NacreClient unknown = Connect(node, transport, Convert.ToBase64String(new byte[64]));

            await RefusedAsync(NacreErrorCode.Forbidden, () => readOnly.GetContainer("db", "towns").UpsertItemAsync(new Town("1", "a", "b")));
            await RefusedAsync(NacreErrorCode.Unauthenticated, () => unknown.GetContainer("db", "towns").UpsertItemAsync(new Town("1", "a", "b")));
            Assert.That(await readOnly.GetContainer("db", "towns").TryReadItemAsync<Town>("a", "1"), Is.Null);
        }

        Assert.That(await towns.TryReadItemAsync<Town>("a", "1"), Is.Null);
    }

    [Test]
    public async Task Lists_SeveralPages_GiveAllOnceInOrder()
    {
        await using TestNode node = await TestNode.StartAsync();
        await using NacreClient client = Connect(node);
        Container towns = await MakeAsync(client);
        await foreach (BulkResult result in towns.Bulk.WriteAsync(Towns(1000)))
        {
            Assert.That(result.IsOk, Is.True, result.Error?.ToString());
        }

        List<Town> all = await CollectAsync(towns.ListItems<Town>(new ListOptions { PageSize = 70 }));
        List<Town> again = await CollectAsync(towns.ListItems<Town>());
        List<Town> partition = await CollectAsync(towns.ListItems<Town>(new ListOptions { PartitionKey = "p3", PageSize = 7 }));
        List<Town> changes = await CollectAsync(towns.ListItems<Town>(new ListOptions { Order = ListOrder.Change, PageSize = 70 }));

        Assert.That(all.Select(town => int.Parse(town.Id, null)).Order(), Is.EqualTo(Enumerable.Range(0, 1000)));
        Assert.That(again, Is.EqualTo(all));
        Assert.That(partition.Select(town => town.Id), Is.Ordered.Using<string>(StringComparer.Ordinal).And.Exactly(100).Items);
        Assert.That(changes, Is.EquivalentTo(all));
    }

    [Test]
    public async Task Stream_OfMoreBytesThanOneMessageMayHold_CarriesThemAll()
    {
        const int Items = 200;
        await using TestNode node = await TestNode.StartAsync();
        await using NacreClient client = Connect(node, NacreTransport.Stream, maxRetries: 0);
        Container towns = await MakeAsync(client);
        string text = new('x', 32 * 1024);

        await Task.WhenAll(Enumerable.Range(0, Items).Select(async i =>
            await towns.CreateJsonAsync(Encoding.UTF8.GetBytes($$"""{"id":"{{i}}","pk":"a","text":"{{text}}"}"""))));

        Item<ReadOnlyMemory<byte>> last = await towns.ReadJsonAsync("a", $"{Items - 1}");
        Assert.That(last.Value.Length, Is.GreaterThan(text.Length));
    }

    [TestCase(NacreTransport.Unary, false)]
    [TestCase(NacreTransport.Unary, true)]
    [TestCase(NacreTransport.Stream, false)]
    [TestCase(NacreTransport.Stream, true)]
    public async Task Creates_WhileTheNodeStartsAgain_AreExecutedOnce(NacreTransport transport, bool crash)
    {
        const int Items = 3000;
        TestNode node = await TestNode.StartAsync();
        await using NacreClient client = Connect(node, transport, maxRetries: 100);
        Container towns = await MakeAsync(client);
        int done = 0;
        var halfway = new TaskCompletionSource();

        // A create that was executed twice would be answered with AlreadyExists.
        Task creates = Parallel.ForAsync(0, Items, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, cancellationToken) =>
        {
            await towns.CreateItemAsync(new Town($"{i}", $"p{i % 10}", "n"), cancellationToken: cancellationToken);
            if (Interlocked.Increment(ref done) == Items / 3)
            {
                halfway.SetResult();
            }
        });
        await halfway.Task;
        if (!crash)
        {
            await node.Node.StopAsync(default);
        }

        await node.Node.DisposeAsync();
        Result<NacreNode> again = await NacreNode.StartAsync(
            TestNode.OptionsFor(node.Folder) with { Listen = node.Audience }, new NodeEnvironment(), default);
        await creates;

        Assert.That((await CollectAsync(towns.ListItems<Town>(new ListOptions { PageSize = 1000 }))), Has.Count.EqualTo(Items));
        await again.Value.StopAsync(default);
        await node.DisposeAsync();
    }

    private static NacreClient Connect(TestNode node, NacreTransport transport = NacreTransport.Unary, string? key = null, int maxRetries = 8) => new(
        new NacreConnection(new Uri(node.Connection.Endpoint), key ?? node.Connection.AccountKey, node.Connection.CaCertificate),
        new NacreClientOptions { Transport = transport, MaxRetries = maxRetries, MaxRetryDelay = TimeSpan.FromMilliseconds(500), Timeout = TimeSpan.FromMinutes(1) });

    private static async Task<Container> MakeAsync(NacreClient client)
    {
        Database database = await client.CreateDatabaseAsync("db");
        return await database.CreateContainerAsync("towns", new ContainerSettings("/pk") { Ranges = 4 });
    }

    private static async IAsyncEnumerable<Town> Towns(int count)
    {
        await Task.CompletedTask;
        for (int i = 0; i < count; i++)
        {
            yield return new Town($"{i}", $"p{i % 10}", "n");
        }
    }

    private static async Task<List<Town>> CollectAsync(Pageable<Item<Town>> list)
    {
        List<Town> towns = [];
        await foreach (Item<Town> item in list)
        {
            towns.Add(item.Value);
        }

        return towns;
    }

    private static async Task RefusedAsync<T>(NacreErrorCode code, Func<ValueTask<T>> operation) =>
        Assert.That((await ErrorOfAsync(operation)).Code, Is.EqualTo(code));

    private static async Task<NacreException> ErrorOfAsync<T>(Func<ValueTask<T>> operation)
    {
        try
        {
            await operation();
        }
        catch (NacreException e)
        {
            return e;
        }

        Assert.Fail("the operation was not refused");
        throw new InvalidOperationException();
    }
}
