using System.Diagnostics.Metrics;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <summary>The project's instruments. Every one carries the shard as a tag; names and units are public and stay.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class ReplicationMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Nacre.Replication";

    private const string ShardTag = "nacre.shard";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 10],
    };

    private static readonly InstrumentAdvice<int> Counts = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096] };

    private readonly Meter _meter;
    private readonly Histogram<double> _proposalDuration;
    private readonly Histogram<double> _applyDuration;
    private readonly Histogram<double> _checkpointDuration;
    private readonly Histogram<int> _appendEntries;
    private readonly Counter<long> _applied;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _forwarded;
    private readonly Counter<long> _snapshotSent;
    private readonly Counter<long> _snapshotReceived;
    private readonly Counter<long> _snapshotInstalled;
    private readonly Counter<long> _snapshotFailed;

    /// <summary>Makes the instruments.</summary>
    /// <param name="factory">Makes the meter; null for one of its own.</param>
    public ReplicationMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(MeterName) ?? new Meter(MeterName);
        _proposalDuration = _meter.CreateHistogram(
            "nacre.replica.proposal.duration", "s", "From a proposal to its answer: gathered, flushed, committed, applied.", tags: null, Seconds);
        _applyDuration = _meter.CreateHistogram(
            "nacre.replica.apply.duration", "s", "Applying one batch of entries.", tags: null, Seconds);
        _checkpointDuration = _meter.CreateHistogram(
            "nacre.replica.checkpoint.duration", "s", "From a checkpoint's beginning to its being durable.", tags: null, Seconds);
        _appendEntries = _meter.CreateHistogram(
            "nacre.replica.append.entries", "{entry}", "Entries in one append to the shared log.", tags: null, Counts);
        _applied = _meter.CreateCounter<long>(
            "nacre.replica.applied", "{entry}", "Entries applied.");
        _refused = _meter.CreateCounter<long>(
            "nacre.replica.refused", "{proposal}", "Proposals that were not applied, by error code.");
        _failed = _meter.CreateCounter<long>(
            "nacre.replica.failed", "{replica}", "Replicas that stopped after a fault.");
        _forwarded = _meter.CreateCounter<long>(
            "nacre.replica.forwarded", "{proposal}", "Proposals that came in here and were carried to the node that leads.");
        _snapshotSent = _meter.CreateCounter<long>(
            "nacre.snapshot.sent", "By", "Bytes of snapshots that other nodes fetched here.");
        _snapshotReceived = _meter.CreateCounter<long>(
            "nacre.snapshot.received", "By", "Bytes of snapshots that this node fetched.");
        _snapshotInstalled = _meter.CreateCounter<long>(
            "nacre.snapshot.installed", "{snapshot}", "Snapshots that took the place of a shard's folder.");
        _snapshotFailed = _meter.CreateCounter<long>(
            "nacre.snapshot.failed", "{snapshot}", "Transfers of snapshots that ended before all was there, by error code.");
    }

    /// <summary>A proposal goes to another node.</summary>
    /// <param name="shard">As <see cref="TagOf"/> gives it.</param>
    public void Forwarded(KeyValuePair<string, object?> shard) => _forwarded.Add(1, shard);

    /// <summary>Whether somebody wants to know how long proposals take.</summary>
    public bool MeasuresProposals => _proposalDuration.Enabled;

    /// <summary>Whether somebody wants to know how long applying takes.</summary>
    public bool MeasuresApply => _applyDuration.Enabled || _applied.Enabled;

    /// <summary>Shows the state of replicas: indexes, terms, what waits.</summary>
    /// <param name="replicas">The replicas; read at each observation.</param>
    public void Observe(Func<IEnumerable<ReplicaStatus>> replicas)
    {
        _meter.CreateObservableGauge("nacre.replica.state", () => Each(replicas, status => (long)status.State), "{state}", "0 starting, 1 serving, 2 draining, 3 stopped, 4 failed.");
        _meter.CreateObservableGauge("nacre.replica.term", () => Each(replicas, status => (long)status.Term.Value), "{term}", "The Raft term.");
        _meter.CreateObservableGauge("nacre.replica.leader", () => Each(replicas, status => (long)status.LeaderNode.Value), "{node}", "The node that leads the term; 0 while none is known.");
        _meter.CreateObservableGauge("nacre.replica.last", () => Each(replicas, status => (long)status.LastIndex.Value), "{entry}", "Index of the last entry.");
        _meter.CreateObservableGauge("nacre.replica.commit", () => Each(replicas, status => (long)status.Commit.Value), "{entry}", "Index of the last committed entry.");
        _meter.CreateObservableGauge("nacre.replica.applied.index", () => Each(replicas, status => (long)status.Applied.Value), "{entry}", "Index of the last applied entry.");
        _meter.CreateObservableGauge("nacre.replica.pending", () => Each(replicas, status => status.PendingProposals), "{proposal}", "Proposals accepted and not yet answered.");
        _meter.CreateObservableGauge("nacre.replica.pending.size", () => Each(replicas, status => status.PendingBytes), "By", "Bytes of the entries of pending proposals.");
        _meter.CreateObservableGauge("nacre.snapshot.remaining", () => Each(replicas, status => status.Receiving is { } receiving ? receiving.Total - receiving.Received : 0), "By", "Bytes that a snapshot still lacks which is being received.");
        _meter.CreateObservableGauge("nacre.replica.checkpoint.distance", () => Each(replicas, status => status.BytesSinceCheckpoint), "By", "Bytes of entries applied since the last checkpoint began.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>The tag of a shard; boxed once.</summary>
    internal static KeyValuePair<string, object?> TagOf(ShardId shard) => new(ShardTag, (long)shard.Value);

    internal void Answered(in KeyValuePair<string, object?> shard, TimeSpan duration) =>
        _proposalDuration.Record(duration.TotalSeconds, shard);

    internal void Applied(in KeyValuePair<string, object?> shard, int entries, TimeSpan duration)
    {
        _applied.Add(entries, shard);
        _applyDuration.Record(duration.TotalSeconds, shard);
    }

    internal void Appended(in KeyValuePair<string, object?> shard, int entries) => _appendEntries.Record(entries, shard);

    internal void Checkpointed(in KeyValuePair<string, object?> shard, TimeSpan duration) =>
        _checkpointDuration.Record(duration.TotalSeconds, shard);

    internal void Refused(in KeyValuePair<string, object?> shard, ErrorCode code)
    {
        if (_refused.Enabled)
        {
            _refused.Add(1, shard, new("nacre.error.code", (int)code));
        }
    }

    internal void Failed(in KeyValuePair<string, object?> shard) => _failed.Add(1, shard);

    internal void SnapshotSent(in KeyValuePair<string, object?> shard, int bytes) => _snapshotSent.Add(bytes, shard);

    internal void SnapshotReceived(in KeyValuePair<string, object?> shard, int bytes) => _snapshotReceived.Add(bytes, shard);

    internal void SnapshotInstalled(in KeyValuePair<string, object?> shard) => _snapshotInstalled.Add(1, shard);

    internal void SnapshotFailed(in KeyValuePair<string, object?> shard, ErrorCode code) =>
        _snapshotFailed.Add(1, shard, new("nacre.error.code", (int)code));

    private static IEnumerable<Measurement<long>> Each(Func<IEnumerable<ReplicaStatus>> replicas, Func<ReplicaStatus, long> value) =>
        replicas().Select(status => new Measurement<long>(value(status), TagOf(status.Shard)));
}
