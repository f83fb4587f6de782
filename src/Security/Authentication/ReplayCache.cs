using Nacre.Core;

namespace Nacre.Security.Authentication;

/// <summary>
/// Remembers every request that was accepted for as long as its time would be accepted again. Memory is bounded: a full
/// cache refuses, and forgets nothing early.
/// </summary>
/// <remarks>
/// Thread-safe; <see cref="ShardCount"/> locks. A request is known by 64 bits of its signature, which nobody without
/// the key can choose: a replay is always found, and with 6 million requests in memory one request in 3×10^12 is taken
/// for one. Requests lie in buckets by the time they were signed; a bucket goes as a whole.
/// </remarks>
// Invariants:
// - Every accepted request whose time is at or above _floorMs is in its bucket.
// - _floorMs never falls, but when the clock was set back beyond the window; then it is set to the present, as at
//   the start: what was signed before is refused, and what is remembered stays.
// - A shard drops a bucket only under its lock and only when the bucket ends at or below the floor read under it.
public sealed partial class ReplayCache
{
    /// <summary>Locks, and tables for each bucket of time.</summary>
    internal const int ShardCount = 32;

    /// <summary>Length of a bucket.</summary>
    internal const long BucketMs = 30_000;

    private readonly Shard[] _shards;
    private readonly TimeProvider _time;
    private readonly long _windowMs;
    private readonly Lock _clock = new();
    private long _floorMs;
    private long _startMs;

    /// <summary>Makes an empty cache. What was signed before this moment may have been accepted by a predecessor, and is refused.</summary>
    /// <param name="options">Bounds.</param>
    /// <param name="time">The clock.</param>
    public ReplayCache(ReplayCacheOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        Invariant.Check(options.Window >= TimeSpan.FromSeconds(1));
        Invariant.Check(options.Window <= TimeSpan.FromHours(1));
        Invariant.Check(options.CapacityRequests is >= 1024 and <= 1 << 30);
        _time = time;
        _windowMs = (long)options.Window.TotalMilliseconds;
        _startMs = time.NowMilliseconds();
        _floorMs = _startMs;
        int shardCapacity = options.CapacityRequests / ShardCount;
        _shards = [.. Enumerable.Range(0, ShardCount).Select(_ => new Shard(shardCapacity))];
    }

    /// <summary>Requests remembered now; those whose bucket is due may still be counted.</summary>
    public long Count => _shards.Sum(shard => (long)shard.Count);

    /// <summary>Decides on an authentic request and remembers it when it is fresh.</summary>
    /// <param name="fingerprint">64 bits of the request's signature.</param>
    /// <param name="timeMs">When it was signed, Unix milliseconds; at most the window ahead of <paramref name="nowMs"/>.</param>
    /// <param name="nowMs">The present as the caller has read it from the same clock, Unix milliseconds.</param>
    public ReplayVerdict Remember(ulong fingerprint, long timeMs, long nowMs)
    {
        Invariant.Check(timeMs <= nowMs + _windowMs);
        Advance(nowMs);
        Shard shard = _shards[fingerprint % ShardCount];
        lock (shard)
        {
            long floorMs = Volatile.Read(ref _floorMs);
            if (timeMs < floorMs)
            {
                return timeMs >= nowMs - _windowMs && timeMs < Volatile.Read(ref _startMs) ? ReplayVerdict.BeforeStart : ReplayVerdict.TooOld;
            }

            shard.DropBefore(floorMs);
            return shard.Add(timeMs / BucketMs, fingerprint);
        }
    }

    /// <summary>When a full cache may have room again: the end of the oldest bucket, plus the window.</summary>
    internal TimeSpan RoomAfter(ulong fingerprint, long nowMs)
    {
        Shard shard = _shards[fingerprint % ShardCount];
        lock (shard)
        {
            return TimeSpan.FromMilliseconds(Math.Max(1000, shard.OldestEndMs + _windowMs - nowMs));
        }
    }

    private void Advance(long nowMs)
    {
        long floorMs = Volatile.Read(ref _floorMs);
        if (nowMs - _windowMs <= floorMs && nowMs >= floorMs)
        {
            return;
        }

        lock (_clock)
        {
            if (nowMs < _floorMs)
            {
                // A thread that was held up since it read the clock is no clock set back: read it again.
                nowMs = _time.NowMilliseconds();
            }

            if (nowMs - _windowMs > _floorMs)
            {
                Volatile.Write(ref _floorMs, nowMs - _windowMs);
            }
            else if (nowMs < _floorMs)
            {
                Volatile.Write(ref _startMs, nowMs);
                Volatile.Write(ref _floorMs, nowMs);
            }
        }
    }
}
