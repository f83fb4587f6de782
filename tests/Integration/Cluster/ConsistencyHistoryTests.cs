using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Serialization;
using Nacre.Client;
using Nacre.Integration.Tests.Support;
using Nacre.Testing;
using Nacre.Testing.Histories;

namespace Nacre.Integration.Tests.Cluster;

/// <summary>
/// A list in one document, appended to and read by several sessions on all nodes while nodes are held back and let go, and what
/// the readers of each level saw held to that level's promise.
/// </summary>
[TestFixture]
[CancelAfter(240_000)]
internal sealed class ConsistencyHistoryTests
{
    private const int Sessions = 4;
    private const int AppendsOfASession = 40;

    /// <summary>
    /// So many versions are taken to need 100 ms at least, and each of the few that a node sees come in to need 4 µs: a bounded
    /// read is answered without a question for as long, and that is what it is held to.
    /// </summary>
    private const int Versions = 25_000;
    private static readonly TimeSpan VersionsTime = TimeSpan.FromMilliseconds(101);

    private readonly ConcurrentQueue<ListAppend> _appends = new();
    private readonly ConcurrentDictionary<ConsistencyLevel, ConcurrentQueue<ListRead>> _reads = new();
    private readonly List<NacreClient> _clients = [];
    private TestCluster _cluster = null!;
    private int _appended;

    [Test]
    public async Task Histories_WithNodesHeldBackAtRandom_KeepEachLevelsPromise([Values(1, 2)] int seed, CancellationToken cancellationToken)
    {
        _cluster = await TestCluster.StartAsync(3, cancellationToken);
        await _cluster[0].MakeContainerAsync();
        NacreClient[] clients = NewClients(level: null);
        await clients[0].SetConsistencyAsync(ConsistencyLevel.Strong, Versions, TimeSpan.FromMinutes(5), cancellationToken);
        await MakeItemAsync(cancellationToken);

        using var appended = new CancellationTokenSource();
        Task readers = Task.WhenAll(Enum.GetValues<ConsistencyLevel>().Where(level => level != ConsistencyLevel.Session)
            .Select((level, at) => ReadAsync(clients, level, 100 + at, new SeededRandom((ulong)(seed * 1000) + (ulong)at), appended.Token, cancellationToken)));
        Task holder = HoldAsync(new SeededRandom((ulong)seed), appended.Token, cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(session =>
            AppendAsync(session, new SeededRandom((ulong)(seed * 100) + (ulong)session), cancellationToken)));
        await appended.CancelAsync();
        await holder;
        await readers;

        // Sees all: each level's history is held to the same order.
        ListRead last = await ReadOnceAsync(clients[0], ConsistencyLevel.Strong, 999, cancellationToken);
        Assert.That(last.Values, Has.Count.EqualTo(Sessions * AppendsOfASession));
        Check(ConsistencyLevel.Strong, ListPromise.Strong, last);
        Check(ConsistencyLevel.BoundedStaleness, ListPromise.Bounded(Versions, (long)(VersionsTime.TotalSeconds * Stopwatch.Frequency)), last);
        Check(ConsistencyLevel.Session, ListPromise.Session, last);
        Check(ConsistencyLevel.ConsistentPrefix, ListPromise.ConsistentPrefix, last);
        Check(ConsistencyLevel.Eventual, ListPromise.Eventual, last);
    }

    [TearDown]
    public async Task Stop()
    {
        foreach (NacreClient client in _clients)
        {
            await client.DisposeAsync();
        }

        _clients.Clear();
        _appends.Clear();
        _reads.Clear();
        _appended = 0;

        await _cluster.DisposeAsync();
    }

    /// <summary>Makes the item, and waits until each node has it: who has no token yet may be answered that there is none.</summary>
    private async Task MakeItemAsync(CancellationToken cancellationToken)
    {
        NacreClient[] clients = NewClients(ConsistencyLevel.Session);
        WriteResult made = await Items(clients[0]).CreateItemAsync(new Log([]), cancellationToken: cancellationToken);
        Assert.That(made.SessionToken, Is.Not.Null);
        foreach (NacreClient client in clients)
        {
            await SeeAsync(client, session: 998, made.SessionToken, cancellationToken);
        }
    }

    private void Check(ConsistencyLevel level, ListPromise promise, ListRead last)
    {
        ListRead[] reads = [.. _reads[level], last];
        TestContext.Out.WriteLine($"{level}: {reads.Length} reads, {reads.Count(read => read.Values.Count < last.Values.Count)} of them before the end");
        Verdict verdict = ListChecker.Check(new ListHistory([.. _appends], reads), promise);
        Assert.That(verdict, Is.EqualTo(Verdict.Holds), $"{level}");
    }

