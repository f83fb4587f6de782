using Nacre.Client.Tests.Fakes;
using Nacre.Protocol.V1;

namespace Nacre.Client.Tests;

/// <summary>What a client of several nodes does when one fails.</summary>
[TestFixture(NacreTransport.Unary)]
[TestFixture(NacreTransport.Stream)]
public sealed class FailoverTests(NacreTransport transport)
{
    private const int Changed = 6006;
    private const int Returned = 6007;

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

    [Test]
    public async Task Operations_NothingFails_StayAtTheFirst()
    {
        await using NacreClient client = Client();

        await WriteAsync(client, 20);

        Assert.That(_server.State.Hosts, Is.All.EqualTo(_nodes[0].Host));
        Assert.That(client.Endpoints, Is.EqualTo(_nodes.Select(node => node.Endpoint)));
        Assert.That(client.Endpoint, Is.EqualTo(_nodes[0].Endpoint));
    }

    [Test]
    public async Task Node_RefusesConnections_NextIsTakenAtOnce()
    {
        _nodes[0].Die();
        await using NacreClient client = Client(options => options with { RetryDelay = TimeSpan.FromSeconds(30), MaxRetryDelay = TimeSpan.FromMinutes(1) });

        await WriteAsync(client, 5).WaitAsync(Patience);

        Assert.That(client.Endpoint, Is.EqualTo(_nodes[1].Endpoint));
        Assert.That(_server.State.Hosts, Is.All.EqualTo(_nodes[1].Host));
        Assert.That(_log.Entries.Count(entry => entry.Id == Changed), Is.EqualTo(1));
    }

    [Test]
    public async Task Node_TwoAreGone_ThirdIsTakenAtOnce()
    {
        _nodes[0].Die();
        _nodes[1].Die();
        await using NacreClient client = Client(options => options with { RetryDelay = TimeSpan.FromSeconds(30), MaxRetryDelay = TimeSpan.FromMinutes(1), MaxRetries = 1 });

        await WriteAsync(client, 1).WaitAsync(Patience);

        Assert.That(client.Endpoint, Is.EqualTo(_nodes[2].Endpoint));
    }

    [Test]
    public async Task Node_DiesUnderLoad_EveryWriteTakesEffectOnceUnderItsKey()
    {
        await using NacreClient client = Client();
        var reached = new TaskCompletionSource();
        int answered = 0;
        Break(() =>
        {
            if (Interlocked.Increment(ref answered) == 5)
            {
                // What the node executed is done; that it was, its client never hears.
                _nodes[0].Die();
                reached.SetResult();
            }
        });

        await WriteAsync(client, 200).WaitAsync(Patience);

        await reached.Task.WaitAsync(Patience);
        Assert.That(_server.State.Executed, Is.EqualTo(200));
        Assert.That(_server.State.Keys.Count, Is.GreaterThan(200), "a write whose answer was lost was sent again");
        Assert.That(_server.State.Keys.Distinct().Count(), Is.EqualTo(200), "under the same client and sequence");
        Assert.That(_server.State.Hosts.Last(), Is.EqualTo(_nodes[1].Host));
    }

    [Test]
    public async Task Node_AcceptsAndSaysNothing_IsLeftAfterTheTimeToConnect()
    {
        _nodes[0].Freeze();
        await using NacreClient client = Client(options => options with { NodeTimeout = TimeSpan.FromMinutes(5), Timeout = TimeSpan.FromMinutes(5) });

        // Many at once: none of them waits for a dial of its own.
        await WriteAsync(client, 200).WaitAsync(Patience);

        Assert.That(_nodes[0].Accepted, Is.EqualTo(1));
        Assert.That(_server.State.Hosts, Has.None.EqualTo(_nodes[0].Host));
        Assert.That(_server.State.Keys.Count, Is.EqualTo(200), "nothing was sent to the first");
    }

    [Test]
    public async Task Node_FallsSilentInMidConnection_IsLeft()
    {
        await using NacreClient client = Client(options => options with { NodeTimeout = TimeSpan.FromMilliseconds(200), Timeout = TimeSpan.FromMinutes(5) });
        await WriteAsync(client, 1);

        _nodes[0].Freeze();
        long before = TimeProvider.System.GetTimestamp();
        await WriteAsync(client, 50).WaitAsync(Patience);

        Assert.That(TimeProvider.System.GetElapsedTime(before), Is.LessThan(TimeSpan.FromSeconds(3.5)), "it was not the pings, which take longer");
        Assert.That(client.Endpoint, Is.EqualTo(_nodes[1].Endpoint));
        Assert.That(_server.State.Executed, Is.EqualTo(51));
    }

    [Test]
    public async Task Node_FallsSilentWithPatientClient_PingsFindOut()
    {
        await using NacreClient client = Client(options => options with { NodeTimeout = TimeSpan.FromMinutes(10), Timeout = TimeSpan.FromMinutes(30) });
        await WriteAsync(client, 1);

        _nodes[0].Freeze();
        await WriteAsync(client, 10).WaitAsync(Patience);

        Assert.That(client.Endpoint, Is.EqualTo(_nodes[1].Endpoint));
    }

    [TestCase(NacreErrorCode.Unavailable, RetryRule.Safe)]
    [TestCase(NacreErrorCode.NotLeader, RetryRule.AfterRedirect)]
    [TestCase(NacreErrorCode.StorageFailed, RetryRule.OutcomeUnknown)]
    public async Task Node_AnswersThatItCannot_IsLeft(NacreErrorCode code, RetryRule rule)
    {
        _server.State.RefuseAt = host => host == _nodes[0].Host ? FakeState.Error(code, rule, retryAfterMs: 60_000) : null;
        await using NacreClient client = Client();

        await WriteAsync(client, 5).WaitAsync(Patience);

        Assert.That(client.Endpoint, Is.EqualTo(_nodes[1].Endpoint));
    }

