using System.Diagnostics.Metrics;
using Nacre.Storage.Documents;
using Nacre.Storage.SharedLog;

namespace Nacre.Storage;

/// <summary>The project's instruments; names and units are public and stay.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class StorageMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Nacre.Storage";

    private const string ShardTag = "nacre.shard";
    private const string PartTag = "nacre.part";
    private const string OutcomeTag = "nacre.outcome";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    };

    private static readonly InstrumentAdvice<int> Counts = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096] };

    private readonly Meter _meter;
    private readonly Histogram<double> _flushDuration;
    private readonly Histogram<int> _flushEntries;
    private readonly Counter<long> _written;
    private readonly Counter<long> _abandoned;

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">Makes the meter; null for one of its own.</param>
    public StorageMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _flushDuration = _meter.CreateHistogram("nacre.log.flush.duration", "s", "Writing one frame of the shared log and flushing it.", tags: null, Seconds);
        _flushEntries = _meter.CreateHistogram("nacre.log.flush.entries", "{entry}", "Entries made durable by one flush.", tags: null, Counts);
        _written = _meter.CreateCounter<long>("nacre.log.written", "By", "Bytes of frames written to the shared log.");
        _abandoned = _meter.CreateCounter<long>("nacre.log.segments.abandoned", "{segment}", "Log segments given up after a failed write or flush.");
    }

    /// <summary>Records a flush of the log.</summary>
    public void Flushed(LogFlush flush)
    {
        _flushDuration.Record(flush.Duration.TotalSeconds);
        _flushEntries.Record(flush.Entries);
        _written.Add(flush.Bytes);
    }

    /// <summary>Records that a segment was given up.</summary>
    public void SegmentAbandoned() => _abandoned.Add(1);

    /// <summary>Shows what log and shards take: disk, memory against its budget, cache hits.</summary>
    /// <param name="log">The node's log.</param>
    /// <param name="shards">The data shards; read at each observation.</param>
    public void Observe(SegmentedLog log, IReadOnlyList<Func<DocumentShardStatus>> shards)
    {
        _meter.CreateObservableGauge("nacre.log.segments", () => log.Segments.Count, "{segment}", "Segments that the shared log holds.");
        _meter.CreateObservableGauge("nacre.store.log.size", () => Each(shards, static s => [Of(s.ItemLogBytes, s, "items"), Of(s.NodeLogBytes, s, "nodes")]), "By", "Record logs of the stores, live and dead records together.");
        _meter.CreateObservableGauge("nacre.store.memory.size", () => Each(shards, static s => [Of(s.CachedNodeBytes, s, "node_cache"), Of(s.BufferedBytes, s, "index_buffer")]), "By", "Memory in use, of what has a budget.");
        _meter.CreateObservableGauge("nacre.store.memory.limit", () => Each(shards, static s => [Of(s.NodeCacheBytes, s, "node_cache"), Of(s.BufferBytes, s, "index_buffer")]), "By", "Memory budgets.");
        _meter.CreateObservableCounter("nacre.store.cache.requests", () => Each(shards, static s => [Outcome(s.NodeHits, s, "hit"), Outcome(s.NodeMisses, s, "miss")]), "{request}", "Index nodes asked for: found in memory, or read from the store.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Each(
        IReadOnlyList<Func<DocumentShardStatus>> shards, Func<DocumentShardStatus, Measurement<long>[]> values) =>
        shards.SelectMany(shard => values(shard()));

    private static Measurement<long> Of(long value, DocumentShardStatus shard, string part) =>
        new(value, new(ShardTag, (long)shard.Shard.Value), new(PartTag, part));

    private static Measurement<long> Outcome(long value, DocumentShardStatus shard, string outcome) =>
        new(value, new(ShardTag, (long)shard.Shard.Value), new(OutcomeTag, outcome));
}
