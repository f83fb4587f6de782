namespace Nacre.Security.Authentication;

/// <content>One lock's worth of requests: a set of fingerprints for each bucket of time.</content>
public sealed partial class ReplayCache
{
    /// <remarks>Used under its own lock.</remarks>
    // Invariants:
    // - Count is the sum of the buckets' counts and at most the capacity.
    private sealed class Shard(int capacity)
    {
        private readonly Dictionary<long, FingerprintSet> _buckets = [];
        private long _oldest = long.MaxValue;

        public int Count { get; private set; }

        public long OldestEndMs => _oldest == long.MaxValue ? 0 : (_oldest + 1) * BucketMs;

        public ReplayVerdict Add(long bucket, ulong fingerprint)
        {
            if (!_buckets.TryGetValue(bucket, out FingerprintSet? set))
            {
                _buckets.Add(bucket, set = new FingerprintSet());
                _oldest = Math.Min(_oldest, bucket);
            }

            if (Count == capacity)
            {
                return set.Contains(fingerprint) ? ReplayVerdict.Seen : ReplayVerdict.Full;
            }

            if (!set.Add(fingerprint))
            {
                return ReplayVerdict.Seen;
            }

            Count++;
            return ReplayVerdict.Fresh;
        }

        public void DropBefore(long floorMs)
        {
            while (_buckets.Count > 0 && OldestEndMs <= floorMs)
            {
                _buckets.Remove(_oldest, out FingerprintSet? gone);
                Count -= gone!.Count;
                _oldest = _buckets.Count == 0 ? long.MaxValue : _buckets.Keys.Min();
            }
        }
    }
}