    /// <summary>One session: it reads on any node, appends on any other, and hands what it has seen from client to client.</summary>
    private async Task AppendAsync(int session, SeededRandom random, CancellationToken cancellationToken)
    {
        NacreClient[] clients = NewClients(ConsistencyLevel.Session);
        string? token = null;
        for (int n = 0; n < AppendsOfASession;)
        {
            long value = (session * 1_000_000L) + n;
            Item<Log> read = await SeeAsync(clients[random.Next(3)], session, token, cancellationToken);
            token = read.SessionToken;
            long called = Stopwatch.GetTimestamp();
            try
            {
                WriteResult written = await Items(clients[random.Next(3)]).ReplaceItemAsync(
                    new Log([.. read.Value.Values, value]), new WriteOptions { IfMatch = read.ETag }, cancellationToken);
                _appends.Enqueue(new ListAppend(session, called, Stopwatch.GetTimestamp(), OperationOutcome.Answered, value));
                token = written.SessionToken;
                n++;
                Interlocked.Increment(ref _appended);
            }
            catch (NacreException e) when (e.Code == NacreErrorCode.PreconditionFailed)
            {
                // Somebody was faster, or the node that was read was behind: it reads again.
            }
        }
    }

    private async Task<Item<Log>> SeeAsync(NacreClient client, int session, string? token, CancellationToken cancellationToken)
    {
        long called = Stopwatch.GetTimestamp();
        Item<Log> read = await Items(client).ReadItemAsync<Log>(
            "a", "list", new ReadOptions { Consistency = ConsistencyLevel.Session, SessionToken = token }, cancellationToken);
        Note(ConsistencyLevel.Session, new ListRead(session, called, Stopwatch.GetTimestamp(), read.Value.Values));
        return read;
    }

    private async Task ReadAsync(
        NacreClient[] clients, ConsistencyLevel level, int session, SeededRandom random, CancellationToken appended, CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        do
        {
            Note(level, await ReadOnceAsync(clients[random.Next(3)], level, session, cancellationToken));
        }
        while (!appended.IsCancellationRequested && await pace.WaitForNextTickAsync(cancellationToken));
    }

    private static async Task<ListRead> ReadOnceAsync(NacreClient client, ConsistencyLevel level, int session, CancellationToken cancellationToken)
    {
        long called = Stopwatch.GetTimestamp();
        Item<Log> read = await Items(client).ReadItemAsync<Log>("a", "list", new ReadOptions { Consistency = level }, cancellationToken);
        return new ListRead(session, called, Stopwatch.GetTimestamp(), read.Value.Values);
    }

    /// <summary>Holds one node at a time, and lets it go after so many appends of the others.</summary>
    private async Task HoldAsync(SeededRandom random, CancellationToken appended, CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!appended.IsCancellationRequested)
        {
            HeldFiles files = _cluster.FilesOf(random.Next(3));
            files.Hold();
            int target = Volatile.Read(ref _appended) + 1 + random.Next(6);
            for (int ticks = 0; ticks < 60 && Volatile.Read(ref _appended) < target; ticks++)
            {
                await pace.WaitForNextTickAsync(cancellationToken);
            }

            files.Release();
            await pace.WaitForNextTickAsync(cancellationToken);
        }
    }

    private void Note(ConsistencyLevel level, ListRead read) => _reads.GetOrAdd(level, static _ => new()).Enqueue(read);

    private static Nacre.Client.Container Items(NacreClient client) => client.GetContainer("db", "items");

    /// <summary>A client of each node, which knows that node only.</summary>
    private NacreClient[] NewClients(ConsistencyLevel? level)
    {
        NacreClient[] clients = [.. Enumerable.Range(0, 3).Select(node => new NacreClient(
            new NacreConnection(_cluster[node].Node.Endpoint, _cluster[node].Connection.AccountKey, _cluster[node].Connection.CaCertificate),
            new NacreClientOptions { DiscoverNodes = false, Consistency = level }))];
        _clients.AddRange(clients);
        return clients;
    }

    private sealed record Log([property: JsonPropertyName("values")] long[] Values)
    {
        [JsonPropertyName("id")]
        public string Id { get; init; } = "list";

        [JsonPropertyName("pk")]
        public string Pk { get; init; } = "a";
    }
}
