using Nacre.Core;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Core.Time;

namespace Nacre.Replication.Raft;

/// <summary>
/// The Raft algorithm of one replica, without I/O, clock or threads: inputs come by <see cref="Step(in RaftInput)"/>,
/// <see cref="Step(in RaftMessage)"/> and <see cref="Tick"/>, and <see cref="TakeReady"/> says what is to be done. What a
/// shell has to keep to is in <c>docs/replication.md</c>.
/// </summary>
/// <remarks>
/// Not thread-safe: the shard's loop owns it. Sources: Ongaro and Ousterhout, In Search of an Understandable Consensus
/// Algorithm (extended version), cited by its sections; Ongaro, Consensus: Bridging Theory and Practice, cited as thesis.
/// </remarks>
public sealed partial class RaftCore
{
    // Invariants:
    // - the term never falls, and in one term at most one vote is given and one leader heard of (§5.2);
    // - nothing is said in a term that is not flushed here: no vote counts or is answered before the hard state with it
    //   is flushed, no entry is acknowledged before it is (§5.1, Figure 2: "persistent state"). Only pre-votes, which
    //   promise nothing, leave earlier;
    // - a flush of entries that were replaced while it was under way says nothing about those in their place;
    // - a leader opens its term with an entry of that term and only appends (§5.3, §8); nobody drops an entry that is
    //   committed, or that it has found to agree with the leader's in this term (§5.3, §5.4.3);
    // - only entries of the current term are committed by counting flushed ones; earlier ones with them (§5.4.2);
    // - applied given out <= commit and <= persisted; persisted <= given <= last index; commit <= last index and never falls;
    // - entries are given out to persist in order, again only after a refusal or when replaced; to apply once each, in order;
    // - the replica set in force is that of the last configuration entry in the log, committed or not (thesis §4.1), and a
    //   leader appends none before the one before is committed, and an entry of its own term.

    /// <summary>What an entry counts beside its length, as <see cref="ISharedLog.MaxAppendBytes"/> counts it.</summary>
    public const int EntryOverheadBytes = 64;

    private readonly ReplicaId _self;
    private readonly RaftOptions _options;
    private readonly IRandomSource _random;
    private readonly IRaftEntries _entries;
    private readonly EntryTail _tail;
    private readonly LogTerms _terms;
    private readonly Outbox<RaftMessage> _outbox = new();
    private readonly Outbox<EntryRead> _entryReads = new();
    private readonly Outbox<SnapshotNeed> _snapshotNeeds = new();
    private readonly Outbox<ReadState> _readStates = new();

    private HardState _hardState;
    private LogIndex _givenToApply;
    private LogIndex _termStart;
    private bool _isDisqualified;

    /// <summary>Starts as a follower.</summary>
    /// <param name="configuration">What was recovered.</param>
    public RaftCore(RaftConfiguration configuration)
    {
        Invariant.Check(configuration.Self.Value > 0);
        Invariant.Check(configuration.Options.Validate().IsOk);
        Invariant.Check(configuration.Applied >= configuration.Log.TruncationIndex);
        Invariant.Check(configuration.Applied <= configuration.Log.LastIndex);
        Invariant.Check(configuration.Log.LastTerm <= configuration.Log.HardState.Term);

        _self = configuration.Self;
        _options = configuration.Options;
        _random = configuration.Random;
        _entries = configuration.Entries;
        _tail = new EntryTail(configuration.Log.LastIndex);
        _terms = new LogTerms(configuration.Log, configuration.Terms);
        _hardState = _givenHardState = _durable = configuration.Log.HardState;
        _given = _persisted = LastIndex = _shared = configuration.Log.LastIndex;
        LastTerm = configuration.Log.LastTerm;
        Commit = _givenToApply = configuration.Applied;
        _startWait = _options.ElectionTicks;
        RestoreSets(configuration.Sets);
        DrawTimeout();
    }

    /// <summary>What this replica is now.</summary>
    public RaftRole Role { get; private set; }

    /// <summary>The leader of this term, this replica or another; 0 while it is not known.</summary>
    public ReplicaId Leader { get; private set; }