    [Test]
    public async Task Node_AnswersThatItHasTooMuchToDo_IsNotLeft()
    {
        int left = 2;
        _server.State.RefuseAt = _ => Interlocked.Decrement(ref left) >= 0 ? FakeState.Error(NacreErrorCode.Overloaded, RetryRule.Safe) : null;
        await using NacreClient client = Client();

        await WriteAsync(client, 1).WaitAsync(Patience);

        Assert.That(_server.State.Hosts, Is.All.EqualTo(_nodes[0].Host));
    }

    [Test]
    public async Task Node_OfAnotherAuthority_IsLeft()
    {
        await using FakeServer stranger = await FakeServer.StartAsync();
        await using NacreClient client = Client(endpoints: [stranger.Endpoint, _nodes[1].Endpoint]);

        await WriteAsync(client, 1).WaitAsync(Patience);

        Assert.That(stranger.State.Hosts, Is.Empty);
        Assert.That(client.Endpoint, Is.EqualTo(_nodes[1].Endpoint));
    }

    [Test]
    public async Task Nodes_AllDown_ErrorNamesThemInOrder()
    {
        foreach (Relay node in _nodes)
        {
            node.Die();
        }

        await using NacreClient client = Client(options => options with { MaxRetries = 2 });

        NacreException? error = await Assert.ThrowsAsync<NacreException>(() => WriteAsync(client, 1));

        Assert.That(error!.Code, Is.EqualTo(NacreErrorCode.ConnectionFailed));
        Assert.That(error.Message, Does.Match(string.Join(".*", _nodes.Select(node => System.Text.RegularExpressions.Regex.Escape(node.Endpoint.ToString())))));
        Assert.That(client.Endpoints, Is.EqualTo(_nodes.Select(node => node.Endpoint)));
    }

    [Test]
    public async Task Nodes_AllDownAndOneBack_IsFound()
    {
        foreach (Relay node in _nodes)
        {
            node.Die();
        }

        await using NacreClient client = Client(options => options with { MaxRetries = 100, RetryDelay = TimeSpan.FromMilliseconds(5), MaxRetryDelay = TimeSpan.FromMilliseconds(20) });
        Task write = WriteAsync(client, 10);
        await _log.Seen(Changed).WaitAsync(Patience);
        _nodes[2].Revive();
        await write.WaitAsync(Patience);

        Assert.That(client.Endpoint, Is.EqualTo(_nodes[2].Endpoint));
    }

    [Test]
    public async Task Node_ComesBack_IsKnownGoodAndUsedAtTheNextFailure()
    {
        await using NacreClient client = Client(endpoints: [_nodes[0].Endpoint, _nodes[1].Endpoint]);
        _nodes[0].Die();
        await WriteAsync(client, 1).WaitAsync(Patience);
        _nodes[0].Revive();

        // The watch looks for it only while the client is in use.
        using var patience = new CancellationTokenSource(Patience);
        while (!_log.Seen(Returned).IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            await WriteAsync(client, 1).WaitAsync(Patience);
        }

        Assert.That(client.Endpoint, Is.EqualTo(_nodes[1].Endpoint), "a client stays where it is served");
        _nodes[1].Die();
        await WriteAsync(client, 1).WaitAsync(Patience);
        Assert.That(client.Endpoint, Is.EqualTo(_nodes[0].Endpoint));
    }

    [Test]
    public async Task Change_OutcomeUnknownWithoutKey_IsNotRepeatedAtAnotherNode()
    {
        await using NacreClient client = Client();
        _server.State.BeforeAnswer = (_, _) =>
        {
            _nodes[0].Die();
            return Task.CompletedTask;
        };

        Assert.That(() => client.Keys.RotateEncryptionKeysAsync(EncryptionKeyScope.Data), Refused.With(NacreErrorCode.OutcomeUnknown));
        Assert.That(_server.State.Hosts, Has.Count.EqualTo(1));
        Assert.That(client.Endpoint, Is.EqualTo(_nodes[1].Endpoint), "others do not go there again");
    }

    private NacreClient Client(Func<NacreClientOptions, NacreClientOptions>? change = null, Uri[]? endpoints = null)
    {
        var options = new NacreClientOptions
        {
            Transport = transport,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            DiscoverNodes = false,
            LoggerFactory = _log,
        };
        return new NacreClient(
            new NacreConnection(endpoints ?? _nodes.Select(node => node.Endpoint), _server.State.Key, _server.Authority.PemFile),
            change is null ? options : change(options));
    }

    private void Break(Action action)
    {
        _server.State.BeforeAnswer = (_, _) =>
        {
            action();
            return Task.CompletedTask;
        };
        _server.State.Stream.BeforeAnswer = (_, outcomes) =>
        {
            for (int i = 0; i < outcomes.Outcomes.Count; i++)
            {
                action();
            }

            return Task.CompletedTask;
        };
    }

    private static Task<WriteResult[]> WriteAsync(NacreClient client, int count)
    {
        Container cities = client.GetContainer("world", "cities");
        return Task.WhenAll(Enumerable.Range(0, count).Select(i => cities.UpsertItemAsync(new City($"{i}", "AD", "n")).AsTask()));
    }
}
