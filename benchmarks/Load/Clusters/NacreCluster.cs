using System.Diagnostics;
using System.Globalization;
using Nacre.Benchmarks.Load.Servers;
using Nacre.Benchmarks.Load.Targets;
using Nacre.Client;

namespace Nacre.Benchmarks.Load.Clusters;

/// <summary>Three <c>nacre server</c>, founded and joined by the command line, and the SDK over the item stream.</summary>
internal sealed class NacreCluster : ICluster
{
    private const int Nodes = 3;

    private readonly string _program;
    private readonly string _folder;
    private readonly int _shards;
    private readonly int[] _clientPorts = [.. Enumerable.Range(0, Nodes).Select(_ => FreePort.Find())];
    private readonly int[] _nodePorts = [.. Enumerable.Range(0, Nodes).Select(_ => FreePort.Find())];
    private readonly List<ServerProcess> _servers = [];
    private NacreClient? _client;
    private Container? _container;

    /// <summary>Prepares a cluster in a folder; nothing is started.</summary>
    /// <param name="name">In the tables.</param>
    /// <param name="program">The nacre to measure; null: the one that was built.</param>
    /// <param name="folder">An empty one.</param>
    /// <param name="shards">Data shards.</param>
    public NacreCluster(string name, string? program, string folder, int shards)
    {
        Name = name;
        _program = program ?? NacreTarget.BuiltProgram();
        _folder = folder;
        _shards = shards;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> ServerProcesses => [.. _servers.Select(server => server.Id)];

    private string ConnectionFile => Path.Combine(_folder, "connection.json");

    /// <inheritdoc/>
    public async Task StartAsync()
    {
        Directory.CreateDirectory(_folder);
        await BeginAsync(0);
        for (int node = 1; node < Nodes; node++)
        {
            string token = await Tool.RunAsync(Nacre(0, "node", "token"));
            await Tool.RunAsync(Nacre(
                node, "node", "join", "--dev", "--data", DataOf(node), "--server", $"https://127.0.0.1:{_clientPorts[0]}", "--token", token,
                "--listen", AddressOf(_clientPorts[node]), "--node-address", AddressOf(_nodePorts[node])));
            await BeginAsync(node);
        }

        await OpenAsync();
        await _client!.CreateDatabaseAsync("load");
        await _container!.CreateAsync(new ContainerSettings("/id") { Ranges = _shards, Indexing = IndexingPolicy.None });
    }

    /// <inheritdoc/>
    public async Task ResumeAsync()
    {
        await Task.WhenAll(_servers.Select(server => server.ResumeAsync()));
        await OpenAsync();
    }

    /// <inheritdoc/>
    public async Task HaltAsync()
    {
        await CloseAsync();
        await Task.WhenAll(_servers.Select(server => server.HaltAsync()));
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string id, ReadOnlyMemory<byte> body) => await _container!.UpsertJsonAsync(body);

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(string id) =>
        (await _container!.ReadJsonAsync(id, id, Strong)).Value.Length;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask()));
    }

    private static ReadOptions Strong { get; } = new() { Consistency = ConsistencyLevel.Strong };

    private static string AddressOf(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private string DataOf(int node) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"data-{node + 1}"));

    private ProcessStartInfo Nacre(int node, params string[] arguments)
    {
        var start = new ProcessStartInfo(_program, arguments);
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"config-{node + 1}"));
        start.Environment["NACRE_CONNECTION_FILE"] = ConnectionFile;
        return start;
    }

    private async Task BeginAsync(int node)
    {
        List<string> arguments =
        [
            "server", "--dev", "--data", DataOf(node), "--listen", AddressOf(_clientPorts[node]), "--node-listen", AddressOf(_nodePorts[node]),
            "--log-level", "Warning",
        ];
        if (node == 0)
        {
            arguments.AddRange(["--connection-file", ConnectionFile, "--shards", _shards.ToString(CultureInfo.InvariantCulture)]);
        }

        (ServerProcess server, _) = await ServerProcess.StartAsync(
            Nacre(node, [.. arguments]), line => line.StartsWith("ready ", StringComparison.Ordinal), TimeSpan.FromMinutes(2));
        _servers.Add(server);
    }

    private async Task CloseAsync()
    {
        if (_client is { } client)
        {
            _client = null;
            await client.DisposeAsync();
        }
    }

    /// <summary>Opens a client, and waits until every shard is led and every node has a vote and all entries.</summary>
    private async Task OpenAsync()
    {
        await CloseAsync();
        var connection = NacreConnection.Load(ConnectionFile);
        _client = new NacreClient(connection, new NacreClientOptions { Transport = NacreTransport.Stream });
        _container = _client.GetContainer("load", "items");
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var watch = Stopwatch.StartNew(); !IsSettled(await _client.Nodes.ListAsync()); await timer.WaitForNextTickAsync())
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(1))
            {
                throw new InvalidOperationException($"{Name}: not every shard is led, or not every node has caught up, within a minute");
            }
        }
    }

    private bool IsSettled(IReadOnlyList<ClusterNodeProperties> nodes) =>
        nodes.Count == Nodes &&
        nodes.All(node => node is { Kind: ClusterNodeKind.Voter, Health: { IsReachable: true, Lag: 0 } }) &&
        nodes.Sum(node => node.Health!.ShardsLed) == _shards + 1;
}
