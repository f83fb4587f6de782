using System.Diagnostics;
using System.Globalization;
using Nacre.Benchmarks.Load.Servers;
using Nacre.Benchmarks.Load.Workloads;
using Nacre.Client;

namespace Nacre.Benchmarks.Load.Targets;

/// <summary>The database itself: its program in a process of its own, its SDK unary or over the item stream.</summary>
internal sealed class NacreTarget : ITarget
{
    private readonly string? _program;
    private readonly string _folder;
    private readonly bool _stream;
    private ServerProcess _server;
    private NacreClient _client;
    private Container _container;

    private NacreTarget(string? program, string folder, bool stream, ServerProcess server, NacreClient client)
    {
        _program = program;
        _folder = folder;
        _stream = stream;
        _server = server;
        _client = client;
        _container = client.GetContainer("load", "docs");
    }

    public string Name => _stream ? "nacre-stream" : "nacre-unary";

    public bool Stores => true;

    public IReadOnlyList<int> ServerProcesses => [_server.Id];

    public long DiskBytes => new DirectoryInfo(DataFolder(_folder))
        .EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>Starts a server on an empty folder and makes a container.</summary>
    public static async Task<NacreTarget> StartAsync(string? program, string folder, bool stream)
    {
        (ServerProcess server, NacreClient client) = await OpenAsync(program, folder, stream);
        await client.CreateDatabaseAsync("load");
        await client.GetContainer("load", "docs").CreateAsync(new ContainerSettings("/p") { Indexing = IndexingPolicy.None });
        return new NacreTarget(program, folder, stream, server, client);
    }

    public Task PrepareAsync(int clients) => Task.CompletedTask;

    public async ValueTask<int> ReadAsync(int client, long key)
    {
        Item<ReadOnlyMemory<byte>> item = await _container.ReadJsonAsync(Documents.Partition(key), Documents.Id(key));
        return item.Value.Length;
    }

    public async ValueTask UpsertAsync(int client, long key, byte[] body) => await _container.UpsertJsonAsync(body);

    public async ValueTask InsertAsync(int client, long key, byte[] body) => await _container.CreateJsonAsync(body);

    public async ValueTask<int> ScanAsync(int client, long key, int count)
    {
        // The partition's documents in id order; a scan here begins at the partition's first, as the order is the hash's.
        int rows = 0;
        await foreach (Item<ReadOnlyMemory<byte>> item in _container.ListJson(
            new ListOptions { PartitionKey = Documents.Partition(key), PageSize = count }))
        {
            rows += item.Value.Length > 0 ? 1 : 0;
            if (rows == count)
            {
                break;
            }
        }

        return rows;
    }

    /// <summary>Kills the server, starts it again on the same folder, and reads one document.</summary>
    /// <returns>From the start of the process to the first document read.</returns>
    public async Task<TimeSpan> KillAndReadAsync(long key)
    {
        await _client.DisposeAsync();
        await _server.KillAsync();
        await _server.DisposeAsync();
        var watch = Stopwatch.StartNew();
        (_server, _client) = await OpenAsync(_program, _folder, _stream);
        _container = _client.GetContainer("load", "docs");
        await ReadAsync(0, key);
        return watch.Elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>The nacre that was built beside this driver.</summary>
    public static string BuiltProgram()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string program = Path.Combine(folder.FullName, "src", "Cli", "bin", "Release", "net10.0", "nacre");
            if (File.Exists(program))
            {
                return program;
            }
        }

        throw new FileNotFoundException(string.Create(
            CultureInfo.InvariantCulture, $"nacre is not built: run ./build.sh Build above {AppContext.BaseDirectory}"));
    }

    private static string DataFolder(string folder) => Path.Combine(folder, "data");

    private static async Task<(ServerProcess Server, NacreClient Client)> OpenAsync(string? program, string folder, bool stream)
    {
        string connection = Path.Combine(folder, "connection.json");
        var start = new ProcessStartInfo(program ?? BuiltProgram(),
            ["server", "--dev", "--data", DataFolder(folder), "--listen", "127.0.0.1:0", "--connection-file", connection]);
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(folder, "config");
        (ServerProcess server, _) = await ServerProcess.StartAsync(
            start, line => line.StartsWith("ready ", StringComparison.Ordinal), TimeSpan.FromMinutes(2));
        var client = new NacreClient(
            NacreConnection.Load(connection),
            new NacreClientOptions { Transport = stream ? NacreTransport.Stream : NacreTransport.Unary });
        return (server, client);
    }
}
