using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <summary>One of a shard's two record stores with its blocks, its device and its index checkpoints.</summary>
/// <remarks>Thread-safe where it says so; the rest belongs to the applier or to the one checkpoint under way.</remarks>
internal sealed class ShardPart : IAsyncDisposable
{
    // Invariants:
    // - at most one checkpoint of the hash index is under way;
    // - the index checkpoint named in a manifest was complete before that manifest's end was fixed.
    private const long NodeReserveBytes = 8L << 20;

    private readonly ShardStoreOptions _options;
    private readonly DeviceFaults _faults;
    private readonly PartShape _shape;
    private readonly Lock _gate = new();
    private IndexManifest? _index;
    private IndexManifest? _candidate;
    private BlockLog? _indexLog;
    private DeviceFaults _indexFaults = new();
    private uint _nextIndexOrdinal;
    private Task _indexWork = Task.CompletedTask;

    private FasterRecordStore? _records;

    private ShardPart(
        ShardStoreOptions options, DeviceFaults faults, StoreId store, BlockGeometry geometry, PartShape shape,
        RecordManifest? recovered)
    {
        _options = options;
        _faults = faults;
        _shape = shape;
        _nextIndexOrdinal = recovered?.NextIndexOrdinal ?? 1;
        Store = store;
        Geometry = geometry;
        BlockLogId id = new(shape.Kind, 0);
        Log = new BlockLog(LogOptions(id, shape.MemoryShare), recovered?.Blocks ?? BlockLogState.New(id));
        Device = new EncryptedDevice(Log, faults, options.Io, memoryChanges: false);
    }

    /// <summary>The store's random name.</summary>
    public StoreId Store { get; }

    /// <summary>Where things lie in its files.</summary>
    public BlockGeometry Geometry { get; }

    /// <summary>The blocks.</summary>
    public BlockLog Log { get; }

    /// <summary>The device.</summary>
    public EncryptedDevice Device { get; }

    /// <summary>The records.</summary>
    public FasterRecordStore Records => _records!;

    /// <summary>Opens a part; when its index checkpoint is damaged, without it, reading the whole log.</summary>
    /// <exception cref="StorageFaultException">Something that was read fails its check.</exception>
    public static ShardPart Open(
        ShardStoreOptions options, DeviceFaults faults, StoreId store, BlockGeometry geometry, BlockLogKind kind,
        RecordManifest? recovered)
    {
        PartShape shape = kind == BlockLogKind.Items
            ? new PartShape(kind, BlockLogKind.ItemsIndex, 1 - options.NodeShare, IndexShare: 0.25, TypicalRecordBytes: 2048)
            : new PartShape(kind, BlockLogKind.NodesIndex, options.NodeShare, IndexShare: 0.04, TypicalRecordBytes: 8192);
        try
        {
            return OpenOnce(options, faults, store, geometry, shape, recovered, recovered?.Index);
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.Corrupt && recovered?.Index is not null)
        {
            StoreLog.IndexDamaged(options.Logger, options.Shard.Value, fault.File, fault.Place);
            return OpenOnce(options, faults, store, geometry, shape, recovered, index: null);
        }
    }

    /// <summary>What a manifest keeps, for a point whose blocks are durable.</summary>
    public RecordManifest Capture(RecordLogState point)
    {
        lock (_gate)
        {
            if (_candidate is { } candidate && candidate.TailAddress <= point.End)
            {
                _index = candidate;
                _candidate = null;
            }

            return new RecordManifest(point, Log.Capture(point.End), _nextIndexOrdinal, _index);
        }
    }

    /// <summary>Names of the files in use beside those of the kept manifests.</summary>
    public IEnumerable<string> LiveFiles()
    {
        lock (_gate)
        {
            return [.. Log.Files(), .. _candidate?.Blocks.Files() ?? [], .. _indexLog?.Files() ?? []];
        }
    }

    /// <summary>Data keys of blocks and of index checkpoints that no manifest names yet. Thread-safe.</summary>
    public IEnumerable<DataKeyId> KeysInUse()
    {
        lock (_gate)
        {
            return
            [
                .. Log.Keys(),
                .. _index?.Blocks.Keys() ?? [],
                .. _candidate?.Blocks.Keys() ?? [],
                .. _indexLog?.Keys() ?? [],
            ];
        }
    }

    /// <summary>Begins a checkpoint of the hash index, where one is due.</summary>
    public void MaintainIndex(RecordLogState point)
    {
        lock (_gate)
        {
            if (!_indexWork.IsCompleted || _candidate is not null)
            {
                return;
            }

            DataKeyId current = _options.Keys.Current(_options.Domain);
            bool stale = _index is { } index && index.Blocks.Keys().Any(key => key != current);

            // A large index is not written out again for a little more log.
            long due = Math.Max(_options.IndexCheckpointBytes, 4 * Records.IndexBytes);
            if (stale || point.End - Math.Max(_index?.TailAddress ?? 0, point.Begin) > due)
            {
                _indexWork = TakeIndexCheckpointAsync();
            }
        }
    }

