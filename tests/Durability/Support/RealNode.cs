using System.Globalization;
using System.Text.Json;
using Nacre.Cli.Quickstart;
using Nacre.Client;

namespace Nacre.Durability.Tests.Support;

/// <summary>A server in a process of its own over a folder of the real disk, and what the kernel tells of it.</summary>
internal sealed class RealNode : IAsyncDisposable
{
    private readonly ServerProcess _process;
    private readonly string _folder;

    private RealNode(ServerProcess process, string folder)
    {
        _process = process;
        _folder = folder;
    }

    /// <summary>The process's number.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Most memory that was resident at once since the start, in bytes.</summary>
    public long PeakResidentBytes => StatusBytes("VmHWM:");

    /// <summary>Starts a server with two data shards and waits until it serves.</summary>
    /// <param name="folder">Holds the data, the configuration and the connection file.</param>
    /// <param name="memoryBudgetBytes">The server's own setting.</param>
    public static async Task<RealNode> StartAsync(string folder, long memoryBudgetBytes)
    {
        string configuration = Path.Combine(folder, "nacre.json");
        await File.WriteAllTextAsync(configuration, JsonSerializer.Serialize(new { shards = 2, memoryBudgetBytes }));
        ServerProcess process = await ServerProcess.StartAsync(
            [
                "--dev", "--data", DataOf(folder), "--listen", "127.0.0.1:0", "--config", configuration,
                "--connection-file", ConnectionFileOf(folder),
            ],
            Path.Combine(folder, "configuration"),
            default);
        return new RealNode(process, folder);
    }

    /// <summary>The data folder of a server.</summary>
    public static string DataOf(string folder) => Path.Combine(folder, "data");

    public NacreClient NewClient(NacreClientOptions? options = null) => new(NacreConnection.Load(ConnectionFileOf(_folder)), options);

    /// <summary>Ends the process by SIGKILL.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Stops in order.</summary>
    public Task StopAsync() => _process.StopAsync(default);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string ConnectionFileOf(string folder) => Path.Combine(folder, "connection.json");

    private long StatusBytes(string name)
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").Single(text => text.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], CultureInfo.InvariantCulture) << 10;
    }
}
