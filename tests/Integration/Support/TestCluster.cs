using System.Net;
using System.Net.Sockets;
using Nacre.Client;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Protocol.V1;
using Nacre.Replication;
using Nacre.Server.DataFolder;
using Nacre.Server.Hosting;
using Nacre.Server.Tests.Support;

namespace Nacre.Integration.Tests.Support;

/// <summary>Several whole nodes of one cluster in this process, each over a folder of its own, joined as an operator would.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly List<Place> _places = [];

    private TestCluster()
    {
    }

    /// <summary>The nodes that run, in the order of their ids; null for one that does not.</summary>
    public IReadOnlyList<TestNode?> Nodes => [.. _places.Select(place => place.Node)];

    /// <summary>A node that runs.</summary>
    public TestNode this[int index] => _places[index].Node ?? throw new InvalidOperationException($"Node {index + 1} does not run.");

    /// <summary>A node's disk.</summary>
    public HeldFiles FilesOf(int index) => _places[index].Files;

    /// <summary>Founds a cluster and has the others join; returns when every shard has all of them as voters.</summary>
    /// <param name="nodes">How many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="fill">Done on the first node while it is alone.</param>
    public static async Task<TestCluster> StartAsync(int nodes, CancellationToken cancellationToken, Func<TestCluster, Task>? fill = null)
    {
        var cluster = new TestCluster();
        try
        {
            Place first = NewPlace();
            cluster._places.Add(first);
            first.Node = await StartAsync(first);
            if (fill is not null)
            {
                await fill(cluster);
            }

            for (int added = 1; added < nodes; added++)
            {
                await cluster.JoinAsync(cancellationToken);
            }

            await UntilAsync(
                async () => (await cluster.ListAsync()).All(node => node.Kind == NodeKind.Voter && node.Health is { IsReachable: true, Replicas: 3, Lag: 0 }) &&
                    cluster.Nodes.All(node => node!.Node.Replicas.All(replica => replica.Set.Voters == nodes)),
                cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has one more node join, and starts it.</summary>
    public async Task<int> JoinAsync(CancellationToken cancellationToken)
    {
        TestNode server = _places.First(place => place.Node is not null).Node!;
        CreateJoinTokenResponse token = await server.Client.CallAsync(
            ItemMethods.Unary<CreateJoinTokenRequest, CreateJoinTokenResponse>("nacre.v1.Nodes", "CreateJoinToken"), new CreateJoinTokenRequest());
        Place place = NewPlace();
        Result<JoinedNode> joined = await ClusterJoin.JoinAsync(
            TestNode.OptionsFor(place.Folder) with { Shards = 0 },
            new JoinOptions { Servers = [server.Node.Endpoint], Token = token.Token, NodeAddress = place.NodeAddress, ClientAddress = place.ClientAddress },
            place.World, cancellationToken);
        Assert.That(joined.Error, Is.Null);
        place.Node = await StartAsync(place);
        _places.Add(place);
        return _places.Count - 1;
    }

    /// <summary>What a node said, by event id, since the cluster was made.</summary>
    public IReadOnlyCollection<int> EventsOf(int index) => _places[index].Events.Seen;

    /// <summary>Ends a node at once, as a crash would.</summary>
    public async Task KillAsync(int index)
    {
        await this[index].EndAsync();
        _places[index].Node = null;
    }

    /// <summary>Stops a node in order.</summary>
    public async Task StopAsync(int index)
    {
        await this[index].StopAsync();
        _places[index].Node = null;
    }

    /// <summary>Cuts the network between a node and all others, both ways.</summary>
    public void Isolate(int index)
    {
        foreach (Place other in _places.Where(place => place != _places[index]))
        {
            other.CutOff(_places[index].NodeAddress);
            _places[index].CutOff(other.NodeAddress);
        }
    }

    /// <summary>Mends the network.</summary>
    public void Heal() => _places.ForEach(place => place.Heal());

    /// <summary>Starts a node again over what it left.</summary>
    public async Task<TestNode> RestartAsync(int index)
    {
        Place place = _places[index];
        place.Node = await StartAsync(place);
        return place.Node;
    }

    /// <summary>A node's data folder.</summary>
    public string FolderOf(int index) => _places[index].Folder;

    /// <summary>Tries to start a node that may be refused; one that starts is the caller's to stop.</summary>
    public Task<Result<NacreNode>> TryStartAsync(int index, CancellationToken cancellationToken)
    {
        Place place = _places[index];
        return NacreNode.StartAsync(
            TestNode.OptionsFor(place.Folder) with { Listen = place.ClientAddress, NodeListen = place.NodeAddress }, place.World, cancellationToken);
    }

    /// <summary>Copies a node's data folder, or a part of it: of one that does not run, or does not write.</summary>
    public void CopyFolder(int index, string copy, string part = "") => Copy(Path.Combine(_places[index].Folder, part), Path.Combine(copy, part));

    /// <summary>Puts a copy in place of the data folder of a node that does not run, or of a part of it.</summary>
    public void PutFolderBack(int index, string copy, string part = "")
    {
        string folder = Path.Combine(_places[index].Folder, part);
        Directory.Delete(folder, recursive: true);
        Copy(Path.Combine(copy, part), folder);
    }

    /// <summary>Ends when all others have seen, and written down, all that a node's disk has now.</summary>
    public Task SeenByOthersAsync(int index, CancellationToken cancellationToken)
    {
        IReadOnlyList<ReplicaStatus> replicas = this[index].Node.Replicas;
        RememberedFile[] files = [.. _places.Where((_, at) => at != index).Select(place => new RememberedFile(
            new NodeEnvironment().Files, new NodeFolder(new NodeEnvironment().Files, place.Folder).RememberedFile))];
        return UntilAsync(
            () => Task.FromResult(files.All(file => file.Read().Value.GetValueOrDefault(new NodeId((uint)index + 1)) is { } seen &&
                replicas.All(replica => seen.Shards.GetValueOrDefault(replica.Shard).Index >= replica.Durable.Index))),
            cancellationToken);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }

        foreach (string folder in Directory.GetDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    /// <summary>A client of the SDK that knows all nodes that run.</summary>
    public NacreClient NewClient(NacreClientOptions? options = null)
    {
        List<TestNode> running = [.. _places.Where(place => place.Node is not null).Select(place => place.Node!)];
        return new NacreClient(
            new NacreConnection(running.Select(node => node.Node.Endpoint), running[0].Connection.AccountKey, running[0].Connection.CaCertificate), options);
    }

    /// <summary>The nodes as the cluster lists them.</summary>
    public async Task<IReadOnlyList<Node>> ListAsync() =>
        (await _places.First(place => place.Node is not null).Node!.Client.CallAsync(
            ItemMethods.Unary<ListNodesRequest, ListNodesResponse>("nacre.v1.Nodes", "List"), new ListNodesRequest())).Nodes;

    /// <summary>Looks until something holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Place place in _places)
        {
            place.Files.Release();
            if (place.Node is { } node)
            {
                await node.EndAsync();
            }

            place.Files.Dispose();
            Directory.Delete(place.Folder, recursive: true);
        }
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    private static Place NewPlace() => new(TestNode.NewFolder(), FreeAddress(), FreeAddress());

    private static Task<TestNode> StartAsync(Place place) => TestNode.StartAsync(
        place.Folder, place.World, options => options with { Listen = place.ClientAddress, NodeListen = place.NodeAddress });

    /// <summary>A node's folder, addresses and part of the network.</summary>
    private sealed class Place
    {
        private readonly Lock _gate = new();
        private readonly List<Stream> _open = [];
        private readonly HashSet<string> _cutOff = [];

        public Place(string folder, string clientAddress, string nodeAddress)
        {
            (Folder, ClientAddress, NodeAddress) = (folder, clientAddress, nodeAddress);
            World = new NodeEnvironment { DialNode = DialAsync, Files = Files, Loggers = Events };
        }

        public SeenEvents Events { get; } = new();

        public NodeEnvironment World { get; }

        /// <summary>What this node has dialled breaks, and what it dials is refused.</summary>
        public void CutOff(string address)
        {
            Stream[] open;
            lock (_gate)
            {
                _cutOff.Add(address);
                open = [.. _open];
                _open.Clear();
            }

            foreach (Stream stream in open)
            {
                stream.Dispose();
            }
        }

        /// <summary>It may dial again.</summary>
        public void Heal()
        {
            lock (_gate)
            {
                _cutOff.Clear();
            }
        }

        private async ValueTask<Stream> DialAsync(DnsEndPoint address, CancellationToken cancellationToken)
        {
            Refuse(address);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            lock (_gate)
            {
                _open.Add(stream);
            }

            Refuse(address);
            return stream;
        }

        private void Refuse(DnsEndPoint address)
        {
            lock (_gate)
            {
                if (_cutOff.Contains($"{address.Host}:{address.Port}"))
                {
                    throw new IOException("The network is cut.");
                }
            }
        }

        public string Folder { get; }

        public string ClientAddress { get; }

        public string NodeAddress { get; }

        public HeldFiles Files { get; } = new();

        public TestNode? Node { get; set; }
    }
}