    /// <summary>Ends when no work on the hash index is under way.</summary>
    public Task IndexIdleAsync()
    {
        lock (_gate)
        {
            return _indexWork;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await IndexIdleAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Records.IdleAsync().ConfigureAwait(false);
        await Device.DrainAsync().ConfigureAwait(false);
        Records.Dispose();
        Log.Dispose();
        _indexLog?.Dispose();
    }

    private static ShardPart OpenOnce(
        ShardStoreOptions options, DeviceFaults faults, StoreId store, BlockGeometry geometry, PartShape shape,
        RecordManifest? recovered, IndexManifest? index)
    {
        ShardPart part = new(options, faults, store, geometry, shape, recovered);
        try
        {
            part.Log.RequireFiles();
            part.OpenRecords(recovered?.Log ?? default, index);
            return part;
        }
        catch
        {
            part.Log.Dispose();
            throw;
        }
    }

    private void OpenRecords(RecordLogState log, IndexManifest? index)
    {
        Span<byte> token = stackalloc byte[16];
        _options.Random.Fill(token);
        RecordStoreOptions options = new()
        {
            PageBytes = _options.PageBytes,
            MemoryBytes = (long)(_options.MemoryBytes * _shape.MemoryShare),
            IndexShare = _shape.IndexShare,
            TypicalRecordBytes = _shape.TypicalRecordBytes,
            ReserveBytes = _options.IsReadOnly ? 0 : _shape.IsNodes ? Math.Min(_options.ReserveBytes, NodeReserveBytes) : _options.ReserveBytes,
            ReserveStepBytes = _options.IsReadOnly ? 0 : _options.ReserveStepBytes,
        };
        using BlockLog? pages = index is null
            ? null
            : new BlockLog(LogOptions(index.Blocks.Log, share: 0.01), index.Blocks);
        IndexCheckpoint? checkpoint = index is null
            ? null
            : new IndexCheckpoint(
                index.Token, index.Metadata, index.TailAddress,
                new EncryptedDevice(pages!, _faults, _options.Io, memoryChanges: false));
        _records = FasterRecordStore.Open(
            options, Device, _faults, new CheckpointTable(NewIndexDevice), _options.Time, log, new Guid(token), checkpoint);
        _index = index;
    }

    private EncryptedDevice NewIndexDevice()
    {
        lock (_gate)
        {
            BlockLogId id = new(_shape.IndexKind, _nextIndexOrdinal++);
            _indexLog = new BlockLog(LogOptions(id, share: 0.01), BlockLogState.New(id));

            // Faults of its own: what is only for a quicker start must not stop the store.
            _indexFaults = new DeviceFaults();
            return new EncryptedDevice(_indexLog, _indexFaults, _options.Io, memoryChanges: true);
        }
    }

    private async Task TakeIndexCheckpointAsync()
    {
        // Without a checkpoint of it the index is built from the log: a full disk costs time at the next start only.
        if (_options.FileSystem.FreeBytes(_options.Directory) < (2 * Records.IndexBytes) + _options.ReserveBytes)
        {
            return;
        }

        try
        {
            IndexCheckpoint? taken = await Records.TakeIndexCheckpointAsync().ConfigureAwait(false);
            if (taken is null || _faults.Failure is not null)
            {
                return;
            }

            BlockLog log = taken.Device.Log;
            bool isDurable = false;
            await _options.Io.RunAsync(() => isDurable = TrySync(log)).ConfigureAwait(false);
            if (!isDurable)
            {
                return;
            }

            BlockLogState blocks = log.Capture(log.WrittenUntil);
            lock (_gate)
            {
                _candidate = new IndexManifest(taken.Token, taken.Metadata, taken.TailAddress, blocks);
                _indexLog = null;
            }

            log.Dispose();
        }
        catch (StorageFaultException fault)
        {
            _faults.Fail(fault);
        }
    }

    /// <summary>Makes an index checkpoint durable, or takes away what there is of it.</summary>
    private bool TrySync(BlockLog log)
    {
        try
        {
            _indexFaults.ThrowIfFailed();
            log.Sync();
            return true;
        }
        catch (StorageFaultException fault)
        {
            StoreLog.IndexAbandoned(_options.Logger, _options.Shard.Value, fault);
            string[] names = [.. log.Files()];
            lock (_gate)
            {
                _indexLog = null;
            }

            log.Dispose();
            foreach (string name in names)
            {
                _options.FileSystem.Delete(Path.Combine(_options.Directory, name));
            }

            return false;
        }
    }

    private BlockLogOptions LogOptions(BlockLogId id, double share) => new()
    {
        FileSystem = _options.FileSystem,
        Directory = _options.Directory,
        Store = Store,
        Log = id,
        Geometry = Geometry,
        Keys = _options.Keys,
        Domain = _options.Domain,
        Random = _options.Random,
        IsReadOnly = _options.IsReadOnly,
        CachedTagGroups = (int)Math.Clamp(
            (long)(_options.MemoryBytes * share) / 16 / BlockGeometry.BlockBytes, 16, int.MaxValue),
    };

    /// <summary>What differs between items and nodes.</summary>
    private sealed record PartShape(
        BlockLogKind Kind, BlockLogKind IndexKind, double MemoryShare, double IndexShare, int TypicalRecordBytes)
    {
        public bool IsNodes => Kind == BlockLogKind.Nodes;
    }
}
