using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Storage.Records;
using Nacre.Storage.Trees;

namespace Nacre.Storage.Documents;

/// <summary>
/// A data shard's state machine: the documents of the ranges that the shard owns. Item versions are immutable records;
/// one tree orders the current ones by key, another by last write.
/// </summary>
/// <remarks>
/// Writes belong to the applier. Readers take <see cref="OpenView"/>: one volatile read of an immutable point, which
/// the applier replaces after each batch.
/// </remarks>
internal sealed partial class DocumentStateMachine : IStateMachine, IDocumentReader
{
    /// <summary>The item tree: tablet and item key → version.</summary>
    public static readonly TreeId ItemTree = new(1);

    /// <summary>The change tree: tablet, log sequence number and ordinal → nothing. Latest versions only.</summary>
    public static readonly TreeId ChangeTree = new(2);

    /// <summary>The index tree: index set, index, value and item number → marks.</summary>
    public static readonly TreeId EntryTree = new(3);

    /// <summary>The move tree: tablet and item number → the item's version, where that is not the number's own.</summary>
    public static readonly TreeId MoveTree = new(4);

    // Invariants:
    // - The item tree has an entry if and only if the change tree has one for the same version, and the version's
    //   records are in the item store.
    // - _storedBytes is the sum of the owned ranges' StoredBytes.
    // - Every entry's tablet is that of an owned range, or is being dropped; and so is every index set.
    // - The index tree has of each set the terms of the items that it covers, under their numbers, and nothing else; the
    //   move tree has the items of indexed ranges whose numbers are not those of their versions.
    // - The published view is the state after the last entry of the last batch, but for the time of an Apply.
    // - AppliedSet is that of the last configuration entry through _applied.
    // - What Apply does depends on the entries alone: no clock, no chance, nothing that maintenance changed.
    private readonly DocumentStoreOptions _options;
    private readonly IShardStore _store;
    private readonly NodeAllocator _allocator;
    private readonly NodeCache _cache;
    private readonly DocumentTrees _trees;
    private readonly RangeTable _ranges;
    private readonly CompactionProgress _compaction = new();
    private LogIndex _applied;
    private Sequence _sequence;
    private DateTimeOffset _time;
    private ulong _hash;
    private uint _nextTablet;
    private long _storedBytes;
    private DocumentView _view;

    private DocumentStateMachine(DocumentStoreOptions options, IShardStore store, DocumentMeta meta)
    {
        options.Validate();
        _options = options;
        _store = store;
        _applied = store.RecoveredIndex;
        _sequence = meta.Sequence;
        _time = meta.Time;
        _hash = meta.RunningHash;
        _nextTablet = meta.NextTablet;
        _nextIndexSet = meta.NextIndexSet;
        _dropping.AddRange(meta.Dropping);
        _droppingSets.AddRange(meta.DroppingSets);
        _ranges = meta.Ranges;
        AppliedSet = meta.ReplicaSet;
        foreach (RangeState range in _ranges.All)
        {
            _storedBytes += range.StoredBytes;
        }

        _allocator = new NodeAllocator(meta.NextNode);
        _cache = new NodeCache(options.NodeCacheBytes);
        _trees = meta.OpenTrees(options, store.Nodes, _allocator, _cache);
        _view = MakeView();
    }

    /// <inheritdoc/>
    public LogIndex Applied => CurrentView.Applied;

    /// <inheritdoc/>
    public Sequence AppliedSequence => CurrentView.Sequence;

    /// <inheritdoc/>
    public DateTimeOffset AppliedTime => CurrentView.Time;

    /// <inheritdoc/>
    public ulong RunningHash => CurrentView.RunningHash;

    /// <inheritdoc/>
    public bool KeepsReplicaSet => true;

    /// <inheritdoc/>
    public LoggedReplicaSet? AppliedSet { get; private set; }

    /// <inheritdoc/>
    public bool HasRoom => _store.HasRoom;

    /// <inheritdoc/>
    public long StoredBytes => _storedBytes;

    /// <summary>The ranges, for the applier and for the verifier of a store at rest.</summary>
    internal RangeTable Ranges => _ranges;

    /// <summary>The newest published view.</summary>
    internal DocumentView CurrentView => Volatile.Read(ref _view);

    /// <summary>The shard at a glance. Any thread may ask; members may be a moment apart.</summary>
    internal DocumentShardStatus Status() => new(
        _options.Shard, _store.Items.LogBytes, _store.Nodes.LogBytes, _cache.Bytes, _cache.BudgetBytes, _cache.Hits, _cache.Misses,
        _trees.BufferedBytes, _options.BufferBytes) { Builds = CurrentView.Builds() };

    /// <summary>Opens a shard at its recovered checkpoint; the log's later entries are applied next.</summary>
    /// <param name="options">How to keep the documents.</param>
    /// <param name="store">The shard's records; owned from now on.</param>
    /// <returns>
    /// The state machine. Throws <see cref="Core.Files.StorageFaultException"/> for a checkpoint that makes no sense.
    /// </returns>
    public static DocumentStateMachine Open(DocumentStoreOptions options, IShardStore store) =>
        new(options, store, DocumentMeta.Recover(options, store));

    /// <inheritdoc/>
    public IDocumentView OpenView() => CurrentView;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _readsAhead.EndAsync();
        _oldDocuments.Dispose();
        await _store.DisposeAsync();
    }

    private DocumentView MakeView() => new(
        _applied, _sequence, _time, _hash, _ranges.Publish(), _trees.Items.Publish(), _trees.Changes.Publish(),
        _trees.Entries.Publish(), _trees.Moves.Publish(), _store.Items, _compaction);

    private void Publish() => Volatile.Write(ref _view, MakeView());
}