    /// <summary>The latest term seen; durable once persisted.</summary>
    public Term Term => _hardState.Term;

    /// <summary>The latest term that is flushed here.</summary>
    public Term DurableTerm => _durable.Term;

    /// <summary>The replica voted for in this term; 0 for none.</summary>
    public ReplicaId VotedFor => _hardState.VotedFor;

    /// <summary>The last entry, flushed or not.</summary>
    public LogIndex LastIndex { get; private set; }

    /// <summary>The term of <see cref="LastIndex"/>.</summary>
    public Term LastTerm { get; private set; }

    /// <summary>The last entry known to be committed; a quorum has flushed it, this replica perhaps not yet.</summary>
    public LogIndex Commit { get; private set; }

    /// <summary>The last entry flushed here.</summary>
    public LogIndex Persisted => _persisted;

    /// <summary>
    /// A leader's first entry of its term; reads and membership changes need it committed (§8). 0 for others.
    /// </summary>
    public LogIndex TermStart => Role == RaftRole.Leader ? _termStart : default;

    /// <summary>True for a leader that has committed an entry of its term: all that was ever acknowledged is committed here.</summary>
    public bool LeadsCommitted => Role == RaftRole.Leader && Commit >= _termStart;

    /// <summary>True for a leader that does not hand its lead over: <see cref="RaftInput.Propose"/> is allowed.</summary>
    public bool TakesProposals => Role == RaftRole.Leader && _transferTarget.Value == 0;

    /// <summary>
    /// True once it is known that this replica's log lacks entries that it has acknowledged. It neither votes nor
    /// acknowledges nor leads any more, and must be rebuilt under a new id.
    /// </summary>
    public bool IsDisqualified => _isDisqualified;

    /// <summary>True when <see cref="TakeReady"/> would give anything.</summary>
    /// <param name="persist">Whether the log takes appends now.</param>
    public bool HasReady(bool persist) =>
        ApplyEnd > _givenToApply ||
        (persist && !_waitsToPersist && (_hardState != _givenHardState || (LastIndex > _given && !_isInstalling))) ||
        _sendDue || !_outbox.IsEmpty || !_readStates.IsEmpty || !_entryReads.IsEmpty || !_snapshotNeeds.IsEmpty;

    /// <summary>The term of an entry of the log; null for one that was released or is not there.</summary>
    public Term? TermAt(LogIndex index) => _terms.TermAt(index);

    /// <summary>Takes one input of the shell.</summary>
    public void Step(in RaftInput input)
    {
        switch (input.Kind)
        {
            case RaftInputKind.Propose:
                Propose(input.Entry);
                break;
            case RaftInputKind.Persisted:
                OnPersisted(input);
                break;
            case RaftInputKind.PersistRefused:
                OnPersistRefused();
                break;
            case RaftInputKind.Campaign:
                BeginElection();
                break;
            case RaftInputKind.ReadIndex:
                OnReadIndex(_self, input.Context);
                break;
            case RaftInputKind.Transfer:
                BeginTransfer(input.Peer);
                break;
            case RaftInputKind.EntriesRead:
                OnEntriesRead(input.Peer, input.Records);
                break;
            case RaftInputKind.EntriesUnread:
                OnEntriesUnread(input.Peer);
                break;
            case RaftInputKind.SnapshotSent:
                OnSnapshotEnded(input.Peer, input.Index);
                break;
            case RaftInputKind.SnapshotFailed:
                OnSnapshotEnded(input.Peer, default);
                break;
            case RaftInputKind.SnapshotInstalled:
                OnSnapshotInstalled(input);
                break;
            case RaftInputKind.SnapshotAbandoned:
                _isInstalling = false;
                break;
            case RaftInputKind.Released:
                OnReleased(input.Index);
                break;
            case RaftInputKind.Unreachable:
                OnUnreachable(input.Peer);
                break;
            case RaftInputKind.Disqualify:
                Disqualify();
                break;
            default:
                throw new InvariantViolationException($"unknown input kind {input.Kind}");
        }
    }

