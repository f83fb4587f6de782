using Nacre.Core.Ids;
using Nacre.Storage.Records;

namespace Nacre.Storage.Tests.Documents;

/// <summary>Counts the reads of tree nodes and items, and makes those of nodes that are awaited come later.</summary>
internal sealed class WatchedShardStore(IShardStore inner) : IShardStore
{
    private int _awaited;
    private int _blocked;

    /// <summary>Node reads that did not block.</summary>
    public int NodeReadsAwaited => _awaited;

    /// <summary>Node reads that a thread waited for.</summary>
    public int NodeReadsBlocked => _blocked;

    /// <summary>Awaited reads end after it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Item reads that a thread waited for.</summary>
    public int ItemReadsBlocked { get; private set; }

    public IRecordStore Items => field ??= new WatchedItems(this, inner.Items);

    public IRecordStore Nodes => field ??= new WatchedNodes(this, inner.Nodes);

    public LogIndex RecoveredIndex => inner.RecoveredIndex;

    public ReadOnlyMemory<byte> RecoveredMeta => inner.RecoveredMeta;

    public bool HasRoom => inner.HasRoom;

    public Task<LogIndex> BeginCheckpoint(LogIndex applied, ReadOnlyMemory<byte> meta) => inner.BeginCheckpoint(applied, meta);

    public long CompactSlice(IRecordStore store, ILiveness liveness, long maxBytes) =>
        inner.CompactSlice(ReferenceEquals(store, Nodes) ? inner.Nodes : inner.Items, liveness, maxBytes);

    public IReadOnlyList<DataKeyId> KeysInUse() => inner.KeysInUse();

    public Task<bool> ReencryptSegmentAsync() => inner.ReencryptSegmentAsync();

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class WatchedItems(WatchedShardStore owner, IRecordStore inner) : IRecordStore
    {
        public long LogBytes => inner.LogBytes;

        public RecordLease Read(RecordKey key)
        {
            owner.ItemReadsBlocked++;
            return inner.Read(key);
        }

        public ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken) => inner.ReadAsync(key, cancellationToken);

        public void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => inner.Write(key, first, second);
    }

    private sealed class WatchedNodes(WatchedShardStore owner, IRecordStore inner) : IRecordStore
    {
        public long LogBytes => inner.LogBytes;

        public RecordLease Read(RecordKey key)
        {
            Interlocked.Increment(ref owner._blocked);
            return inner.Read(key);
        }

        public async ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref owner._awaited);
            await Task.Yield();
            await owner.Gate;
            return await inner.ReadAsync(key, cancellationToken);
        }

        public void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => inner.Write(key, first, second);
    }
}
