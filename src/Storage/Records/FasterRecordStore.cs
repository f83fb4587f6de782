using System.Numerics;
using FASTER.core;
using Nacre.Core;
using Nacre.Core.Files;
using Nacre.Storage.Devices;

namespace Nacre.Storage.Records;

using RecordSession = ClientSession<RecordKey, SpanByte, RecordParts, RecordOutput, Empty, RecordFunctions>;

/// <summary>Records in FASTER over an encrypted device.</summary>
/// <remarks>Reads are thread-safe; everything else belongs to the applier, unless it says otherwise.</remarks>
internal sealed partial class FasterRecordStore : IRecordStore, IDisposable
{
    // Invariants:
    // - only the applier appends, so the tail stands still while it does something else;
    // - a record never changes; a key that is written again has the same bytes or is dead;
    // - no record has the key zero, which a buffer zeroed after a failed read would show;
    // - faults are asked after every operation, for FASTER reports none;
    // - disk space is reserved before FASTER may write;
    // - FASTER's begin address <= _compacted: below _compacted lie dead records, and old places of copied ones.
    private const int BucketBytes = 64;

    private readonly RecordStoreOptions _options;
    private readonly EncryptedDevice _device;
    private readonly DeviceFaults _faults;
    private readonly CheckpointTable _checkpoints;
    private readonly FasterKV<RecordKey, SpanByte> _store;
    private readonly SessionPool _blockingSessions;
    private readonly SessionPool _waitingSessions;
    private readonly SpaceReserve _reserve;
    private readonly RecordSession _appender;
    private readonly long _keptForFillers;
    private long _records;
    private long _compacted;

    private FasterRecordStore(
        RecordStoreOptions options, EncryptedDevice device, DeviceFaults faults, CheckpointTable checkpoints, TimeProvider time,
        RecordLogState state, Guid token, IndexCheckpoint? index)
    {
        _options = options;
        _device = device;
        _faults = faults;
        _checkpoints = checkpoints;
        _records = state.Records;

        // Space comes back with checkpoints alone: whatever else is written, they must find room for their fillers.
        _keptForFillers = Math.Min(options.PageBytes + (16 * BlockGeometry.BlockBytes), options.ReserveBytes / 4);
        _store = NewStore();
        if (state.End > 0)
        {
            Recover(state, token, index);
        }

        LimitMemory();

        _compacted = _store.Log.BeginAddress;
        _blockingSessions = new SessionPool(_store);
        _waitingSessions = new SessionPool(_store);
        _appender = _blockingSessions.Rent();
        _reserve = new SpaceReserve(
            device.Log, device.Threads, faults, time, state.End, options.ReserveBytes, options.ReserveStepBytes);
        _faults.ThrowIfFailed();
    }

    /// <inheritdoc/>
    public long LogBytes => _store.Log.TailAddress - _compacted;

    /// <summary>About how many records there are, dead ones included.</summary>
    public long Records => _records;

    /// <summary>The device beneath.</summary>
    public EncryptedDevice Device => _device;

    /// <summary>See <see cref="IShardStore.HasRoom"/>.</summary>
    public bool HasRoom => _reserve.HasRoom;

    /// <summary>Opens a store.</summary>
    /// <param name="options">Memory and disk.</param>
    /// <param name="device">Stays the caller's.</param>
    /// <param name="faults">The device's.</param>
    /// <param name="checkpoints">Where FASTER finds and leaves its metadata.</param>
    /// <param name="time">The clock.</param>
    /// <param name="state">Where the log begins and ends; all zero for a new store.</param>
    /// <param name="token">Any number but zero.</param>
    /// <param name="index">
    /// An index checkpoint taken before <paramref name="state"/>; null to read the whole log.
    /// </param>
    /// <exception cref="StorageFaultException">Something that was read fails its check.</exception>
    public static FasterRecordStore Open(
        RecordStoreOptions options, EncryptedDevice device, DeviceFaults faults, CheckpointTable checkpoints, TimeProvider time,
        RecordLogState state, Guid token, IndexCheckpoint? index) =>
        new(options, device, faults, checkpoints, time, state, token, index);

