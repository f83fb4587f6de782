using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

/// <summary>A shard's records on disk: two FASTER stores under one sealed manifest.</summary>
/// <remarks>
/// All members but the record stores' reads, <see cref="HasRoom"/> and re-encryption belong to the applier.
/// </remarks>
internal sealed partial class ShardStore : IShardStore
{
    // Invariants:
    // - at most one checkpoint is under way;
    // - two manifests are kept, and every file that either names, or that a hold names;
    // - after a write fault nothing more is promised: every call throws.
    private readonly ShardStoreOptions _options;
    private readonly DeviceFaults _faults;
    private readonly ManifestFolder _folder;
    private readonly StoreId _store;
    private readonly ShardPart _items;
    private readonly ShardPart _nodes;
    private volatile KeptManifests _kept;

    // Key of the manifest that is being sealed, or was last; 0 before the first.
    private uint _sealingKey;
    private ulong _generation;
    private bool _compactionWaits;
    private Task<LogIndex> _checkpoint = Task.FromResult(new LogIndex(0));

    private ShardStore(
        ShardStoreOptions options, DeviceFaults faults, ManifestFolder folder, StoreId store, ShardPart items, ShardPart nodes,
        KeptManifests kept, ulong generation)
    {
        _options = options;
        _faults = faults;
        _folder = folder;
        _store = store;
        _items = items;
        _nodes = nodes;
        _kept = kept;
        _generation = generation;
        RecoveredIndex = kept.Newest?.Manifest.Applied ?? new LogIndex(0);
        RecoveredMeta = kept.Newest?.Manifest.Meta ?? ReadOnlyMemory<byte>.Empty;
    }

    /// <inheritdoc/>
    public IRecordStore Items => _items.Records;

    /// <inheritdoc/>
    public IRecordStore Nodes => _nodes.Records;

    /// <inheritdoc/>
    public LogIndex RecoveredIndex { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> RecoveredMeta { get; }

    /// <inheritdoc/>
    public bool HasRoom => _items.Records.HasRoom & _nodes.Records.HasRoom;

    /// <summary>Generation of the newest durable checkpoint; 0 before the first.</summary>
    public ulong Generation => _kept.Newest?.Manifest.Generation ?? 0;

    /// <inheritdoc/>
    public long CompactSlice(IRecordStore store, ILiveness liveness, long maxBytes)
    {
        Invariant.Check(ReferenceEquals(store, Items) || ReferenceEquals(store, Nodes));
        _faults.ThrowIfFailed();
        if (_kept.Newest is not { } newest || _compactionWaits)
        {
            return 0;
        }

        try
        {
            return ReferenceEquals(store, Items)
                ? _items.Records.CompactSlice(liveness, maxBytes, newest.Manifest.Items.Log.End)
                : _nodes.Records.CompactSlice(liveness, maxBytes, newest.Manifest.Nodes.Log.End);
        }
        catch (StorageFaultException fault) when (_faults.Failure is null)
        {
            // What was copied stands twice, which is harmless: a record never changes. Space can wait; reads and writes
            // that do not touch the bad place go on.
            _compactionWaits = true;
            StoreLog.CompactionWaits(_options.Logger, _options.Shard.Value, fault);
            return 0;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ((Task)_checkpoint).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _items.DisposeAsync().ConfigureAwait(false);
        await _nodes.DisposeAsync().ConfigureAwait(false);
        lock (_holdGate)
        {
            _hasEnded = true;
            RemoveUnnamed();
        }
    }

    /// <summary>A manifest that is on disk, and the key that it is under.</summary>
    private sealed record Kept(ShardManifest Manifest, DataKeyId Key);

    /// <summary>The manifests that are kept: the newest, and the one before it.</summary>
    private sealed record KeptManifests(Kept? Newest, Kept? Older)
    {
        public IEnumerable<Kept> All => new[] { Newest, Older }.OfType<Kept>();
    }
}
