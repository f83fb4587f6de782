using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <summary>One input of <see cref="RaftCore.Step"/>: from this replica's own shell, or from another replica.</summary>
public readonly record struct RaftMessage
{
    private RaftMessage(RaftMessageKind kind) => Kind = kind;

    /// <summary>What it says; decides which other members have a meaning.</summary>
    public RaftMessageKind Kind { get; }

    /// <summary>Persisted: the hard state that is durable now; null when it did not change.</summary>
    public HardState? HardState { get; private init; }

    /// <summary>Persisted: the last entry that is durable now; 0 when there was none.</summary>
    public LogIndex Index { get; private init; }

    /// <summary>Persisted: the term of <see cref="Index"/>.</summary>
    public Term LogTerm { get; private init; }

    /// <summary>Propose: the entry's bytes, never changed from now on.</summary>
    public ReadOnlyMemory<byte> Entry { get; private init; }

    /// <summary>Begin an election.</summary>
    public static RaftMessage Campaign => new(RaftMessageKind.Campaign);

    /// <summary>A refused write of hard state or entries: it and all that was given out behind it came to nothing.</summary>
    public static RaftMessage PersistRefused => new(RaftMessageKind.PersistRefused);

    /// <summary>Append an entry.</summary>
    /// <param name="entry">Stamped and encoded.</param>
    public static RaftMessage Propose(ReadOnlyMemory<byte> entry) => new(RaftMessageKind.Propose) { Entry = entry };

    /// <summary>A flush has ended well.</summary>
    /// <param name="hardState">The hard state in it, or null.</param>
    /// <param name="index">Its last entry, or 0.</param>
    /// <param name="term">That entry's term, or 0.</param>
    public static RaftMessage Persisted(HardState? hardState, LogIndex index, Term term) =>
        new(RaftMessageKind.Persisted) { HardState = hardState, Index = index, LogTerm = term };
}
