using Microsoft.Extensions.Time.Testing;
using Nacre.Client.Tests.Fakes;
using Nacre.Client.Transport;
using Nacre.Protocol.V1;

namespace Nacre.Client.Tests;

/// <summary>How a client learns of nodes that nobody named to it.</summary>
[TestFixture]
public sealed class DiscoveryTests
{
    private const string GetAccount = "/nacre.v1.Account/Get";
    private const int Learned = 6008;
    private const int Ignored = 6009;

    /// <summary>Fails a test that hangs; nothing waits for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private FakeServer _server = null!;
    private Relay[] _nodes = null!;
    private TestLog _log = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new CreateContainerRequest { Database = "world", Name = "cities", PartitionKeyPaths = { "/country" } });
        _nodes = [new Relay(_server.Endpoint), new Relay(_server.Endpoint), new Relay(_server.Endpoint)];
        _log = new TestLog();
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (Relay node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _server.DisposeAsync();
        _log.Dispose();
    }

    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Client_OfOneNode_LearnsOfTheOthersAndOutlivesIt(NacreTransport transport)
    {
        _server.State.ClientEndpoints = [Text(_nodes[1]), Text(_nodes[0]), Text(_nodes[2])];
        await using NacreClient client = Client(options => options with { Transport = transport });
        await WriteAsync(client);
        await _log.Seen(Learned).WaitAsync(Patience);

        Assert.That(client.Endpoints, Is.EqualTo(_nodes.Select(node => node.Endpoint)), "its own first, then the server's");
        await WriteAsync(client);
        _nodes[0].Die();
        await WriteAsync(client).WaitAsync(Patience);

        Assert.That(client.Endpoint, Is.EqualTo(_nodes[1].Endpoint));
        Assert.That(_server.State.Executed, Is.EqualTo(3));
        Assert.That(_server.State.Keys, Is.Unique, "the move to patient connections sent nothing twice");
    }

    [Test]
    public async Task Client_ThatKeepsToItsEndpoints_DoesNotAsk()
    {
        _server.State.ClientEndpoints = [Text(_nodes[1])];
        await using NacreClient client = Client(options => options with { DiscoverNodes = false, MaxRetries = 1 });
        await WriteAsync(client);
        _nodes[0].Die();

        Assert.That(
            async () => await client.GetContainer("world", "cities").ReadJsonAsync("AD", "a"), Refused.With(NacreErrorCode.ConnectionFailed));
        Assert.That(_server.State.Calls, Has.None.EqualTo(GetAccount));
        Assert.That(client.Endpoints, Is.EqualTo(new[] { _nodes[0].Endpoint }));
    }

    [Test]
    public async Task Server_NamesWhatIsNotHttps_IsLeftOut()
    {
        string plain = Text(_nodes[1]).Replace("https", "http", StringComparison.Ordinal);
        _server.State.ClientEndpoints = [plain, "nonsense", $"{Text(_nodes[1])}/path", "https://user@127.0.0.1:1", Text(_nodes[2])];
        await using NacreClient client = Client();
        await WriteAsync(client);
        await _log.Seen(Learned).WaitAsync(Patience);

        Assert.That(client.Endpoints, Is.EqualTo(new[] { _nodes[0].Endpoint, _nodes[2].Endpoint }));
        Assert.That(_log.Entries.Count(entry => entry.Id == Ignored), Is.EqualTo(4));
        Assert.That(_nodes[1].Accepted, Is.Zero);
    }

    [Test]
    public async Task Server_NamesAStranger_IsSentNothing()
    {
        await using FakeServer stranger = await FakeServer.StartAsync();
        _server.State.ClientEndpoints = [stranger.Endpoint.GetLeftPart(UriPartial.Authority), Text(_nodes[2])];
        await using NacreClient client = Client();
        await WriteAsync(client);
        await _log.Seen(Learned).WaitAsync(Patience);
        _nodes[0].Die();

        await WriteAsync(client).WaitAsync(Patience);

        Assert.That(client.Endpoint, Is.EqualTo(_nodes[2].Endpoint));
        Assert.That(stranger.State.Calls, Is.Empty);
        Assert.That(stranger.State.Hosts, Is.Empty);
    }

    [Test]
    public async Task Client_InUse_AsksEveryHalfMinuteAndElseIsSilent()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var asked = new SemaphoreSlim(0);
        _server.State.Refuse = method =>
        {
            if (method == GetAccount)
            {
                asked.Release();
            }

            return null;
        };
        await using NacreClient client = Client(options => options with { TimeProvider = time });

        for (int i = 0; i < 3; i++)
        {
            await WriteAsync(client);
            time.Advance(TimeSpan.FromSeconds(31));
            Assert.That(await asked.WaitAsync(Patience), Is.True);
        }

        // Nobody uses it now, so nobody is asked, until the next use.
        time.Advance(TimeSpan.FromSeconds(31));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.That(await asked.WaitAsync(TimeSpan.FromMilliseconds(300)), Is.False);
        await WriteAsync(client);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.That(await asked.WaitAsync(Patience), Is.True);
        Assert.That(_server.State.Calls.Count(call => call == GetAccount), Is.EqualTo(4));
    }

    [Test]
    public async Task Set_NodeNoLongerNamed_IsGoneAndItsChannelLivesOn()
    {
        await using EndpointSet set = Set(_nodes[0]);
        set.Learn([Text(_nodes[1]), Text(_nodes[2])]);
        RpcChannel second = set.Nodes[1];
        Assert.That(set.Nodes.Any(node => node.IsAlone), Is.False, "none has the patience of a lone server any more");
        set.Leave(set.Nodes[0], Failure());
        Assert.That(set.Current, Is.SameAs(second));

        set.Learn([Text(_nodes[2])]);

        Assert.That(set.Nodes.Select(node => node.Endpoint), Is.EqualTo(new[] { _nodes[0].Endpoint, _nodes[2].Endpoint }));
        Assert.That(set.Current.Endpoint, Is.EqualTo(_nodes[2].Endpoint), "the good one");
        Assert.That((await second.CallAsync(RpcMethods.GetAccount, new GetAccountRequest(), new Deadline(TimeProvider.System, Patience), default)).IsOk, Is.True);

        set.Learn([Text(_nodes[1]), Text(_nodes[2])]);
        Assert.That(set.Nodes[1], Is.SameAs(second), "one that is named again has its connections still");
    }

    [Test]
    public async Task Set_ServerSaysNothing_StaysAlone()
    {
        await using EndpointSet set = Set(_nodes[0]);
        RpcChannel alone = set.Current;

        set.Learn([]);
        set.Leave(alone, Failure());

        Assert.That(set.Current, Is.SameAs(alone));
        Assert.That(alone.IsLeft, Is.False);
        Assert.That(set.MaySwitch(Failure(), 0), Is.False);
    }

    [Test]
    public async Task Set_AllLeft_TheLeastFailedIsNext()
    {
        await using EndpointSet set = Set(_nodes);
        set.Leave(set.Nodes[1], Failure());
        Assert.That(set.Current, Is.SameAs(set.Nodes[0]), "it was another one that failed");
        set.Leave(set.Nodes[0], Failure());
        Assert.That(set.Current, Is.SameAs(set.Nodes[2]));
        Assert.That(set.MaySwitch(Failure(), 1), Is.True);
        Assert.That(set.MaySwitch(Failure(), 2), Is.False, "each node once");

        set.Leave(set.Nodes[2], Failure());

        Assert.That(set.MaySwitch(Failure(), 0), Is.False, "none is good");
        set.Return(set.Nodes[1]);
        Assert.That(set.Current, Is.SameAs(set.Nodes[1]));
    }

    private static string Text(Relay node) => node.Endpoint.GetLeftPart(UriPartial.Authority);

    private static NacreException Failure() => new(NacreErrorCode.ConnectionFailed, "ordered") { LeavesNode = true };

    private EndpointSet Set(params Relay[] nodes) => new(
        new NacreConnection(nodes.Select(node => node.Endpoint), _server.State.Key, _server.Authority.PemFile),
        new NacreClientOptions { DiscoverNodes = false });

    private NacreClient Client(Func<NacreClientOptions, NacreClientOptions>? change = null)
    {
        var options = new NacreClientOptions { RetryDelay = TimeSpan.FromMilliseconds(1), LoggerFactory = _log };
        return new NacreClient(
            new NacreConnection(_nodes[0].Endpoint, _server.State.Key, _server.Authority.PemFile), change is null ? options : change(options));
    }

    private static Task<WriteResult> WriteAsync(NacreClient client) =>
        client.GetContainer("world", "cities").UpsertItemAsync(new City("a", "AD", "n")).AsTask();
}