    /// <inheritdoc/>
    public void Write(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        Append(key, first, second, _keptForFillers);

    /// <param name="key">The key.</param>
    /// <param name="first">The value's beginning.</param>
    /// <param name="second">Its rest.</param>
    /// <param name="keep">What is left of the reserve on a full disk.</param>
    private unsafe void Append(RecordKey key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, long keep)
    {
        Invariant.Check(key != default);
        int length = first.Length + second.Length;
        int size = RecordLayout.SizeOf(length);
        Invariant.Check(size <= _options.PageBytes);
        _faults.ThrowIfFailed();

        // A record that does not fit in what is left of its page goes to the next one.
        _reserve.Ensure(_store.Log.TailAddress + _options.PageBytes + size, keep);
        fixed (byte* firstBytes = first)
        fixed (byte* secondBytes = second)
        {
            RecordParts parts = new()
            {
                First = firstBytes,
                FirstLength = first.Length,
                Second = secondBytes,
                SecondLength = second.Length,
            };

            // FASTER takes only the length from this; the bytes come from the parts.
            SpanByte value = new(length, (nint)(&parts));
            RecordOutput output = default;
            Status status = _appender.Upsert(ref key, ref parts, ref value, ref output);
            Invariant.Check(!status.IsPending);
        }

        _records++;
        _faults.ThrowIfFailed();
    }

    /// <summary>Ends when no disk space is being reserved; nothing may be written meanwhile.</summary>
    public Task IdleAsync() => _reserve.IdleAsync();

    /// <inheritdoc/>
    public void Dispose()
    {
        _blockingSessions.Return(_appender);
        _blockingSessions.Dispose();
        _waitingSessions.Dispose();
        _store.Dispose();
    }

    // The index is sized once, from memory: FASTER's growth copies the entry of every record on disk to both halves,
    // so that each doubling of a store larger than memory doubles its entries too.
    private FasterKV<RecordKey, SpanByte> NewStore()
    {
        long buckets = Math.Max(1024, FloorToPowerOf2((long)(_options.MemoryBytes * _options.IndexShare)) / BucketBytes);
        LogSettings log = new()
        {
            LogDevice = _device,
            PageSizeBits = BitOperations.Log2((uint)_options.PageBytes),
            MemorySizeBits = BitOperations.Log2(
                BitOperations.RoundUpToPowerOf2((ulong)(LogPages(buckets) * _options.PageBytes))),
            SegmentSizeBits = 30,

            // Records never change in place, so nothing is won by flushing late.
            MutableFraction = 0.1,
            ReadCopyOptions = ReadCopyOptions.None,
        };
        return new FasterKV<RecordKey, SpanByte>(
            buckets,
            log,
            new CheckpointSettings { CheckpointManager = _checkpoints },
            comparer: new RecordKeyComparer(),
            variableLengthStructSettings: new VariableLengthStructSettings<RecordKey, SpanByte>
            {
                valueLength = new RecordLengths(_options.TypicalRecordBytes),
            },
            concurrencyControlMode: ConcurrencyControlMode.None);
    }

    private long LogPages(long buckets) =>
        Math.Max(8, (_options.MemoryBytes - (buckets * BucketBytes)) / _options.PageBytes);

    // FASTER's buffer has a power of two of pages; those that the budget does not cover are left empty. Only while
    // recovery reads may they be in use.
    private void LimitMemory() =>
        _store.Log.EmptyPageCount = Math.Max(0, _store.Log.BufferSize - (int)LogPages(_store.IndexSize));

    private static long FloorToPowerOf2(long value) => 1L << BitOperations.Log2((ulong)value);

    private void Recover(RecordLogState state, Guid token, IndexCheckpoint? index)
    {
        Invariant.Check(state.End % BlockGeometry.BlockBytes == 0);
        HybridLogRecoveryInfo info = default;
        info.Initialize(token, _version: 1);
        info.nextVersion = 2;
        info.beginAddress = state.Begin;

        // Every page that recovery reads then counts as in memory. With a higher head FASTER would leave the pages below
        // it in the buffer, never clear them, and write new records over what is left there.
        info.headAddress = state.Begin;
        info.startLogicalAddress = state.End;
        info.finalLogicalAddress = state.End;
        info.flushedLogicalAddress = state.End;
        _checkpoints.AddLog(token, info.ToByteArray());
        if (index is not null)
        {
            _checkpoints.AddIndex(index.Token, index.Metadata, index.Device);
        }

        long faults = _faults.ReadFaults;
        _store.Recover(index?.Token ?? default, token, numPagesToPreload: 0, undoNextVersion: false);
        if (_faults.ReadFaults != faults)
        {
            _faults.ThrowLastRead();
        }

        Invariant.Check(_store.Log.TailAddress == state.End);
        Invariant.Check(_store.Log.BeginAddress == state.Begin);
    }
}
