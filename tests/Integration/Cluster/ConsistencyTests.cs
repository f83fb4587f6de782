using System.Text.Json.Serialization;
using Nacre.Client;
using Nacre.Core.Ids;
using Nacre.Integration.Tests.Support;
using Nacre.Replication.Raft;

namespace Nacre.Integration.Tests.Cluster;

/// <summary>The five levels on three nodes, one of which is held back: it hears everything, and applies nothing.</summary>
[TestFixture]
[CancelAfter(180_000)]
internal sealed class ConsistencyTests
{
    private TestCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        _cluster = await TestCluster.StartAsync(3, patience.Token);
        await _cluster[0].MakeContainerAsync();
    }

    [OneTimeTearDown]
    public async Task Stop() => await _cluster.DisposeAsync();

    [SetUp]
    public async Task Reset()
    {
        await using NacreClient client = _cluster.NewClient();
        await client.SetConsistencyAsync(ConsistencyLevel.Strong, 100_000, TimeSpan.FromMinutes(5));
        await TestCluster.UntilAsync(async () => await AllHaveAsync(ConsistencyLevel.Strong), TestContext.CurrentContext.CancellationToken);
    }

    [TearDown]
    public void Release()
    {
        for (int node = 0; node < 3; node++)
        {
            _cluster.FilesOf(node).Release();
        }
    }

    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Levels_OnANodeThatIsHeldBack_GiveWhatTheyPromise(NacreTransport transport, CancellationToken cancellationToken)
    {
        string id = $"held-{transport}";
        await using NacreClient writer = _cluster.NewClient(new NacreClientOptions { Consistency = ConsistencyLevel.Session });
        WriteResult first = await Items(writer).UpsertItemAsync(new Doc(id, "a", 1), cancellationToken: cancellationToken);
        await writer.SetConsistencyAsync(null, maxVersions: 10, cancellationToken: cancellationToken);
        await SameEverywhereAsync(cancellationToken);
        int held = await FollowerOfAsync(writer, first, cancellationToken);
        await using NacreClient reader = ClientOf(held, new NacreClientOptions { Transport = transport });
        await using NacreClient other = ClientOf((held + 1) % 3);

        _cluster.FilesOf(held).Hold();
        await Items(other).UpsertItemAsync(new Doc(id, "a", 2), cancellationToken: cancellationToken);
        WriteResult second = await Items(writer).UpsertItemAsync(new Doc(id, "a", 3), cancellationToken: cancellationToken);

        foreach (ConsistencyLevel level in (ConsistencyLevel[])[ConsistencyLevel.Eventual, ConsistencyLevel.ConsistentPrefix])
        {
            Assert.That(await ReadAsync(reader, id, level, null, cancellationToken), Is.EqualTo(1), $"{level}: what the node has");
            Assert.That(await ListAsync(reader, id, level, null, cancellationToken), Is.EqualTo(1), $"{level}: what the node has");
        }

        Assert.That(await ReadAsync(reader, id, ConsistencyLevel.Session, first.SessionToken, cancellationToken), Is.EqualTo(1), "all that this session has seen");
        Task<int>[] waiting =
        [
            ReadAsync(reader, id, ConsistencyLevel.Strong, null, cancellationToken),
            ReadAsync(reader, id, ConsistencyLevel.BoundedStaleness, null, cancellationToken),
            ReadAsync(reader, id, ConsistencyLevel.Session, second.SessionToken, cancellationToken),
            ListAsync(reader, id, ConsistencyLevel.Strong, null, cancellationToken),
            ListAsync(reader, id, ConsistencyLevel.BoundedStaleness, null, cancellationToken),
            ListAsync(reader, id, ConsistencyLevel.Session, second.SessionToken, cancellationToken),
        ];

        // Past the time that a session waits for the node itself: what is held to here is what follows on that.
        await Task.WhenAny(Task.WhenAny(waiting), Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken));
        Assert.That(waiting.Select(read => read.IsCompleted), Is.All.False, "none of these is answered with what the node has");

        _cluster.FilesOf(held).Release();
        Assert.That(await Task.WhenAll(waiting), Is.All.EqualTo(3));
    }

    [Test]
    public async Task Request_ForMoreThanTheAccounts_IsRefused(CancellationToken cancellationToken)
    {
        await using NacreClient client = _cluster.NewClient();
        ConsistencySettings set = await client.SetConsistencyAsync(ConsistencyLevel.Session, 500, TimeSpan.FromSeconds(7), cancellationToken);
        await TestCluster.UntilAsync(async () => await AllHaveAsync(ConsistencyLevel.Session), cancellationToken);

        AccountProperties account = await client.GetAccountAsync(cancellationToken);
        NacreException refusal = (await Assert.ThrowsAsync<NacreException>(() => ReadAsync(client, "x", ConsistencyLevel.BoundedStaleness, null, cancellationToken)))!;
        WriteResult written = await Items(client).UpsertItemAsync(new Doc("x", "a", 1), cancellationToken: cancellationToken);

        Assert.That(set, Is.EqualTo(new ConsistencySettings(ConsistencyLevel.Session, 500, TimeSpan.FromSeconds(7))));
        Assert.That(account.Consistency, Is.EqualTo(set));
        Assert.That(refusal.Code, Is.EqualTo(NacreErrorCode.ConsistencyTooStrong));
        Assert.That(written.SessionToken, Is.Not.Null, "the account's level is session");
        Assert.That(await ReadAsync(client, "x", null, null, cancellationToken), Is.EqualTo(1));
    }

    [Test]
    public async Task Session_OfAnotherIncarnation_IsForgottenByItsOwnClientAndRefusedFromAnother(CancellationToken cancellationToken)
    {
        await using NacreClient client = _cluster.NewClient(new NacreClientOptions { Consistency = ConsistencyLevel.Session });
        Database database = client.GetDatabase("db");
        Nacre.Client.Container container = await database.CreateContainerAsync("again", new ContainerSettings("/pk"), cancellationToken: cancellationToken);
        WriteResult old = await container.UpsertItemAsync(new Doc("x", "a", 1), cancellationToken: cancellationToken);
        await container.DeleteAsync(cancellationToken: cancellationToken);
        await database.CreateContainerAsync("again", new ContainerSettings("/pk"), cancellationToken: cancellationToken);

        Item<Doc>? own = await container.TryReadItemAsync<Doc>("a", "x", cancellationToken: cancellationToken);
        NacreException refusal = (await Assert.ThrowsAsync<NacreException>(() =>
            container.ReadItemAsync<Doc>("a", "x", new ReadOptions { SessionToken = old.SessionToken }, cancellationToken).AsTask()))!;

        Assert.That(own, Is.Null);
        Assert.That(refusal.Code, Is.EqualTo(NacreErrorCode.SessionTokenInvalid));
    }

    /// <summary>Counts as a session that goes on elsewhere: each operation of it goes to another node.</summary>
    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Session_OfOneClient_GoesAlongToOtherNodes(NacreTransport transport, CancellationToken cancellationToken)
    {
        NacreClient[] clients =
            [.. Enumerable.Range(0, 3).Select(node => ClientOf(node, new NacreClientOptions { Transport = transport, Consistency = ConsistencyLevel.Session }))];
        string? token = null;
        for (int write = 0; write < 60; write++)
        {
            WriteResult written = await Items(clients[write % 3]).UpsertItemAsync(new Doc($"s-{transport}", "a", write), cancellationToken: cancellationToken);
            token = written.SessionToken;
            Assert.That(token, Is.Not.Null);
            Assert.That(
                await ReadAsync(clients[(write + 1) % 3], $"s-{transport}", ConsistencyLevel.Session, token, cancellationToken), Is.EqualTo(write));
        }

        foreach (NacreClient client in clients)
        {
            await client.DisposeAsync();
        }
    }

    private static Nacre.Client.Container Items(NacreClient client) => client.GetContainer("db", "items");

    private static async Task<int> ReadAsync(
        NacreClient client, string id, ConsistencyLevel? level, string? token, CancellationToken cancellationToken) =>
        (await Items(client).ReadItemAsync<Doc>("a", id, new ReadOptions { Consistency = level, SessionToken = token }, cancellationToken)).Value.N;

    private static async Task<int> ListAsync(
        NacreClient client, string id, ConsistencyLevel level, string? token, CancellationToken cancellationToken)
    {
        var options = new ListOptions { PartitionKey = "a", Consistency = level, SessionToken = token };
        await foreach (Item<Doc> item in Items(client).ListItems<Doc>(options).WithCancellation(cancellationToken))
        {
            if (item.Value.Id == id)
            {
                return item.Value.N;
            }
        }

        throw new AssertionException($"{id} is not listed");
    }

    private NacreClient ClientOf(int node, NacreClientOptions? options = null) => new(
        new NacreConnection(_cluster[node].Node.Endpoint, _cluster[node].Connection.AccountKey, _cluster[node].Connection.CaCertificate),
        (options ?? new NacreClientOptions()) with { DiscoverNodes = false });

    /// <summary>A node that does not lead the shard of a write.</summary>
    private async Task<int> FollowerOfAsync(NacreClient client, WriteResult written, CancellationToken cancellationToken)
    {
        ContainerProperties container = await Items(client).GetAsync(cancellationToken);
        ulong range = Convert.ToUInt64(written.ETag.Split('-')[0], 16);
        var shard = new ShardId(container.Ranges.Single(known => known.Id == range).Shard);
        return Enumerable.Range(0, 3).Last(node =>
            _cluster[node].Node.Replicas.Single(replica => replica.Shard == shard).Role != RaftRole.Leader);
    }

    private async Task<bool> AllHaveAsync(ConsistencyLevel level)
    {
        for (int node = 0; node < 3; node++)
        {
            await using NacreClient client = ClientOf(node);
            if ((await client.GetAccountAsync()).Consistency?.Level != level)
            {
                return false;
            }
        }

        return true;
    }

    private Task SameEverywhereAsync(CancellationToken cancellationToken) => TestCluster.UntilAsync(
        () => Task.FromResult(_cluster.Nodes.SelectMany(node => node!.Node.Replicas).GroupBy(replica => replica.Shard).All(shard =>
            shard.Count() == 3 && shard.Select(replica => replica.RunningHash).Distinct().Count() == 1 &&
            shard.Count(replica => replica.Role == RaftRole.Leader) == 1)),
        cancellationToken);

    private sealed record Doc(
        [property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("pk")] string Pk, [property: JsonPropertyName("n")] int N);
}
