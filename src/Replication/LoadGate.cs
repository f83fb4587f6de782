using Nacre.Core;

namespace Nacre.Replication;

/// <summary>Counts proposals and bytes inside a replica, refuses above a limit, and tells when a closed replica is empty.</summary>
/// <remarks>Thread-safe: one word holds both counts and the closed mark, so that every change is one atomic addition.</remarks>
internal sealed class LoadGate
{
    // Invariants:
    // - the word is closed (bit 62), count (bits 40 to 61), bytes (bits 0 to 39), and never negative;
    // - who enters leaves once; an attempt that is refused leaves at once, too.

    private const long Closed = 1L << 62;
    private const int CountShift = 40;
    private const long BytesMask = (1L << CountShift) - 1;

    private readonly int _maxCount;
    private readonly long _maxBytes;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _word;

    /// <summary>Starts open and empty.</summary>
    /// <param name="maxCount">1 to 1,000,000.</param>
    /// <param name="maxBytes">1 to 16 GiB.</param>
    public LoadGate(int maxCount, long maxBytes)
    {
        Invariant.Check(maxCount is > 0 and <= 1_000_000);
        Invariant.Check(maxBytes is > 0 and <= 16L << 30);
        _maxCount = maxCount;
        _maxBytes = maxBytes;
    }

    /// <summary>How many are inside.</summary>
    public int Count => (int)((Volatile.Read(ref _word) & ~Closed) >> CountShift);

    /// <summary>Their bytes.</summary>
    public long Bytes => Volatile.Read(ref _word) & BytesMask;

    /// <summary>Ends when the gate is closed and everybody has left.</summary>
    public Task WhenEmpty => _empty.Task;

    /// <summary>Goes in.</summary>
    /// <returns>False when the gate is closed, or full: one is let in alone, however large.</returns>
    public bool TryEnter(int bytes)
    {
        long word = Interlocked.Add(ref _word, (1L << CountShift) + bytes);
        int count = (int)((word & ~Closed) >> CountShift);
        if (word < Closed && count <= _maxCount && ((word & BytesMask) <= _maxBytes || count == 1))
        {
            return true;
        }

        Leave(1, bytes);
        return false;
    }

    /// <summary>Goes out.</summary>
    public void Leave(int count, long bytes)
    {
        long word = Interlocked.Add(ref _word, -(((long)count << CountShift) + bytes));
        Invariant.Check(word >= 0);
        if (word == Closed)
        {
            _empty.TrySetResult();
        }
    }

    /// <summary>Lets nobody in from now on.</summary>
    public void Close()
    {
        if ((Interlocked.Or(ref _word, Closed) & ~Closed) == 0)
        {
            _empty.TrySetResult();
        }
    }
}
