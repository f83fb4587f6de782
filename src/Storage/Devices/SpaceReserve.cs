using Nacre.Core.Files;

namespace Nacre.Storage.Devices;

/// <summary>
/// Keeps disk blocks reserved ahead of what may be written, so that a full disk is noticed while there is still room
/// for what was committed.
/// </summary>
/// <remarks><see cref="HasRoom"/> is thread-safe; <see cref="Ensure"/> belongs to the applier.</remarks>
internal sealed class SpaceReserve
{
    // Invariants:
    // - blocks below _until are reserved; _until only rises;
    // - at most one reservation is under way;
    // - blocks within _reserveBytes of _until are used only while _full is set.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly BlockLog _log;
    private readonly IoThreads _threads;
    private readonly DeviceFaults _faults;
    private readonly TimeProvider _time;
    private readonly long _reserveBytes;
    private readonly long _stepBytes;
    private readonly Lock _gate = new();
    private Task _pending = Task.CompletedTask;
    private long _until;
    private long _wanted;
    private long _lastAttempt;
    private volatile StorageFaultException? _full;

    /// <summary>Reserves what a log needs at once.</summary>
    /// <param name="log">The log.</param>
    /// <param name="threads">Where the disk is waited for.</param>
    /// <param name="faults">Where a fault other than a full disk is left.</param>
    /// <param name="time">Spaces retries on a full disk.</param>
    /// <param name="end">Where the data ends.</param>
    /// <param name="reserveBytes">Kept reserved beyond the end of the data; 0, like <paramref name="stepBytes"/>, for a log that is only read.</param>
    /// <param name="stepBytes">Reserved at a time.</param>
    public SpaceReserve(
        BlockLog log, IoThreads threads, DeviceFaults faults, TimeProvider time, long end, long reserveBytes, long stepBytes)
    {
        _log = log;
        _threads = threads;
        _faults = faults;
        _time = time;
        _reserveBytes = reserveBytes;
        _stepBytes = stepBytes;
        _until = end;
        _wanted = end;
        _lastAttempt = time.GetTimestamp();
        if (reserveBytes + stepBytes > 0)
        {
            Extend();
        }
    }

    /// <summary>False from when a reservation fails until one succeeds again; asking makes it try.</summary>
    public bool HasRoom
    {
        get
        {
            if (_full is null)
            {
                return true;
            }

            if (_time.GetElapsedTime(Volatile.Read(ref _lastAttempt)) >= RetryInterval)
            {
                Request();
            }

            return false;
        }
    }

    /// <summary>
    /// Returns when everything below an address is reserved. Asks for more in the background before it is needed; the
    /// reserve itself is touched only once it is known, and told by <see cref="HasRoom"/>, that there is no more.
    /// </summary>
    /// <param name="end">The address.</param>
    /// <param name="keep">Of the reserve, what is left for others on a full disk.</param>
    /// <exception cref="StorageFaultException">
    /// The disk is full and the reserve is used up: nothing was written.
    /// </exception>
    public void Ensure(long end, long keep)
    {
        if (end + _reserveBytes + (_stepBytes / 2) <= Volatile.Read(ref _until))
        {
            return;
        }

        Volatile.Write(ref _wanted, end);
        Request();
        while (end + _reserveBytes > Volatile.Read(ref _until) && _full is null)
        {
            _pending.GetAwaiter().GetResult();
            _faults.ThrowIfFailed();
            Request();
        }

        if (end + keep > Volatile.Read(ref _until) && _full is { } fault)
        {
            throw new StorageFaultException(
                fault.Kind, fault.File, fault.Place, "the disk is full and the reserve is used up", fault);
        }
    }

    /// <summary>Ends when no reservation is under way; nothing may be asked for meanwhile. Never faults.</summary>
    public Task IdleAsync()
    {
        lock (_gate)
        {
            return _pending;
        }
    }

    private void Request()
    {
        lock (_gate)
        {
            long ahead = Volatile.Read(ref _wanted) + _reserveBytes + (_stepBytes / 2);
            if (_pending.IsCompleted && ahead > Volatile.Read(ref _until))
            {
                // Not in the device's own turns: a checkpoint's pages stand there, and the applier would wait for them.
                _pending = _threads.RunAsync(Extend, urgent: true);
            }
        }
    }

    private void Extend()
    {
        long target = Volatile.Read(ref _wanted) + _reserveBytes + _stepBytes;
        Volatile.Write(ref _lastAttempt, _time.GetTimestamp());
        try
        {
            _log.Reserve(target);
            Volatile.Write(ref _until, Math.Max(_until, target));
            _full = null;
        }
        catch (StorageFaultException fault) when (fault.Kind == StorageFaultKind.NoSpace)
        {
            _full = fault;
        }
#pragma warning disable CA1031 // Whatever it was, the store stops, and every later call says so.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _faults.Fail(DeviceFaults.AsFault(exception, _log.Options.Log.FilePrefix, $"reserving to {target}"));
        }
    }
}
