using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Devices;
using Nacre.Storage.Records;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Records;

/// <summary>A shard's folder on a simulated disk, and what opens a store in it.</summary>
internal sealed class StoreBench(SimulatedFileSystem files) : IDisposable
{
    public const string Folder = "/data/shards/1";
    private ulong _seed = 1;

    /// <summary>The disk; replaced by what a reboot leaves.</summary>
    public SimulatedFileSystem Files { get; set; } = files;

    /// <summary>The keys.</summary>
    public TestDataKeys Keys { get; } = new();

    /// <summary>The I/O threads of all stores of this bench.</summary>
    public IoThreads Io { get; } = new(3);

    /// <summary>Changes the options that <see cref="Open"/> uses.</summary>
    public Func<ShardStoreOptions, ShardStoreOptions> Configure { get; set; } = static options => options;

    /// <summary>Options with small pages and segments.</summary>
    public ShardStoreOptions Options(IFileSystem files) => Configure(new ShardStoreOptions
    {
        FileSystem = files,
        Directory = Folder,
        Shard = new ShardId(1),
        Domain = KeyDomainId.Shared,
        Keys = Keys,
        Random = new SeededRandom(_seed++),
        Time = TimeProvider.System,
        Io = Io,
        MemoryBytes = 6L << 20,
        PageBytes = 1 << 17,
        SegmentGroups = 1,
        ReserveBytes = 1 << 18,
        ReserveStepBytes = 1 << 18,
        IndexCheckpointBytes = 1 << 20,
    });

    /// <summary>Opens the store.</summary>
    public ShardStore Open() => ShardStore.Open(Options(Files));

    /// <summary>Files whose name begins so.</summary>
    public IReadOnlyList<string> Named(string prefix) =>
        [.. Files.AllFiles.Where(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal))];

    /// <inheritdoc/>
    public void Dispose() => Io.Dispose();
}
