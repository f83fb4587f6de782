using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.Time;
using Nacre.Storage.Devices;
using Nacre.Storage.Records;

namespace Nacre.Storage.Documents;

/// <summary>
/// Opens a node's data shards over the stores in its folder, and holds what they share: memory and the threads that
/// wait for the disk.
/// </summary>
/// <remarks>Used by one thread. Disposed after the last shard.</remarks>
public sealed class DocumentShards : IDisposable
{
    /// <summary>The least memory of one shard, in bytes.</summary>
    public const long LeastMemoryBytes = 8L << 20;

    private const int IoThreadCount = 4;

    // A shard's memory: record pages and hash index, with a sixteenth more for their tags; tree nodes; and buffered index
    // changes, which grow to four times their size where entries come faster than they are drained. All that is the whole.
    private const double RecordShare = 0.5;
    private const double NodeCacheShare = 0.22;
    private const double BufferShare = 0.06;

    private readonly DocumentShardsOptions _options;
    private readonly IFileSystem _files;
    private readonly IDataKeys _keys;
    private readonly IRandomSource _random;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IoThreads _io = new(IoThreadCount);

    /// <summary>Prepares; nothing is opened yet.</summary>
    /// <param name="options">Where the shards are, and what they may take.</param>
    /// <param name="files">The file system.</param>
    /// <param name="keys">Where keys come from.</param>
    /// <param name="random">Where salts and names come from.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where notable events are told.</param>
    public DocumentShards(
        DocumentShardsOptions options, IFileSystem files, IDataKeys keys, IRandomSource random, TimeProvider time,
        ILogger logger)
    {
        Invariant.Check(options.MemoryBytesPerShard >= LeastMemoryBytes);
        _options = options;
        _files = files;
        _keys = keys;
        _random = random;
        _time = time;
        _logger = logger;
    }

    /// <summary>The folder of a shard.</summary>
    /// <param name="shards">The folder of all shards.</param>
    /// <param name="shard">Which one.</param>
    public static string FolderOf(string shards, ShardId shard) =>
        Path.Combine(shards, shard.Value.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Opens a shard at its recovered checkpoint; the log's later entries are applied next. Waits for the disk.
    /// </summary>
    /// <returns>
    /// The shard; whoever gets it disposes its state machine. Throws <see cref="StorageFaultException"/>.
    /// </returns>
    public DocumentShard Open(ShardId shard)
    {
        long memory = _options.MemoryBytesPerShard;
        long records = (long)(memory * RecordShare);
        ShardStore store = ShardStore.Open(new ShardStoreOptions
        {
            FileSystem = _files,
            Directory = FolderOf(_options.Directory, shard),
            Shard = shard,
            Domain = KeyDomainId.Shared,
            Keys = _keys,
            Random = _random,
            Time = _time,
            Io = _io,
            Logger = _logger,
            MemoryBytes = records,
            PageBytes = PageBytesFor(records),
            SegmentGroups = (int)(_options.SegmentBytes / BlockGeometry.GroupBytes),
            IndexCheckpointBytes = _options.IndexCheckpointBytes,
        });
        var machine = DocumentStateMachine.Open(
            new DocumentStoreOptions
            {
                Cluster = _options.Cluster,
                Shard = shard,
                NodeCacheBytes = (long)(memory * NodeCacheShare),
                BufferBytes = Math.Clamp((long)(memory * BufferShare), 64 << 10, 16 << 20),
                CompactAtDeadBytes = _options.CompactAtDeadBytes,
            },
            store);
        return new DocumentShard(machine, machine, new ShardEncryption(store), machine.Status);
    }

    /// <inheritdoc/>
    public void Dispose() => _io.Dispose();

    /// <summary>
    /// At least 32 pages fit in the memory: fewer would make every write a flush. Fixed when a store is created.
    /// </summary>
    private static int PageBytesFor(long records) =>
        (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((ulong)(records / 32) + 1) / 2, 1 << 17, 1 << 20);
}
