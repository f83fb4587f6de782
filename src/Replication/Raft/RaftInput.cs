using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <summary>
/// One input of <see cref="RaftCore.Step(in RaftInput)"/> from this replica's own shell. What comes from other replicas is
/// a <see cref="RaftMessage"/>: no peer can say what only the shell may.
/// </summary>
public readonly record struct RaftInput
{
    private RaftInput(RaftInputKind kind) => Kind = kind;

    /// <summary>What it says; decides which other members have a meaning.</summary>
    public RaftInputKind Kind { get; }

    /// <summary>Persisted: the hard state that is durable now; null when it did not change.</summary>
    public HardState? HardState { get; private init; }

    /// <summary>The entry that it is about; 0 when there is none.</summary>
    public LogIndex Index { get; private init; }

    /// <summary>The term of <see cref="Index"/>.</summary>
    public Term LogTerm { get; private init; }

    /// <summary>Propose: the entry's bytes, never changed from now on.</summary>
    public ReadOnlyMemory<byte> Entry { get; private init; }

    /// <summary>The peer that it is about.</summary>
    public ReplicaId Peer { get; private init; }

    /// <summary>ReadIndex: the caller's name for it.</summary>
    public ulong Context { get; private init; }

    /// <summary>EntriesRead: the entries, never changed from now on.</summary>
    public ReadOnlyMemory<LogRecord> Records { get; private init; }

    /// <summary>SnapshotInstalled: the replica set in it, and its entry.</summary>
    public LoggedReplicaSet Set { get; private init; }

    /// <summary>
    /// Begin an election. A sole voter elects itself at once; others ask first (thesis §9.6), and not before they have
    /// waited an election timeout after their start.
    /// </summary>
    public static RaftInput Campaign => new(RaftInputKind.Campaign);

    /// <summary>
    /// A refused write of hard state or entries: it, and all that was given out behind it, came to nothing, and nothing is
    /// on its way to the log any more.
    /// </summary>
    public static RaftInput PersistRefused => new(RaftInputKind.PersistRefused);

    /// <summary>A snapshot that was begun here is given up; nothing changed.</summary>
    public static RaftInput SnapshotAbandoned => new(RaftInputKind.SnapshotAbandoned);

    /// <summary>
    /// The shell found out that this log lacks what it acknowledged before: its disk came back as an older one. The
    /// replica takes no part any more; it must be rebuilt under a new id.
    /// </summary>
    public static RaftInput Disqualify => new(RaftInputKind.Disqualify);

    /// <summary>Append an entry. Only while <see cref="RaftCore.TakesProposals"/>.</summary>
    /// <param name="entry">Stamped and encoded; not one that changes the replica set.</param>
    public static RaftInput Propose(ReadOnlyMemory<byte> entry) => new(RaftInputKind.Propose) { Entry = entry };

    /// <summary>A flush has ended well. One for each <see cref="Ready"/> with something to persist, in their order.</summary>
    /// <param name="hardState">The hard state in it, or null.</param>
    /// <param name="index">Its last entry, or 0.</param>
    /// <param name="term">That entry's term, or 0.</param>
    public static RaftInput Persisted(HardState? hardState, LogIndex index, Term term) =>
        new(RaftInputKind.Persisted) { HardState = hardState, Index = index, LogTerm = term };

    /// <summary>Asks through which entry a read must see; answered by a <see cref="ReadState"/>, unless a message is lost.</summary>
    /// <param name="context">Never used before in this replica's life.</param>
    public static RaftInput ReadIndex(ulong context) => new(RaftInputKind.ReadIndex) { Context = context };

    /// <summary>Hands the lead over to a voter; given up after an election timeout.</summary>
    public static RaftInput Transfer(ReplicaId target) => new(RaftInputKind.Transfer) { Peer = target };

    /// <summary>What an <see cref="EntryRead"/> asked for.</summary>
    /// <param name="peer">For whom.</param>
    /// <param name="records">A first part of what was asked for; stale ones are ignored.</param>
    public static RaftInput EntriesRead(ReplicaId peer, ReadOnlyMemory<LogRecord> records) =>
        new(RaftInputKind.EntriesRead) { Peer = peer, Records = records };

    /// <summary>They were released meanwhile, or could not be read. Asked for again at the peer's next answer.</summary>
    public static RaftInput EntriesUnread(ReplicaId peer) => new(RaftInputKind.EntriesUnread) { Peer = peer };

    /// <summary>A peer has installed a snapshot through an entry.</summary>
    public static RaftInput SnapshotSent(ReplicaId peer, LogIndex index) =>
        new(RaftInputKind.SnapshotSent) { Peer = peer, Index = index };

    /// <summary>A snapshot for a peer came to nothing; the next one is asked for when the peer answers again.</summary>
    public static RaftInput SnapshotFailed(ReplicaId peer) => new(RaftInputKind.SnapshotFailed) { Peer = peer };

    /// <summary>
    /// The snapshot that <see cref="RaftCore.TryBeginSnapshot"/> let in is in place, durably: the state machine is at its
    /// index, and the log is empty behind it.
    /// </summary>
    /// <param name="index">The last entry in it.</param>
    /// <param name="term">That entry's term.</param>
    /// <param name="set">The replica set in force at <paramref name="index"/>, and its entry.</param>
    public static RaftInput SnapshotInstalled(LogIndex index, Term term, LoggedReplicaSet set) =>
        new(RaftInputKind.SnapshotInstalled) { Index = index, LogTerm = term, Set = set };

    /// <summary>The log has released entries through an index; peers that need them need a snapshot now.</summary>
    public static RaftInput Released(LogIndex through) => new(RaftInputKind.Released) { Index = through };

    /// <summary>The connection to a peer broke: what was on its way is lost.</summary>
    public static RaftInput Unreachable(ReplicaId peer) => new(RaftInputKind.Unreachable) { Peer = peer };
}
