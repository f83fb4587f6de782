using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.StateMachines;
using Nacre.Storage.Documents;
using Nacre.Storage.Tests.Documents;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Snapshots;

/// <summary>A node with one data shard on a disk of its own; data keys are shared by all nodes.</summary>
internal sealed class SnapshotNode(TestDataKeys keys, ulong seed) : IAsyncDisposable
{
    public const string Folder = "/data/shards/1";

    private readonly SeededRandom _random = new(seed);
    private DocumentShards? _shards;

    public SimulatedFileSystem Files { get; private set; } = new();

    public DocumentShard? Shard { get; private set; }

    public IStateMachine Machine => Shard!.Machine;

    public IShardSnapshots Snapshots => (_shards ??= Make()).SnapshotsOf(DocumentWorkbench.Shard);

    public IReadOnlyList<string> Segments => [.. Files.ListFiles(Folder).Where(name => name.EndsWith(".seg", StringComparison.Ordinal))];

    public void Open() => Shard = (_shards ??= Make()).Open(DocumentWorkbench.Shard);

    public async Task CloseAsync()
    {
        if (Shard is { } shard)
        {
            Shard = null;
            await shard.Machine.DisposeAsync();
        }
    }

    /// <summary>Loses power, and has what the disk holds then.</summary>
    public async Task RebootAsync(ulong reboot)
    {
        Files.Crash();
        await DisposeAsync();
        Files = Files.Reboot(reboot);
    }

    /// <summary>Applies what the machine has not applied yet of a log.</summary>
    public void Apply(IReadOnlyList<LogRecord> log)
    {
        LogRecord[] rest = [.. log.Skip((int)Machine.Applied.Value)];
        Machine.Apply(rest, new CommandOutcome[rest.Length]);
    }

    /// <summary>Copies what is missing of a snapshot, in parts of a random size, flushing now and then.</summary>
    public void Copy(ISnapshotSource from, ISnapshotTarget to)
    {
        byte[] part = new byte[50_000];
        for (int file = 0; file < from.Manifest.Files.Length; file++)
        {
            for (long at = to.Received[file]; at < from.Manifest.Files[file].Length; at = to.Received[file])
            {
                int read = from.Read(file, at, part.AsSpan(0, 1 + _random.Next(part.Length)));
                to.Write(file, at, part.AsSpan(0, read));
                if (_random.OneIn(3))
                {
                    to.Flush();
                }
            }
        }
    }

    /// <summary>Receives a snapshot and puts it in place.</summary>
    public async Task InstallAsync(ISnapshotSource from, Term term)
    {
        using ISnapshotTarget target = Snapshots.Receive(from.Manifest).Value;
        Copy(from, target);
        Result<Unit> complete = target.Complete();
        Assert.That(complete.IsOk, complete.IsOk ? "" : complete.Error.Message);
        await CloseAsync();
        target.Install(term);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync();
        }
        catch (Exception exception) when (exception is SimulatedCrashException or Core.Files.StorageFaultException)
        {
            Assert.That(Files.HasCrashed, exception.ToString());
        }

        _shards?.Dispose();
        _shards = null;
    }

    private DocumentShards Make() => new(
        new DocumentShardsOptions
        {
            Directory = "/data/shards",
            Cluster = DocumentWorkbench.Cluster,
            MemoryBytesPerShard = DocumentShards.LeastMemoryBytes,
            PendingBytes = 4 << 20,
            SegmentBytes = 1 << 19,
            IndexCheckpointBytes = 1 << 20,
            CompactAtDeadBytes = 1 << 18,
        },
        Files, keys, _random, TimeProvider.System, NullLogger.Instance);
}
