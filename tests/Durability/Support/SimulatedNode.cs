using Nacre.Client;
using Nacre.Core.Errors;
using Nacre.Security.Keys;
using Nacre.Server.Hosting;
using Nacre.Server.Options;
using Nacre.Testing;

namespace Nacre.Durability.Tests.Support;

/// <summary>A whole node in this process over a simulated disk, and a client of it that never repeats an operation.</summary>
internal sealed class SimulatedNode : IAsyncDisposable
{
    // Without the prefix of settings: servers in processes of their own inherit it.
    private const string RootKeyVariable = "DURABILITY_ROOT_KEY";

    static SimulatedNode() => Environment.SetEnvironmentVariable(RootKeyVariable, Convert.ToBase64String(RootKeyBytes));

    private readonly NacreConnection _connection;

    private SimulatedNode(SimulatedFileSystem disk, NacreNode node, NacreConnection connection)
    {
        Disk = disk;
        Node = node;
        _connection = connection;
        Client = NewClient(new NacreClientOptions { MaxRetries = 0, Timeout = TimeSpan.FromMinutes(1) });
    }

    /// <summary>The root key of every simulated node.</summary>
    public static byte[] RootKeyBytes => [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    /// <summary>What opens the key ring of every simulated node.</summary>
    public static IRootKeyProvider RootKey { get; } = new EnvironmentRootKeyProvider(RootKeyVariable);

    /// <summary>The folder of every simulated node: a real one as well, for the lock file alone.</summary>
    public static string Folder { get; } = Directory.CreateTempSubdirectory("nacre-durability-").FullName;

    /// <summary>Small enough that some hundred writes meet every kind of step.</summary>
    public static StorageSizes SmallSizes { get; } = new()
    {
        LogSegmentBytes = 512 << 10,
        FirstLogSegmentBytes = 256 << 10,
        AppendBytes = 64 << 10,
        CheckpointAfterBytes = 16 << 10,
        StoreSegmentBytes = 512 << 10,
        IndexCheckpointBytes = 128 << 10,
        CompactAtDeadBytes = 16 << 10,
    };

    public SimulatedFileSystem Disk { get; }

    public NacreNode Node { get; }

    public NacreClient Client { get; }

    public Container Items => Client.GetContainer("db", "items");

    public static NodeOptions Options => new()
    {
        Data = Folder,
        Listen = "127.0.0.1:0",
        RootKey = $"env:{RootKeyVariable}",
        Shards = 2,
        MemoryBudgetBytes = 64L << 20,
        Limits = new LimitOptions { DrainSeconds = 5 },
    };

    public static NodeEnvironment EnvironmentOver(SimulatedFileSystem disk) => new() { Files = disk, Sizes = SmallSizes };

    /// <summary>Starts a node over a disk that is expected to be sound.</summary>
    public static async Task<SimulatedNode> StartAsync(SimulatedFileSystem disk)
    {
        Result<SimulatedNode> started = await TryStartAsync(disk);
        Assert.That(started.Error, Is.Null);
        return started.Value;
    }

    /// <summary>Starts a node. Throws <see cref="SimulatedCrashException"/> or refuses where the disk has it so.</summary>
    public static Task<Result<SimulatedNode>> TryStartAsync(SimulatedFileSystem disk) => TryStartAsync(disk, Options, EnvironmentOver(disk));

    /// <summary>The same with other options, or another world around it over that disk.</summary>
    public static async Task<Result<SimulatedNode>> TryStartAsync(SimulatedFileSystem disk, NodeOptions options, NodeEnvironment environment)
    {
        Result<NacreNode> started = await NacreNode.StartAsync(options, environment, default);
        if (!started.IsOk)
        {
            return started.Error;
        }

        try
        {
            ConnectionFile connection = await started.Value.GetConnectionAsync(default);
            string certificate = Path.Combine(Folder, $"ca-{Guid.NewGuid():n}.pem");
            await File.WriteAllBytesAsync(certificate, disk.Get(connection.CaCertificate!));
            return new SimulatedNode(disk, started.Value, NacreConnection.Parse(
                $"AccountEndpoint={connection.Endpoint};AccountKey={connection.AccountKey};CaCertificate={certificate};"));
        }
        catch
        {
            await started.Value.DisposeAsync();
            throw;
        }
    }

    /// <summary>A disk with a node that was stopped in order, and its empty container.</summary>
    public static async Task<SimulatedFileSystem> MakeDiskAsync()
    {
        var disk = new SimulatedFileSystem();
        await using SimulatedNode node = await StartAsync(disk);
        await node.MakeContainerAsync();
        await node.StopAsync();
        return disk;
    }

    public NacreClient NewClient(NacreClientOptions options) => new(_connection, options);

    public async Task MakeContainerAsync()
    {
        Database database = await Client.CreateDatabaseIfNotExistsAsync("db");
        await database.CreateContainerIfNotExistsAsync("items", new ContainerSettings("/pk"));
    }

    /// <summary>Stops in order.</summary>
    public async Task StopAsync()
    {
        await Client.DisposeAsync();
        await Node.StopAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        try
        {
            await Node.DisposeAsync();
        }
        catch (SimulatedCrashException) when (Disk.HasCrashed)
        {
            // A process whose machine lost its power has nothing more to say.
        }
    }
}
