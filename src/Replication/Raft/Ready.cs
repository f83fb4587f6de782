using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <summary>
/// What the core wants done. Hard state and entries go to the log in one append, whose end is told by one
/// <see cref="RaftInput.Persisted"/>. Messages may leave at once, before that flush: what must wait for one is kept in the
/// core until it is told.
/// </summary>
/// <remarks>Refers to the core's memory: valid until its next call.</remarks>
public readonly ref struct Ready
{
    /// <summary>The hard state to persist; null when it did not change.</summary>
    public HardState? HardState { get; init; }

    /// <summary>Entries to persist, contiguous; the first may replace one of the same index.</summary>
    public ReadOnlySpan<LogRecord> Persist { get; init; }

    /// <summary>
    /// Committed entries to apply: everything from the last one given out through this one. They are flushed here.
    /// Entries that were in the log before this start are read from there.
    /// </summary>
    public LogIndex ApplyThrough { get; init; }

    /// <summary>Those of the entries to apply that the core has in memory: the last ones.</summary>
    public ReadOnlySpan<LogRecord> Apply { get; init; }

    /// <summary>Messages to send, in order; each may be lost. Their entries stay valid.</summary>
    public ReadOnlySpan<RaftMessage> Messages { get; init; }

    /// <summary>Entries to read from the log for peers that lag.</summary>
    public ReadOnlySpan<EntryRead> Reads { get; init; }

    /// <summary>Peers that need a snapshot; each once until it has come to an end.</summary>
    public ReadOnlySpan<SnapshotNeed> Snapshots { get; init; }

    /// <summary>Answers to reads.</summary>
    public ReadOnlySpan<ReadState> ReadStates { get; init; }

    /// <summary>True when something is to be persisted.</summary>
    public bool HasPersist => HardState is not null || !Persist.IsEmpty;
}
