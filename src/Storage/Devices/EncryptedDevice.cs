using System.Buffers;
using System.Runtime.InteropServices;
using FASTER.core;

namespace Nacre.Storage.Devices;

/// <summary>FASTER's device port over a <see cref="BlockLog"/>.</summary>
/// <remarks>
/// Reading and writing only queue work. FASTER is always told that all went well, since it swallows device errors:
/// a buffer whose read failed is zeroed, and the fault is left in <see cref="DeviceFaults"/>. Truncation is ours:
/// what FASTER asks for is ignored, files go when no kept manifest needs them. Disposing leaves the log open.
/// </remarks>
internal sealed class EncryptedDevice : StorageDeviceBase
{
    // Invariants:
    // - every callback is called exactly once;
    // - writes begin in the order of their calls; a long one gives way to others between its slices.

    /// <summary>Bytes encrypted and written before other work gets a turn.</summary>
    private const int SliceBytes = 1 << 20;

    private const int MaxPendingReads = 1024;
    private readonly BlockLog _log;
    private readonly DeviceFaults _faults;
    private readonly IoThreads _threads;
    private readonly SerialIo _writes;
    private readonly bool _memoryChanges;
    private readonly Lock _waiters = new();
    private readonly List<(long Until, TaskCompletionSource Written)> _waiting = [];
    private int _pendingReads;

    /// <summary>Makes a device.</summary>
    /// <param name="log">Stays the caller's.</param>
    /// <param name="faults">Where faults are left.</param>
    /// <param name="threads">Where the disk is waited for.</param>
    /// <param name="memoryChanges">True when what is written may change meanwhile, as a live hash index does.</param>
    public EncryptedDevice(BlockLog log, DeviceFaults faults, IoThreads threads, bool memoryChanges)
        : base(log.Options.Log.FilePrefix, BlockGeometry.BlockBytes, FASTER.core.Devices.CAPACITY_UNSPECIFIED)
    {
        _log = log;
        _faults = faults;
        _threads = threads;
        _writes = new SerialIo(threads);
        _memoryChanges = memoryChanges;
    }

    /// <summary>The blocks beneath.</summary>
    public BlockLog Log => _log;

    /// <summary>Where the disk is waited for.</summary>
    public IoThreads Threads => _threads;

    /// <summary>The turns in which the log is written.</summary>
    public SerialIo Writes => _writes;

    /// <inheritdoc/>
    public override bool Throttle() => Volatile.Read(ref _pendingReads) > MaxPendingReads;

    /// <summary>Ends when everything below an address was written; not flushed yet.</summary>
    public Task WrittenAsync(long until)
    {
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiters)
        {
            _waiting.Add((until, written));
        }

        NotifyWaiters();
        return written.Task;
    }

    /// <summary>Ends when no work is under way; nothing new may be begun meanwhile.</summary>
    public async Task DrainAsync()
    {
        do
        {
            await _writes.RunAsync(static () => { }).ConfigureAwait(false);
        }
        while (Volatile.Read(ref _pendingReads) > 0);
    }

    /// <inheritdoc/>
    public override void WriteAsync(
        IntPtr sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite,
        DeviceIOCompletionCallback callback, object context) =>
        _writes.Post(new PageWrite(
            this, sourceAddress, Address(segmentId, destinationAddress), numBytesToWrite, callback, context));

    /// <inheritdoc/>
    public override void ReadAsync(
        int segmentId, ulong sourceAddress, IntPtr destinationAddress, uint readLength,
        DeviceIOCompletionCallback callback, object context)
    {
        Interlocked.Increment(ref _pendingReads);
        PageRead read = new(this, Address(segmentId, sourceAddress), destinationAddress, readLength, callback, context);
        _threads.Post(read, urgent: true);
    }

    /// <inheritdoc/>
    public override void TruncateUntilAddressAsync(long toAddress, AsyncCallback callback, IAsyncResult result) =>
        callback(result);

    /// <inheritdoc/>
    public override void TruncateUntilAddress(long toAddress)
    {
        // Files go when no kept manifest needs them, not when FASTER's begin address moves.
    }

    /// <inheritdoc/>
    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result) => callback(result);

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The log belongs to whoever made it: FASTER disposes the index device while its state is still needed.
    }

    private long Address(int segmentId, ulong offset) =>
        checked((segmentSize > 0 ? segmentId * segmentSize : 0) + (long)offset);

    private void NotifyWaiters()
    {
        List<TaskCompletionSource> ready;
        lock (_waiters)
        {
            ready = [.. _waiting.Where(waiter => waiter.Until <= _log.WrittenUntil).Select(waiter => waiter.Written)];
            _waiting.RemoveAll(waiter => ready.Contains(waiter.Written));
        }

        foreach (TaskCompletionSource written in ready)
        {
            written.SetResult();
        }
    }

    private sealed unsafe class PageWrite(
        EncryptedDevice device, IntPtr source, long address, uint length, DeviceIOCompletionCallback callback,
        object context) : IoWork
    {
        private uint _done;

        public override void Run()
        {
            int slice = (int)Math.Min(SliceBytes, length - _done);
            if (device._faults.Failure is null)
            {
                try
                {
                    WriteSlice(address + _done, new ReadOnlySpan<byte>((byte*)source + _done, slice));
                }
#pragma warning disable CA1031 // Whatever it was, the store stops, and every later call says so.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    device._faults.Fail(DeviceFaults.AsFault(exception, device.FileName, $"address {address + _done}"));
                }
            }

            _done += (uint)slice;
            if (_done < length)
            {
                device._writes.Post(this);
                return;
            }

            device.NotifyWaiters();
            callback(0, length, context);
        }

        private void WriteSlice(long at, ReadOnlySpan<byte> clear)
        {
            if (!device._memoryChanges)
            {
                device._log.Write(at, clear);
                return;
            }

            byte[] copy = ArrayPool<byte>.Shared.Rent(clear.Length);
            clear.CopyTo(copy);
            device._log.Write(at, copy.AsSpan(0, clear.Length));
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private sealed unsafe class PageRead(
        EncryptedDevice device, long address, IntPtr destination, uint length, DeviceIOCompletionCallback callback,
        object context) : IoWork
    {
        public override void Run()
        {
            try
            {
                for (uint done = 0; done < length; done += SliceBytes)
                {
                    int slice = (int)Math.Min(SliceBytes, length - done);
                    device._log.Read(address + done, new Span<byte>((byte*)destination + done, slice));
                }
            }
#pragma warning disable CA1031 // Whatever it was, the reader is told.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // All of it: a record whose end is missing must not pass for a whole one.
                NativeMemory.Clear((void*)destination, length);
                device._faults.NoteRead(DeviceFaults.AsFault(exception, device.FileName, $"address {address}"));
            }

            // It may begin another read, of a record's rest: until then this one is not over.
            callback(0, length, context);
            Interlocked.Decrement(ref device._pendingReads);
        }
    }
}