    /// <summary>
    /// Takes one message of another replica; anything that does not concern this one, or cannot be, is ignored. Its
    /// entries are given over.
    /// </summary>
    public void Step(in RaftMessage message)
    {
        if (message.To != _self || message.From == _self || message.From.Value == 0 || _isDisqualified || !Heeds(message))
        {
            return;
        }

        if (message.Kind == RaftMessageKind.PreVote)
        {
            OnPreVote(message);
            return;
        }

        bool isGrantedPreVote = message.Kind == RaftMessageKind.PreVoteAnswer && message.IsAccepted;
        if (message.Term > Term && !isGrantedPreVote)
        {
            BecomeFollower(message.Term, IsFromLeader(message.Kind) ? message.From : default);
        }
        else if (message.Term < Term)
        {
            OnOutdated(message);
            return;
        }

        switch (message.Kind)
        {
            case RaftMessageKind.PreVoteAnswer:
                OnPreVoteAnswer(message);
                break;
            case RaftMessageKind.Vote:
                OnVote(message);
                break;
            case RaftMessageKind.VoteAnswer:
                OnVoteAnswer(message);
                break;
            case RaftMessageKind.Append:
                OnAppend(message);
                break;
            case RaftMessageKind.AppendAnswer:
                OnAppendAnswer(message);
                break;
            case RaftMessageKind.Heartbeat:
                OnHeartbeat(message);
                break;
            case RaftMessageKind.HeartbeatAnswer:
                OnHeartbeatAnswer(message);
                break;
            case RaftMessageKind.TimeoutNow:
                OnTimeoutNow(message);
                break;
            case RaftMessageKind.ReadIndex:
                OnReadIndex(message.From, message.Context);
                break;
            case RaftMessageKind.ReadIndexAnswer:
                OnReadIndexAnswer(message);
                break;
        }
    }

    /// <summary>
    /// Time has moved on by one tick. A sole voter that does not lead begins an election: there is nobody to wait for.
    /// </summary>
    public void Tick()
    {
        _waitsToPersist = false;
        if (_startWait > 0)
        {
            _startWait--;
        }

        if (Role == RaftRole.Leader)
        {
            TickLeader();
        }
        else
        {
            TickElection();
        }
    }

    private LogIndex ApplyEnd => Commit < _persisted ? Commit : _persisted;

    /// <summary>True once the current term is flushed here: before that nothing is said in it.</summary>
    private bool Speaks => _durable.Term == _hardState.Term;

    private static bool IsFromLeader(RaftMessageKind kind) =>
        kind is RaftMessageKind.Append or RaftMessageKind.Heartbeat or RaftMessageKind.TimeoutNow;

    /// <summary>
    /// Whether a message is for this replica to hear, by who sent it. Leaders are heard whoever they are: this replica's
    /// set may be older than theirs (thesis §4.1). A candidate is not heard once it is known that its removal is committed;
    /// one that this replica never heard of may have joined since. Answers and questions count from members only.
    /// </summary>
    private bool Heeds(in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.Append or RaftMessageKind.Heartbeat or RaftMessageKind.TimeoutNow or RaftMessageKind.ReadIndexAnswer:
                return true;
            case RaftMessageKind.PreVote or RaftMessageKind.Vote:
                return MayVote && !_sets[0].Set.IsRemoved(message.From) && (message.Term <= Term || message.IsForced || !HearsFromLeader);
            default:
                return PeerOf(message.From) is not null;
        }
    }

    /// <summary>A message of an earlier term: its sender is told of this one, if that helps it.</summary>
    private void OnOutdated(in RaftMessage message)
    {
        if (!Speaks)
        {
            return;
        }

        switch (message.Kind)
        {
            case RaftMessageKind.Append or RaftMessageKind.Heartbeat when _isMember:
                // Else a voter whose election failed would stay in its later term and hear no leader (thesis §9.6).
                _outbox.Add(RaftMessage.AppendRejected(_self, message.From, Term, default, default, default));
                break;
            case RaftMessageKind.Vote:
                _outbox.Add(RaftMessage.VoteAnswer(_self, message.From, Term, isGranted: false));
                break;
        }
    }

    private void Disqualify()
    {
        _isDisqualified = true;
        if (Role != RaftRole.Follower)
        {
            BecomeFollower(Term, default);
        }
    }
}
