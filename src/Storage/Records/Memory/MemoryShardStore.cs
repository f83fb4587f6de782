using Nacre.Core;
using Nacre.Core.Ids;

namespace Nacre.Storage.Records.Memory;

/// <summary>
/// A shard store without disk or threads, for simulation and for tests of what is built upon a shard store. Open it
/// through <see cref="MemoryShardDisk.Open"/>.
/// </summary>
/// <remarks>Reads are thread-safe; all else belongs to the applier. Fully deterministic.</remarks>
internal sealed class MemoryShardStore : IShardStore
{
    // Invariants:
    // - at most one checkpoint is under way;
    // - a store that was disposed, or whose disk was opened again, changes nothing on the disk.
    private readonly MemoryShardDisk _disk;
    private readonly MemoryRecordStore _items;
    private readonly MemoryRecordStore _nodes;
    private TaskCompletionSource<LogIndex>? _checkpoint;
    private MemoryCheckpoint? _newest;

    internal MemoryShardStore(MemoryShardDisk disk, MemoryCheckpoint? recovered)
    {
        _disk = disk;
        _newest = recovered;
        _items = new MemoryRecordStore(recovered?.Items ?? MemoryRecords.Empty);
        _nodes = new MemoryRecordStore(recovered?.Nodes ?? MemoryRecords.Empty);
        Release(recovered);
        RecoveredIndex = recovered?.Applied ?? new LogIndex(0);
        RecoveredMeta = recovered?.Meta ?? ReadOnlyMemory<byte>.Empty;
    }

    /// <inheritdoc/>
    public IRecordStore Items => _items;

    /// <inheritdoc/>
    public IRecordStore Nodes => _nodes;

    /// <inheritdoc/>
    public LogIndex RecoveredIndex { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> RecoveredMeta { get; }

    /// <inheritdoc/>
    public bool HasRoom => !_disk.Full;

    /// <inheritdoc/>
    public Task<LogIndex> BeginCheckpoint(LogIndex applied, ReadOnlyMemory<byte> meta)
    {
        Invariant.Check(_checkpoint is null);
        TaskCompletionSource<LogIndex> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _checkpoint = completion;
        Release(_newest);
        _newest = new MemoryCheckpoint(applied, meta.ToArray(), _items.State, _nodes.State);
        _disk.Accept(_newest, this);
        return completion.Task;
    }

    /// <inheritdoc/>
    public long CompactSlice(IRecordStore store, ILiveness liveness, long maxBytes)
    {
        Invariant.Check(ReferenceEquals(store, _items) || ReferenceEquals(store, _nodes));
        Invariant.Check(maxBytes > 0);
        return ReferenceEquals(store, _items)
            ? _items.CompactSlice(liveness, maxBytes, _newest?.Items.Tail ?? 0)
            : _nodes.CompactSlice(liveness, maxBytes, _newest?.Nodes.Tail ?? 0);
    }

    /// <inheritdoc/>
    /// <remarks>Nothing is encrypted here.</remarks>
    public IReadOnlyList<DataKeyId> KeysInUse() => [];

    /// <inheritdoc/>
    public Task<bool> ReencryptSegmentAsync() => Task.FromResult(false);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Called by the disk when the checkpoint under way is durable.</summary>
    internal void Completed(LogIndex freeThrough)
    {
        TaskCompletionSource<LogIndex>? completion = _checkpoint;
        Invariant.Check(completion is not null);
        _checkpoint = null;
        completion.SetResult(freeThrough);
    }

    private void Release(MemoryCheckpoint? checkpoint)
    {
        if (checkpoint is not null)
        {
            _items.Release(checkpoint.Items.Compacted);
            _nodes.Release(checkpoint.Nodes.Compacted);
        }
    }
}
