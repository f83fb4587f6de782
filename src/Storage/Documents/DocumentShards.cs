using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Logging;
using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Keys;
using Nacre.Core.StateMachines;
using Nacre.Core.Time;
using Nacre.Storage.Devices;
using Nacre.Storage.Records;
using Nacre.Storage.Snapshots;

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

    /// <summary>What the name of a folder ends with where a shard's snapshot is received, beside the shard's own.</summary>
    public const string IncomingSuffix = SnapshotFolder.StagingSuffix;

    /// <summary>
    /// The file in a shard's folder that says that its log is still to be set to the snapshot which the folder holds.
    /// </summary>
    public const string PendingResetFileName = SnapshotFiles.ResetName;

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
    private readonly ConcurrentDictionary<ShardId, DocumentSnapshots> _snapshots = new();

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

    /// <summary>True while a snapshot takes the place of a shard's folder: a start goes on with that before anything else.</summary>
    /// <param name="directory">The shard's folder.</param>
    /// <param name="files">The file system.</param>
    public static bool IsInstalling(string directory, IFileSystem files) => new SnapshotFolder(directory, files).IsInstalling;

    /// <summary>
    /// Opens a shard at its recovered checkpoint; the log's later entries are applied next. Waits for the disk.
    /// </summary>
    /// <returns>
    /// The shard; whoever gets it disposes its state machine. Throws <see cref="StorageFaultException"/>.
    /// </returns>
    public DocumentShard Open(ShardId shard)
    {
        ShardStoreOptions options = StoreOptions(shard);
        new SnapshotFolder(options.Directory, _files).FinishInstall();
        ShardStore store = ShardStore.Open(options);
        var machine = DocumentStateMachine.Open(DocumentOptions(shard), store);
        _snapshots.GetOrAdd(shard, MakeSnapshots).Attach(store);
        return new DocumentShard(machine, machine, new ShardEncryption(store), machine.Status);
    }

    /// <summary>
    /// The snapshots of a shard, the same for as long as this lives: they give what the shard's last opened store holds, and
    /// a snapshot that was received is put in place between two openings. Thread-safe.
    /// </summary>
    public IShardSnapshots SnapshotsOf(ShardId shard) => _snapshots.GetOrAdd(shard, MakeSnapshots);

    /// <summary>
    /// Checks the folder of a shard that nobody has open: every manifest, tag and block, then in the newest checkpoint
    /// every document and every index entry. Changes nothing. Waits for the disk.
    /// </summary>
    /// <param name="shard">Which one.</param>
    /// <param name="progress">Told now and then which part of the documents was seen, 0 to 1; may be null.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <returns>The findings. Throws <see cref="StorageFaultException"/> when the folder cannot be listed.</returns>
    public Task<ShardVerification> VerifyAsync(ShardId shard, Action<double>? progress, CancellationToken cancellationToken) =>
        VerifyAsync(shard, FolderOf(_options.Directory, shard), progress, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _io.Dispose();

    private DocumentSnapshots MakeSnapshots(ShardId shard) => new(
        shard, FolderOf(_options.Directory, shard), _files, DocumentOptions(shard),
        folder => VerifyAsync(shard, folder, null, CancellationToken.None).GetAwaiter().GetResult());

    private async Task<ShardVerification> VerifyAsync(
        ShardId shard, string folder, Action<double>? progress, CancellationToken cancellationToken)
    {
        ShardStoreOptions options = StoreOptions(shard) with { IsReadOnly = true, Directory = folder };
        StoreVerification blocks = StoreVerifier.Verify(options, cancellationToken);
        List<StorageFinding> findings =
        [
            .. blocks.Findings.Select(finding => new StorageFinding(true, finding.File, finding.Place, finding.What)),
            .. blocks.Notes.Select(note => new StorageFinding(false, note.File, note.Place, note.What)),
        ];
        try
        {
            await using ShardStore store = ShardStore.Open(options);
            DocumentVerification documents = DocumentVerifier.Verify(DocumentOptions(shard), store, progress, cancellationToken);
            findings.AddRange(documents.Findings.Select(finding => new StorageFinding(
                true, Path.Combine(options.Directory, finding.File), finding.Place, finding.What)));
            return new ShardVerification(
                findings, blocks.Generations.Count, store.Generation, store.RecoveredIndex, documents.RunningHash,
                blocks.Blocks, documents.Documents, documents.DocumentBytes, documents.IndexEntries) { ReplicaSet = documents.ReplicaSet };
        }
        catch (StorageFaultException fault)
        {
            if (blocks.Findings.Count == 0)
            {
                findings.Add(new StorageFinding(true, fault.File, fault.Place, fault.Message));
            }

            return new ShardVerification(findings, blocks.Generations.Count, blocks.Generations is [var newest, ..] ? newest : 0, null, 0, blocks.Blocks, 0, 0, 0);
        }
    }

    private ShardStoreOptions StoreOptions(ShardId shard)
    {
        long records = (long)(_options.MemoryBytesPerShard * RecordShare);
        return new ShardStoreOptions
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

            // A record that does not fit in what is left of its page takes up to twice its length.
            ReserveBytes = (2 * _options.PendingBytes) + (4 * PageBytesFor(records)),
            SegmentGroups = (int)(_options.SegmentBytes / BlockGeometry.GroupBytes),
            IndexCheckpointBytes = _options.IndexCheckpointBytes,
        };
    }

    private DocumentStoreOptions DocumentOptions(ShardId shard) => new()
    {
        Cluster = _options.Cluster,
        Shard = shard,
        NodeCacheBytes = (long)(_options.MemoryBytesPerShard * NodeCacheShare),
        BufferBytes = Math.Clamp((long)(_options.MemoryBytesPerShard * BufferShare), 64 << 10, 16 << 20),
        CompactAtDeadBytes = _options.CompactAtDeadBytes,
    };

    /// <summary>
    /// At least 32 pages fit in the memory: fewer would make every write a flush. Fixed when a store is created.
    /// </summary>
    private static int PageBytesFor(long records) =>
        (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((ulong)(records / 32) + 1) / 2, 1 << 17, 1 << 20);
}
