using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <summary>
/// What the core wants done. Hard state and entries go to the log in one append; nothing may be answered, and no vote
/// counts, before <see cref="RaftMessage.Persisted"/> says that they are flushed.
/// </summary>
/// <remarks>Refers to the core's memory: valid until its next <see cref="RaftCore.Step"/> or <see cref="RaftCore.Tick"/>.</remarks>
public readonly ref struct Ready
{
    /// <summary>The hard state to persist; null when it did not change.</summary>
    public HardState? HardState { get; init; }

    /// <summary>Entries to persist, contiguous; the first may replace one of the same index.</summary>
    public ReadOnlySpan<LogRecord> Persist { get; init; }

    /// <summary>
    /// Committed entries to apply: everything from the last one given out through this one. Entries that were in the
    /// log before this start are read from there.
    /// </summary>
    public LogIndex ApplyThrough { get; init; }

    /// <summary>Those of the entries to apply that the core has in memory: the last ones.</summary>
    public ReadOnlySpan<LogRecord> Apply { get; init; }

    /// <summary>True when something is to be persisted.</summary>
    public bool HasPersist => HardState is not null || !Persist.IsEmpty;
}
