using Nacre.Core;
using Nacre.Core.Errors;

namespace Nacre.Server.Pipeline;

/// <summary>
/// Bounds what the node holds for its callers at once, so that a flood is refused early and cheaply instead of
/// filling the memory.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Admission
{
    // Invariants:
    // - 0 <= _requests <= _maxRequests and 0 <= _bytes <= _maxBytes whenever no call is inside TryEnter or TryReserve;
    // - whoever entered leaves once, with exactly the bytes it reserved.
    private readonly int _maxRequests;
    private readonly long _maxBytes;
    private readonly NacreError _overloaded;
    private int _requests;
    private long _bytes;

    /// <summary>Takes the limits.</summary>
    /// <param name="maxRequests">Requests being served at once, from 1; an open item stream counts as one.</param>
    /// <param name="maxBytes">Bytes of requests being read or served at once, from 1.</param>
    /// <param name="retryAfter">The hint given with a refusal.</param>
    public Admission(int maxRequests, long maxBytes, TimeSpan retryAfter)
    {
        Invariant.Check(maxRequests > 0);
        Invariant.Check(maxBytes > 0);
        _maxRequests = maxRequests;
        _maxBytes = maxBytes;
        _overloaded = new NacreError(ErrorCode.Overloaded, "The server has more to do than it takes on at once; try again later.")
        {
            RetryAfter = retryAfter,
        };
    }

    /// <summary>Requests inside.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Bytes reserved.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The refusal, with its hint.</summary>
    public NacreError Overloaded => _overloaded;

    /// <summary>Lets a request in, or not.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _requests) <= _maxRequests)
        {
            return true;
        }

        Interlocked.Decrement(ref _requests);
        return false;
    }

    /// <summary>Reserves memory for a request that is inside.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= _maxBytes)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Gives memory back.</summary>
    public void Release(long bytes)
    {
        long left = Interlocked.Add(ref _bytes, -bytes);
        Invariant.Check(left >= 0);
    }

    /// <summary>A request goes, with what it still has reserved.</summary>
    public void Leave(long bytes)
    {
        if (bytes > 0)
        {
            Release(bytes);
        }

        int left = Interlocked.Decrement(ref _requests);
        Invariant.Check(left >= 0);
    }
}
