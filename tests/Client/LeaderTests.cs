using Nacre.Client.Tests.Fakes;
using Nacre.Client.Topology;
using Nacre.Client.Transport;
using Nacre.Protocol.V1;

namespace Nacre.Client.Tests;

/// <summary>Which node an operation goes to, by what the server says of its leaders.</summary>
[TestFixture]
internal sealed class LeaderTests
{
    /// <summary>Fails a test that hangs; nothing waits for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private FakeServer _server = null!;
    private Relay[] _nodes = null!;
    private EndpointSet _set = null!;
    private ClusterMap _map = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.State.CreateDatabase("world");
        _server.State.CreateContainer(new CreateContainerRequest { Database = "world", Name = "cities", PartitionKeyPaths = { "/country" } });
        _nodes = [new Relay(_server.Endpoint), new Relay(_server.Endpoint), new Relay(_server.Endpoint)];
        NacreClientOptions options = Options(NacreTransport.Unary) with { DiscoverNodes = false };
        _set = new EndpointSet(new NacreConnection(_nodes.Select(node => node.Endpoint), _server.State.Key, _server.Authority.PemFile), options);
        _map = new ClusterMap(_set, options);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _map.DisposeAsync();
        await _set.DisposeAsync();
        foreach (Relay node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [Test]
    public async Task NodeFor_WriteAndStrongRead_IsTheNodeThatLeads()
    {
        Learn([3, 1], Nacre.Protocol.V1.ConsistencyLevel.Strong);
        await KnownAsync();

        Assert.That(_map.NodeFor(Call(OperationKind.Create)), Is.SameAs(_set.Nodes[2]));
        Assert.That(_map.NodeFor(Call(OperationKind.Delete)), Is.SameAs(_set.Nodes[2]));
        Assert.That(_map.NodeFor(Call(OperationKind.Read)), Is.SameAs(_set.Nodes[2]), "the account's level is strong");
        Assert.That(_map.NodeFor(Call(OperationKind.Read, Nacre.Protocol.V1.ConsistencyLevel.Eventual)), Is.SameAs(_set.Nodes[0]));
    }

    [Test]
    public async Task NodeFor_ReadOfAWeakerAccount_IsTheCurrentNode()
    {
        Learn([3, 1], Nacre.Protocol.V1.ConsistencyLevel.Session);
        await KnownAsync();

        Assert.That(_map.NodeFor(Call(OperationKind.Read)), Is.SameAs(_set.Nodes[0]));
        Assert.That(_map.NodeFor(Call(OperationKind.Read, Nacre.Protocol.V1.ConsistencyLevel.Strong)), Is.SameAs(_set.Nodes[2]));
    }

    [Test]
    public async Task NodeFor_LeaderThatIsUnknownStrangeOrLeft_IsTheCurrentNode()
    {
        Learn([3, 1], Nacre.Protocol.V1.ConsistencyLevel.Strong);
        await KnownAsync();
        _set.Leave(_set.Nodes[2], new NacreException(NacreErrorCode.ConnectionFailed, "gone") { LeavesNode = true });
        Assert.That(_map.NodeFor(Call(OperationKind.Create)), Is.SameAs(_set.Nodes[0]), "it was left");
        _set.Return(_set.Nodes[2]);
        Assert.That(_map.NodeFor(Call(OperationKind.Create)), Is.SameAs(_set.Nodes[2]));

        foreach (uint[] leaders in (uint[][])[[0, 1], [4, 1], []])
        {
            Learn(leaders, Nacre.Protocol.V1.ConsistencyLevel.Strong);
            Assert.That(_map.NodeFor(Call(OperationKind.Create)), Is.SameAs(_set.Nodes[0]));
        }
    }

    [TestCase(NacreTransport.Unary)]
    [TestCase(NacreTransport.Stream)]
    public async Task Client_LeaderThatIsGone_IsServedByAnother(NacreTransport transport)
    {
        _server.State.ClientEndpoints = [.. _nodes.Select(node => node.Endpoint.GetLeftPart(UriPartial.Authority))];
        _server.State.ShardLeaders = [2, 2];
        await using var client = new NacreClient(
            new NacreConnection(_nodes[0].Endpoint, _server.State.Key, _server.Authority.PemFile), Options(transport));
        Container cities = client.GetContainer("world", "cities");
        for (int write = 0; _nodes[1].Accepted == 0; write++)
        {
            await cities.CreateJsonAsync(Json(write)).AsTask().WaitAsync(Patience);
        }

        int before = _server.State.Executed;
        _nodes[1].Die();
        await cities.CreateJsonAsync(Json(-1)).AsTask().WaitAsync(Patience);

        Assert.That(_server.State.Executed, Is.EqualTo(before + 1));
        Assert.That(_server.State.Keys, Is.Unique);
        Assert.That(client.Endpoint, Is.EqualTo(_nodes[0].Endpoint), "the current one has not failed");
    }

    private static byte[] Json(int number) => System.Text.Encoding.UTF8.GetBytes($$"""{"id":"c{{number}}","country":"AD"}""");

    private static NacreClientOptions Options(NacreTransport transport) => new() { Transport = transport, RetryDelay = TimeSpan.FromMilliseconds(10) };

    private static ItemCall Call(OperationKind kind, Nacre.Protocol.V1.ConsistencyLevel level = default) => new()
    {
        Kind = kind,
        Container = new ContainerName("world", "cities"),
        Session = new ContainerSession(),
        Consistency = level,
        PartitionKey = new Nacre.Protocol.V1.PartitionKey { Values = { new Nacre.Protocol.V1.PartitionKeyValue { Text = "AD" } } },
    };

    private void Learn(uint[] leaders, Nacre.Protocol.V1.ConsistencyLevel level) => _set.Learn(
        new AccountInfo
        {
            ClientEndpoints = { _nodes.Select(node => node.Endpoint.GetLeftPart(UriPartial.Authority)) },
            ShardLeaders = { leaders },
            Consistency = new Nacre.Protocol.V1.ConsistencySettings { Level = level },
        },
        isSuspect: false);

    /// <summary>Waits until the container's ranges are known: the first that asks begins to learn them.</summary>
    private async Task KnownAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (ReferenceEquals(_map.NodeFor(Call(OperationKind.Create)), _set.Nodes[0]))
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
