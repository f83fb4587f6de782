using Nacre.Core.Errors;

namespace Nacre.Core.Log;

/// <summary>Hears what became of a shard's appends.</summary>
/// <remarks>
/// Called on the log's own thread, or inside <see cref="ISharedLog.TryWriteNow"/> on its caller's, in append order; must
/// return at once: post to a queue, run nothing.
/// </remarks>
public interface ILogSink
{
    /// <summary>The append is on the disk: written and flushed.</summary>
    void Flushed(LogAppend append);

    /// <summary>
    /// The append did not become durable and never will: <see cref="ErrorCode.DiskFull"/> means that nothing of it
    /// was written and the log goes on; <see cref="ErrorCode.StorageFailed"/> means that the log has stopped and
    /// the entries' fate is unknown. What a shard appended behind a refused append, before it could hear of the
    /// refusal, would leave a gap: it is refused for the same reason, also when there is room again.
    /// </summary>
    void Rejected(LogAppend append, ErrorCode reason);
}
