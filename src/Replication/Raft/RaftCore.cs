using System.Collections.Immutable;
using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Replication.Raft;

/// <summary>
/// The Raft algorithm of one replica, without I/O, clock or threads: inputs come by <see cref="Step"/> and
/// <see cref="Tick"/>, and <see cref="TakeReady"/> says what is to be done. One voter, for now: it elects itself and
/// is its own quorum, by the same rules as several would follow.
/// </summary>
/// <remarks>Not thread-safe: the shard's loop owns it. Source: Ongaro and Ousterhout, In Search of an Understandable Consensus Algorithm (extended version).</remarks>
public sealed partial class RaftCore
{
    // Invariants:
    // - the term never falls, and in one term at most one vote is given (§5.2);
    // - no vote counts and no entry is committed before it is flushed here (§5.1, Figure 2: "persistent state");
    // - a leader opens its term with an entry of that term and only appends (§5.3, §8);
    // - only entries of the current term are committed by counting; earlier ones with them (§5.4.2);
    // - applied given out <= commit <= persisted <= last index, and commit never falls;
    // - entries are given out to persist once each, in order; to apply once each, in order, after commit.

    /// <summary>What an entry counts beside its length, as <see cref="ISharedLog.MaxAppendBytes"/> counts it.</summary>
    public const int EntryOverheadBytes = 64;

    private readonly ReplicaId _self;
    private readonly ImmutableArray<ReplicaId> _voters;
    private readonly LogIndex[] _match;
    private readonly bool[] _granted;
    private readonly Func<ReadOnlyMemory<byte>> _opening;
    private readonly EntryTail _tail;

    private HardState _hardState;
    private HardState _givenHardState;
    private LogIndex _given;
    private LogIndex _persisted;
    private Term _persistedTerm;
    private LogIndex _givenToApply;
    private LogIndex _termStart;

    /// <summary>Starts as a follower.</summary>
    /// <param name="configuration">What was recovered.</param>
    public RaftCore(RaftConfiguration configuration)
    {
        Invariant.Check(configuration.Voters.Length == 1);
        Invariant.Check(configuration.Voters.Contains(configuration.Self));
        Invariant.Check(configuration.Applied >= configuration.Log.TruncationIndex);
        Invariant.Check(configuration.Applied <= configuration.Log.LastIndex);
        Invariant.Check(configuration.Log.LastTerm <= configuration.Log.HardState.Term);

        _self = configuration.Self;
        _voters = configuration.Voters;
        _opening = configuration.Opening;
        _match = new LogIndex[_voters.Length];
        _granted = new bool[_voters.Length];
        _tail = new EntryTail(configuration.Log.LastIndex);
        _hardState = _givenHardState = configuration.Log.HardState;
        _given = _persisted = LastIndex = configuration.Log.LastIndex;
        _persistedTerm = LastTerm = configuration.Log.LastTerm;
        Commit = _givenToApply = configuration.Applied;
    }

    /// <summary>What this replica is now.</summary>
    public RaftRole Role { get; private set; }

    /// <summary>The latest term seen; durable once persisted.</summary>
    public Term Term => _hardState.Term;

    /// <summary>The replica voted for in this term; 0 for none.</summary>
    public ReplicaId VotedFor => _hardState.VotedFor;

    /// <summary>The last entry, flushed or not.</summary>
    public LogIndex LastIndex { get; private set; }

    /// <summary>The term of <see cref="LastIndex"/>.</summary>
    public Term LastTerm { get; private set; }

    /// <summary>The last entry known to be committed.</summary>
    public LogIndex Commit { get; private set; }

    /// <summary>The last entry flushed here.</summary>
    public LogIndex Persisted => _persisted;

    /// <summary>
    /// A leader's first entry of its term; reads and membership changes need it committed (§8). 0 for others.
    /// </summary>
    public LogIndex TermStart => Role == RaftRole.Leader ? _termStart : default;

    /// <summary>True for a leader that has committed an entry of its term: all that was ever acknowledged is committed here.</summary>
    public bool LeadsCommitted => Role == RaftRole.Leader && Commit >= _termStart;

    /// <summary>True when <see cref="TakeReady"/> would give anything.</summary>
    /// <param name="persist">Whether the log takes appends now.</param>
    public bool HasReady(bool persist) =>
        Commit > _givenToApply || (persist && (_hardState != _givenHardState || LastIndex > _given));

    /// <summary>Takes one input.</summary>
    public void Step(in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.Campaign:
                Campaign();
                break;
            case RaftMessageKind.Propose:
                Invariant.Check(Role == RaftRole.Leader);
                Append(message.Entry);
                break;
            case RaftMessageKind.Persisted:
                OnPersisted(message);
                break;
            case RaftMessageKind.PersistRefused:
                OnPersistRefused();
                break;
            default:
                throw new InvariantViolationException($"unknown message kind {message.Kind}");
        }
    }

    /// <summary>Time has moved on by one tick. A sole voter that does not lead begins an election: there is nobody to wait for.</summary>
    public void Tick() => Campaign();

    /// <summary>Gives out what is to be done since the last call.</summary>
    /// <param name="maxPersistBytes">
    /// Entries are given to persist until the next would exceed this, counted with <see cref="EntryOverheadBytes"/>,
    /// but at least one; 0 keeps all that is to be persisted for a later call.
    /// </param>
    public Ready TakeReady(int maxPersistBytes)
    {
        _tail.Forget(_givenToApply < _persisted ? _givenToApply : _persisted);
        bool persist = maxPersistBytes > 0;
        LogIndex give = persist ? LastWithin(maxPersistBytes) : _given;
        var ready = new Ready
        {
            HardState = persist && _hardState != _givenHardState ? _hardState : null,
            Persist = _tail.Slice(_given.Next, give),
            ApplyThrough = Commit,
            Apply = _tail.Slice(_givenToApply.Next, Commit),
        };
        if (persist)
        {
            _givenHardState = _hardState;
            _given = give;
        }

        _givenToApply = Commit;
        return ready;
    }

    private LogIndex LastWithin(int maxBytes)
    {
        LogIndex last = _given;
        long bytes = 0;
        foreach (ref readonly LogRecord record in _tail.Slice(_given.Next, LastIndex))
        {
            bytes += record.Entry.Length + EntryOverheadBytes;
            if (bytes > maxBytes && last > _given)
            {
                break;
            }

            last = record.Index;
        }

        return last;
    }

    private void Append(ReadOnlyMemory<byte> entry)
    {
        LastIndex = LastIndex.Next;
        LastTerm = Term;
        _tail.Append(new LogRecord(LastIndex, LastTerm, entry));
    }
}
