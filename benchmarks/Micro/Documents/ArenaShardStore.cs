using System.Buffers;
using System.Runtime.InteropServices;
using Nacre.Core.Ids;
using Nacre.Storage.Records;

namespace Nacre.Micro.Documents;

/// <summary>
/// A shard store that only remembers, as cheaply as it can: what is measured over it is what stands above it.
/// </summary>
internal sealed class ArenaShardStore : IShardStore
{
    /// <inheritdoc/>
    public IRecordStore Items { get; } = new ArenaRecordStore();

    /// <inheritdoc/>
    public IRecordStore Nodes { get; } = new ArenaRecordStore();

    /// <inheritdoc/>
    public LogIndex RecoveredIndex => default;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> RecoveredMeta => default;

    /// <inheritdoc/>
    public bool HasRoom => true;

    /// <inheritdoc/>
    public Task<LogIndex> BeginCheckpoint(LogIndex applied, ReadOnlyMemory<byte> meta) => Task.FromResult(applied);

    /// <inheritdoc/>
    public long CompactSlice(IRecordStore store, ILiveness liveness, long maxBytes) => 0;

    /// <inheritdoc/>
    public IReadOnlyList<DataKeyId> KeysInUse() => [];

    /// <inheritdoc/>
    public Task<bool> ReencryptSegmentAsync() => Task.FromResult(false);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class ArenaRecordStore : IRecordStore
    {
        private const int ArenaBytes = 16 << 20;

        private readonly Dictionary<RecordKey, ArraySegment<byte>> _records = new(1 << 20);
        private byte[] _arena = new byte[ArenaBytes];
        private int _used;

        public long LogBytes { get; private set; }

        public ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken) => new(Read(key));

        public RecordLease Read(RecordKey key)
        {
            if (!_records.TryGetValue(key, out ArraySegment<byte> record))
            {
                return default;
            }

            byte[] rented = ArrayPool<byte>.Shared.Rent(record.Count);
            record.AsSpan().CopyTo(rented);
            return new RecordLease(rented, record.Count);
        }

        public void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
        {
            int length = first.Length + second.Length;
            if (_used + length > _arena.Length)
            {
                _arena = new byte[ArenaBytes];
                _used = 0;
            }

            first.CopyTo(_arena.AsSpan(_used));
            second.CopyTo(_arena.AsSpan(_used + first.Length));
            CollectionsMarshal.GetValueRefOrAddDefault(_records, key, out _) = new ArraySegment<byte>(
                _arena, _used, length);
            _used += length;
            LogBytes += length;
        }
    }
}
