using Nacre.Core.Files;

namespace Nacre.Storage.Devices;

/// <summary>
/// Remembers what the disk did wrong. FASTER swallows device errors: a failed read became "not found" and a failed
/// flush hung a checkpoint. So devices always report success to it, and every operation asks here.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class DeviceFaults
{
    // Invariants:
    // - once failed, always failed: a store whose write was lost never answers again;
    // - the count of read faults only rises.
    private readonly TaskCompletionSource<StorageFaultException> _failure =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StorageFaultException? _failed;
    private volatile StorageFaultException? _lastRead;
    private long _readFaults;

    /// <summary>How many reads failed so far.</summary>
    public long ReadFaults => Volatile.Read(ref _readFaults);

    /// <summary>The fault that stopped the store; null while it works.</summary>
    public StorageFaultException? Failure => Volatile.Read(ref _failed);

    /// <summary>Ends when the store stops.</summary>
    public Task<StorageFaultException> Failed => _failure.Task;

    /// <summary>Throws once a write or flush failed.</summary>
    public void ThrowIfFailed()
    {
        if (Failure is { } fault)
        {
            throw Again(fault, "the store stopped after a fault");
        }
    }

    /// <summary>Throws what the latest failed read met.</summary>
    public void ThrowLastRead()
    {
        if (_lastRead is { } fault)
        {
            throw Again(fault, "a read failed");
        }
    }

    /// <summary>Stops the store; the first fault stays.</summary>
    public void Fail(StorageFaultException fault)
    {
        // Calls must refuse before anybody who waits for the failure goes on.
        if (Interlocked.CompareExchange(ref _failed, fault, null) is null)
        {
            _failure.SetResult(fault);
        }
    }

    /// <summary>Notes a failed read: that operation fails, the store goes on.</summary>
    public void NoteRead(StorageFaultException fault)
    {
        _lastRead = fault;
        Interlocked.Increment(ref _readFaults);
    }

    /// <summary>
    /// Makes a storage fault of anything that work for the disk threw: whatever it was, the bytes are not where they
    /// should be.
    /// </summary>
    public static StorageFaultException AsFault(Exception exception, string file, string place) =>
        exception as StorageFaultException
        ?? new StorageFaultException(
            StorageFaultKind.Io, file, place, $"{exception.GetType().Name}: {exception.Message}", exception);

    // An exception object carries the stack of its throw: each throw gets one of its own.
    private static StorageFaultException Again(StorageFaultException fault, string what) =>
        new(fault.Kind, fault.File, fault.Place, $"{what}: {fault.Message}", fault);
}
