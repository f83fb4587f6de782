using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nacre.Client;
using Nacre.Core.Errors;
using Nacre.Nemesis.Tests.Network;
using Nacre.Server.DataFolder;
using Nacre.Server.Hosting;
using Nacre.Server.Options;

namespace Nacre.Nemesis.Tests.Processes;

/// <summary>The nodes, from the founding of the cluster to the comparison of what each has at the end.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>The data shard whose leader faults aim at.</summary>
    public const int AimedShard = 1;

    /// <summary>The database of the workloads.</summary>
    public const string Database = "nemesis";

    /// <summary>Their container.</summary>
    public const string Items = "items";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly List<Node> _nodes = [];
    private readonly string _scrapeToken = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private HttpClient _scraper = null!;
    private NacreConnection _connection = null!;
    private int _lastNumber;

    private readonly ClusterShape _shape;

    private Cluster(string folder, INetwork network, ClusterShape shape)
    {
        (Folder, Network, _shape) = (folder, network, shape);
        File.WriteAllText(ScrapeTokenFile, _scrapeToken);
        File.SetUnixFileMode(ScrapeTokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Holds the nodes' folders.</summary>
    public string Folder { get; }

    /// <summary>What lies between the nodes.</summary>
    public INetwork Network { get; }

    /// <summary>The members, by number.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    private string ScrapeTokenFile => Path.Combine(Folder, "scrape.token");

    /// <summary>Founds a cluster, with the container of the workloads in it.</summary>
    public static async Task<Cluster> FoundAsync(string folder, INetwork network, ClusterShape shape)
    {
        var cluster = new Cluster(folder, network, shape);
        try
        {
            Node founder = cluster.NewNode();
            cluster._nodes.Add(founder);
            await founder.StartAsync();
            cluster._connection = NacreConnection.Load(founder.ConnectionFile);
            cluster._scraper = cluster.NewScraper();
            while (cluster._nodes.Count < shape.Members)
            {
                await cluster.JoinAsync();
            }

            await using NacreClient client = cluster.NewClient();
            Database database = await client.CreateDatabaseAsync(Database);
            await database.CreateContainerAsync(Items, new ContainerSettings("/pk"));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client that knows all members.</summary>
    /// <param name="first">Is dialled first; null for any.</param>
    /// <param name="options">Null for the defaults.</param>
    public NacreClient NewClient(Node? first = null, NacreClientOptions? options = null) => new(
        new NacreConnection(_nodes.OrderBy(node => node == first ? 0 : 1).Select(node => node.Endpoint), _connection.AccountKey!, _connection.CaCertificatePath), options);

    /// <summary>A client that knows one node, and stays there.</summary>
    public NacreClient NewClientOf(Node node, NacreClientOptions options) => new(
        new NacreConnection(node.Endpoint, _connection.AccountKey!, _connection.CaCertificatePath), options with { DiscoverNodes = false });

    /// <summary>A client that bears a resource token, knows one node, and stays there.</summary>
    public NacreClient NewBearer(Node node, string token, NacreClientOptions options) => new(
        NacreConnection.ForToken(node.Endpoint, token, _connection.CaCertificatePath), options with { DiscoverNodes = false });

    /// <summary>Takes one more node in, and waits until it serves.</summary>
    public async Task<Node> JoinAsync()
    {
        Node node = await BeginJoiningAsync();
        await node.WhenReadyAsync();
        return node;
    }

    /// <summary>Takes one more node in, and starts it.</summary>
    /// <param name="givesWay">Whether its process gives way to the others'.</param>
    public async Task<Node> BeginJoiningAsync(bool givesWay = false)
    {
        Node node = NewNode();
        node.GivesWay = givesWay;
        await using NacreClient client = NewClient();
        JoinToken token = await MakeTokenAsync(client);
        Environment.SetEnvironmentVariable(Node.RootKeyVariable, node.RootKey);
        var join = new JoinOptions
        {
            Servers = [.. _nodes.Where(each => each is { IsUp: true, IsPaused: false }).Select(each => each.Endpoint)],
            Token = token.Token,
            NodeAddress = node.Addresses.PeerAddress,
            ClientAddress = node.Addresses.Client,
        };
        Result<JoinedNode> joined = await ClusterJoin.JoinAsync(
            new NodeOptions { Data = node.Data, RootKey = $"env:{Node.RootKeyVariable}" }, join, new NodeEnvironment(), CancellationToken.None);
        if (!joined.IsOk)
        {
            throw new ViolationException($"node {node.Number} was not taken in: {joined.Error}");
        }

        if (joined.Value.Node.Value != node.Number)
        {
            throw new ViolationException($"node {node.Number} was given the id {joined.Value.Node}");
        }

        _nodes.Add(node);
        node.Begin();
        return node;
    }

    /// <summary>A token whose making has no known outcome is left to run out, and another one made.</summary>
    private static async Task<JoinToken> MakeTokenAsync(NacreClient client)
    {
        JoinToken? token = null;
        await UntilAsync(
            async () =>
            {
                try
                {
                    token = await client.Nodes.CreateJoinTokenAsync();
                }
                catch (NacreException e) when (e.IsTransient)
                {
                    // The lead has just moved on: once more.
                }

                return token is not null;
            },
            () => "no join token can be had");
        return token!;
    }

    /// <summary>Removes a node from the cluster for good, and ends its process.</summary>
    public async Task RemoveAsync(Node node)
    {
        _nodes.Remove(node);
        await using NacreClient client = NewClient();
        await client.Nodes.RemoveAsync(node.Number);
        await node.KillAsync();
    }

    /// <summary>What a node's metrics tell; null when it does not answer.</summary>
    public async Task<NodeScrape?> ScrapeAsync(Node node) =>
        await MetricsAsync(node) is { } metrics ? NodeScrape.Parse(metrics.Text) : null;

    /// <summary>The time that a node tells in its answers; null when it does not answer.</summary>
    public async Task<DateTimeOffset?> TimeOfAsync(Node node) => (await MetricsAsync(node))?.Date;

    private async Task<(string Text, DateTimeOffset? Date)?> MetricsAsync(Node node)
    {
        if (node is not { IsUp: true, IsPaused: false })
        {
            return null;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node.Endpoint, "/metrics"))
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", _scrapeToken) },
        };
        try
        {
            using HttpResponseMessage response = await _scraper.SendAsync(request);
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadAsStringAsync(), response.Headers.Date);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Waits until a majority of the members names a leader that is up.</summary>
    public async Task<Node> LeaderAsync(int shard = AimedShard)
    {
        Node? leader = null;
        await UntilAsync(
            async () =>
            {
                NodeScrape?[] seen = await Task.WhenAll(_nodes.Select(ScrapeAsync));
                IGrouping<int, int>? named = seen.Select(each => each?.Leader.GetValueOrDefault(shard) ?? 0)
                    .Where(number => number > 0).GroupBy(number => number).MaxBy(group => group.Count());
                leader = named?.Count() * 2 > _nodes.Count ? _nodes.Find(node => node.Number == named!.Key && node.IsUp) : null;
                return leader is not null;
            },
            () => $"no leader of shard {shard} is known to a majority");
        return leader!;
    }

    /// <summary>Waits until something holds.</summary>
    /// <param name="holds">Is asked again and again.</param>
    /// <param name="otherwise">What is said when it does not.</param>
    /// <param name="patience">Null: a minute.</param>
    /// <exception cref="ViolationException">It does not within that time.</exception>
    public static async Task UntilAsync(Func<Task<bool>> holds, Func<string> otherwise, TimeSpan? patience = null)
    {
        TimeSpan most = patience ?? Patience;
        using var timer = new PeriodicTimer(Look);
        for (long began = TimeProvider.System.GetTimestamp(); !await holds(); await timer.WaitForNextTickAsync())
        {
            if (TimeProvider.System.GetElapsedTime(began) > most)
            {
                throw new ViolationException($"after {most.TotalSeconds:f0} s: {otherwise()}");
            }
        }
    }

    /// <summary>Waits until all replicas of every shard have applied the same, and nothing is left to commit.</summary>
    public async Task WhenEqualAsync()
    {
        NodeScrape?[] seen = [];
        await UntilAsync(
            async () =>
            {
                seen = await Task.WhenAll(_nodes.Select(ScrapeAsync));
                return seen[0] is { } first && seen.All(each => each?.IsEqualTo(first) == true);
            },
            () => $"the replicas have not all applied the same: {string.Join(" | ", seen.Select(each => each?.ToString() ?? "no answer"))}");
    }

    /// <summary>
    /// Stops every node with no link between them, so that none adds an entry that others lack, and compares what the node
    /// files say: applied entry and running hash of every shard. Then starts them again.
    /// </summary>
    /// <exception cref="ViolationException">They differ, or a node did not stop in order.</exception>
    public async Task CompareAsync()
    {
        await WhenEqualAsync();
        int[] numbers = [.. _nodes.Select(node => node.Number)];
        Network.Links.Part(numbers, numbers);
        await Task.WhenAll(_nodes.Select(node => node.TerminateAsync()));
        Network.Links.Heal();
        string[] points = [.. _nodes.Select(PointsOf)];
        if (points.Distinct().Count() != 1)
        {
            throw new ViolationException($"the replicas differ: {string.Join("; ", _nodes.Zip(points, (node, point) => $"node {node.Number}: {point}"))}");
        }

        await StartAllAsync();
    }

    /// <summary>Starts every node that is not up, and waits for all of them.</summary>
    public async Task StartAllAsync()
    {
        foreach (Node node in _nodes.Where(node => !node.IsUp))
        {
            node.Begin();
        }

        await Task.WhenAll(_nodes.Select(node => node.WhenReadyAsync()));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Node node in _nodes)
        {
            await node.DisposeAsync();
        }

        _scraper?.Dispose();
    }

    private static string PointsOf(Node node)
    {
        Result<NodeRecord> record = NodeRecordCodec.Decode(File.ReadAllBytes(Path.Combine(node.Data, "node")));
        return record switch
        {
            { IsOk: false } => throw new ViolationException($"node {node.Number}: {record.Error}"),
            { Value.State: not NodeState.Clean } => throw new ViolationException($"node {node.Number} did not stop clean; {node.LogFile} tells why"),
            _ => string.Join(", ", record.Value.Points.Select(point => $"shard {point.Shard} at {point.Applied} hash {point.RunningHash:x16}")),
        };
    }

    private Node NewNode()
    {
        int number = ++_lastNumber;
        string folder = Path.Combine(Folder, $"node-{number}");
        Directory.CreateDirectory(folder);
        return new Node(number, folder, Network.Add(number), Network, _shape, ScrapeTokenFile);
    }

    private HttpClient NewScraper()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(_connection.CaCertificatePath!));
        return new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } }) { Timeout = TimeSpan.FromSeconds(2) };
    }
}
