using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Storage.SharedLog;

/// <summary>What a log tells those around it. All are called on the log's own threads and return soon.</summary>
public sealed record LogHooks
{
    /// <summary>
    /// Judges what opening has found of each shard, before anything on disk is changed: what is wrong may still be put
    /// right. A fault that it gives is thrown by the opening. On the opening's thread.
    /// </summary>
    public Func<IReadOnlyDictionary<ShardId, ShardLogState>, StorageFaultException?>? Found { get; init; }

    /// <summary>
    /// A shard's unreleased entries reach over that many segments, more than
    /// <see cref="SegmentedLogOptions.MaxPinnedSegments"/>: checkpoint it, so that space comes free. Repeated with
    /// each new segment.
    /// </summary>
    public Action<ShardId, int>? ShardPinned { get; init; }

    /// <summary>
    /// A segment is no longer needed and is about to be used again or removed: the moment to archive it. Runs on a
    /// background thread; while it runs the segment stays as it is. What it throws stops the log. After a crash it
    /// may hear of a use again, then with the end unknown: see <see cref="LogSegment.EndOffset"/>.
    /// </summary>
    public Action<LogSegment>? BeforeSegmentFreed { get; init; }

    /// <summary>Those who wait for a frame are told between these two, on one thread. Null: one by one.</summary>
    public Action? BeginTelling { get; init; }

    /// <summary>Follows <see cref="BeginTelling"/>, also where telling fails.</summary>
    public Action? EndTelling { get; init; }

    /// <summary>A frame with entries is durable; called before those who wait for it are told. Null: nobody measures.</summary>
    public Action<LogFlush>? Flushed { get; init; }

    /// <summary>A write or flush failed, and the log went on in a new segment.</summary>
    public Action<StorageFaultException>? SegmentAbandoned { get; init; }

    /// <summary>The log has stopped: every append from now on is rejected.</summary>
    public Action<Exception>? Stopped { get; init; }
}
