using System.Buffers;
using System.Collections.Immutable;
using Nacre.Core;

namespace Nacre.Storage.Records.Memory;

/// <summary>A record store without disk: a model of the real one for simulation and for the contract suite.</summary>
/// <remarks>
/// Reads are thread-safe, writes come from the applier. Deterministic: no threads, no clock, no chance.
/// </remarks>
internal sealed class MemoryRecordStore : IRecordStore
{
    // Invariants:
    // - an address is given to one record only, and addresses rise in the order of writes;
    // - _state is replaced whole, so that a reader and a checkpoint each see one point in time;
    // - begin <= compacted <= tail; a record with an address below compacted is dead, and one below begin is gone.
    private volatile MemoryRecords _state;

    public MemoryRecordStore(MemoryRecords state)
    {
        _state = state;
    }

    /// <inheritdoc/>
    public long LogBytes => _state.Tail - _state.Compacted;

    /// <summary>Everything written so far; immutable.</summary>
    public MemoryRecords State => _state;

    /// <inheritdoc/>
    public ValueTask<RecordLease> ReadAsync(RecordKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<RecordLease>(Read(key));
    }

    /// <inheritdoc/>
    public RecordLease Read(RecordKey key)
    {
        if (!_state.ByKey.TryGetValue(key, out MemoryRecord? record))
        {
            return default;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, record.Value.Length));
        record.Value.CopyTo(rented, 0);
        return new RecordLease(rented, record.Value.Length);
    }

    /// <inheritdoc/>
    public void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Invariant.Check(key != default);
        byte[] value = new byte[first.Length + second.Length];
        first.CopyTo(value);
        second.CopyTo(value.AsSpan(first.Length));
        _state = Append(_state, key, value);
    }

    /// <summary>See <see cref="IShardStore.CompactSlice"/>.</summary>
    /// <param name="liveness">Decides which records are copied.</param>
    /// <param name="maxBytes">Bytes of log to look at.</param>
    /// <param name="stop">Compaction ends here: what lies above is not in the newest checkpoint yet.</param>
    public long CompactSlice(ILiveness liveness, long maxBytes, long stop)
    {
        MemoryRecords state = _state;
        long from = state.Compacted;
        long until = Math.Min(stop, from + maxBytes);
        while (state.Compacted < until && !state.ByAddress.IsEmpty)
        {
            (long address, RecordKey key) = state.ByAddress.First();
            if (address >= stop)
            {
                break;
            }

            MemoryRecord record = state.ByKey[key];
            state = state with
            {
                ByAddress = state.ByAddress.Remove(address),
                Dead = state.Dead.Add(address, key),
                Compacted = address + record.SizeBytes,
            };
            if (liveness.IsLive(key, record.Value))
            {
                state = Append(state, key, record.Value);
            }
        }

        // Gaps left by records that were written twice end at the next record, or at the stopping point.
        long next = state.ByAddress.IsEmpty ? state.Tail : state.ByAddress.First().Key;
        state = state with { Compacted = Math.Max(state.Compacted, Math.Min(next, Math.Max(until, from))) };
        _state = state;
        return state.Compacted - from;
    }

    /// <summary>Gives up what lies below an address that compaction has passed.</summary>
    public void Release(long begin)
    {
        MemoryRecords state = _state;
        while (!state.Dead.IsEmpty && state.Dead.First() is var (address, key) && address < begin)
        {
            // A record that was copied has another address by now.
            state = state with
            {
                Dead = state.Dead.Remove(address),
                ByKey = state.ByKey[key].Address == address ? state.ByKey.Remove(key) : state.ByKey,
            };
        }

        _state = state with { Begin = Math.Max(state.Begin, begin) };
    }

    private static MemoryRecords Append(MemoryRecords state, RecordKey key, byte[] value)
    {
        MemoryRecord record = new(state.Tail, value);
        ImmutableSortedDictionary<long, RecordKey> byAddress = state.ByKey.TryGetValue(key, out MemoryRecord? earlier)
            ? state.ByAddress.Remove(earlier.Address)
            : state.ByAddress;
        return state with
        {
            ByKey = state.ByKey.SetItem(key, record),
            ByAddress = byAddress.Add(record.Address, key),
            Tail = state.Tail + record.SizeBytes,
        };
    }
}
