using Nacre.Core.Ids;

namespace Nacre.Core.Log;

/// <summary>What one shard asks the shared log to make durable, all of it in one flush.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Domain">The key domain whose key seals these entries.</param>
/// <param name="HardState">A new hard state, or null when it did not change.</param>
/// <param name="Entries">Contiguous, terms not falling; the first may replace an entry of the same index, which drops that one and all after it.</param>
/// <param name="Sink">Told once, after the flush, in the order of the shard's appends.</param>
public sealed record LogAppend(
    ShardId Shard, KeyDomainId Domain, HardState? HardState, IReadOnlyList<LogRecord> Entries, ILogSink Sink);
