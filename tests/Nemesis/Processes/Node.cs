using System.Globalization;
using Nacre.Nemesis.Tests.Network;

namespace Nacre.Nemesis.Tests.Processes;

/// <summary>One node of the cluster: its folder, its addresses, and its process while it has one.</summary>
internal sealed class Node(int number, string folder, NodeAddresses addresses, INetwork network, ClusterShape shape, string scrapeTokenFile) : IAsyncDisposable
{
    /// <summary>The variable with the root key.</summary>
    public const string RootKeyVariable = "NACRE_NEMESIS_ROOT_KEY";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(60);

    private NodeProcess? _process;

    /// <summary>Its id in the cluster.</summary>
    public int Number => number;

    /// <summary>Where it is.</summary>
    public NodeAddresses Addresses => addresses;

    /// <summary>Where it serves clients.</summary>
    public Uri Endpoint => new($"https://{addresses.Client}");

    /// <summary>The data folder; another one only while the node is stopped.</summary>
    public string Data { get; set; } = Path.Combine(folder, "data");

    /// <summary>What its process said, in all its lives.</summary>
    public string LogFile => Path.Combine(folder, "server.log");

    /// <summary>Written at each start.</summary>
    public string ConnectionFile => Path.Combine(folder, "connection.json");

    /// <summary>Further variables, from its next start on.</summary>
    public Dictionary<string, string> Extra { get; } = [];

    /// <summary>Its root key: a node's own.</summary>
    public string RootKey => Convert.ToBase64String([.. Enumerable.Repeat((byte)number, 32)]);

    /// <summary>True: its process gives way to the others', as if it had a machine of its own; from its next start on.</summary>
    public bool GivesWay { get; set; }

    /// <summary>True while it has a process that has not ended.</summary>
    public bool IsUp => _process is { HasExited: false };

    /// <summary>True while its process may do nothing.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Its process's number.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException($"Node {number} has no process.");

    /// <summary>Starts its process, and does not wait.</summary>
    public void Begin()
    {
        if (IsUp)
        {
            throw new InvalidOperationException($"Node {number} runs already.");
        }

        _process = new NodeProcess(
            GivesWay ? [.. network.LauncherOf(number), "nice", "--adjustment=10"] : network.LauncherOf(number),
            ["server", "--data", Data, "--listen", addresses.Client, "--root-key", $"env:{RootKeyVariable}", "--connection-file", ConnectionFile, "--log-format", "json"],
            new Dictionary<string, string>(Extra)
            {
                ["NACRE_NODE_LISTEN"] = addresses.PeerListen,
                ["NACRE_NODE_ADDRESS"] = addresses.PeerAddress,
                ["NACRE_SHARDS"] = shape.Shards.ToString(CultureInfo.InvariantCulture),
                ["NACRE_MEMORY_BUDGET_BYTES"] = shape.MemoryBytes.ToString(CultureInfo.InvariantCulture),
                ["NACRE_METRICS__TOKEN_FILE"] = scrapeTokenFile,
                [RootKeyVariable] = RootKey,
            },
            LogFile);
        network.Started(number, _process.Id);
    }

    /// <summary>Waits until it serves.</summary>
    public async Task WhenReadyAsync()
    {
        try
        {
            await _process!.Ready.WaitAsync(StartPatience);
        }
        catch (TimeoutException)
        {
            throw new ViolationException($"node {number} does not serve {StartPatience.TotalSeconds:f0} s after its start; {LogFile} tells why");
        }
    }

    /// <summary>Starts it and waits until it serves.</summary>
    public Task StartAsync()
    {
        Begin();
        return WhenReadyAsync();
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        IsPaused = false;
        if (_process is { } process)
        {
            await process.KillAsync();
        }
    }

    /// <summary>SIGTERM; it must end in order.</summary>
    public async Task TerminateAsync()
    {
        try
        {
            int left = await _process!.TerminateAsync(StopPatience);
            if (left != 0)
            {
                throw new ViolationException($"node {number} left with exit code {left} after SIGTERM; {LogFile} tells why");
            }
        }
        catch (TimeoutException)
        {
            throw new ViolationException($"node {number} still runs {StopPatience.TotalSeconds:f0} s after SIGTERM; {LogFile} tells why");
        }
    }

    /// <summary>SIGSTOP.</summary>
    public void Pause()
    {
        _process!.Pause();
        IsPaused = true;
    }

    /// <summary>SIGCONT.</summary>
    public void Resume()
    {
        IsPaused = false;
        _process?.Resume();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            await process.DisposeAsync();
        }
    }
}
