using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Membership;
using Nacre.Replication.Raft;
using Nacre.Simulation.Tests.Engine;

namespace Nacre.Simulation.Tests.Cluster;

/// <summary>What must hold, checked from outside after each step of a replica: Figure 3 of the Raft paper, and what clients were told.</summary>
internal sealed partial class Rules(World world)
{
    // Invariants:
    // - the ledger is what any replica ever applied, by index; all others must come to the same;
    // - nothing here changes the run.
    private readonly Dictionary<Term, ReplicaId> _leaders = [];
    private readonly Dictionary<(LogIndex Index, Term Term), (ulong Hash, Term? Before)> _entries = [];
    private readonly List<(Term Term, ulong Hash, ReplicaSet? Set)> _ledger = [];
    private readonly Dictionary<ReplicaId, (Term Term, LogIndex Commit, bool Leads, LogIndex Set)> _seen = [];
    private readonly Dictionary<(ReplicaId Voter, Term Term), ReplicaId> _votes = [];
    private readonly Dictionary<ReplicaId, Term> _said = [];
    private readonly Dictionary<ReplicaId, DurableMark> _remembered = [];
    private LogIndex _committed;
    private Term _latest;

    public int Elections => _leaders.Count;

    public int Applies => _ledger.Count;

    /// <summary>A replica begins from what its disk has.</summary>
    public void Started(SimReplica replica)
    {
        _seen[replica.Id] = (replica.Core.Term, default, false, default);
        CheckVetting(replica);
        Require(replica.LostItsDisk || replica.Core.Term >= _said.GetValueOrDefault(replica.Id), $"{replica.Id} forgot a term that it spoke in");
        CheckLedger(replica);
        CheckSet(replica);
    }

    /// <summary>
    /// Peers that forgot nothing, and saw all of it at once, must not refuse a replica whose disk is whole (decision 32): they
    /// compare as a node's start does.
    /// </summary>
    private void CheckVetting(SimReplica replica)
    {
        ReplicaDisk disk = replica.Disk;
        var log = new ShardLogState(disk.HardState, disk.Base, disk.BaseTerm, disk.Last, disk.TermAt(disk.Last)!.Value);
        DurableMark mark = _remembered.GetValueOrDefault(replica.Id);
        Require(replica.LostItsDisk || mark.IsKeptBy(log), $"{replica.Id} would be refused with a whole disk: peers remember {mark}");
    }

    private void Remember(SimReplica replica)
    {
        RaftCore core = replica.Core;
        LogIndex kept = core.Commit < core.Persisted && world.Bug != Bug.UncommittedRemembered ? core.Commit : core.Persisted;
        Note(replica.Id, new DurableMark(core.DurableTerm, kept, default, default));
        foreach (Replica member in core.Role == RaftRole.Leader ? core.Set.Members : [])
        {
            if (core.MatchOf(member.Id) is { Value: > 0 } match)
            {
                Note(member.Id, new DurableMark(core.Term, match < core.Commit ? match : core.Commit, core.Term, match));
            }
        }

        void Note(ReplicaId id, in DurableMark mark) => _remembered[id] = _remembered.GetValueOrDefault(id).With(mark);
    }

    /// <summary>A replica has a snapshot's state.</summary>
    public void Jumped(SimReplica replica) => CheckLedger(replica);

    /// <summary>A sole member took back what its disk refused: other entries may come in its place.</summary>
    public void TakenBack(LogIndex last)
    {
        foreach ((LogIndex Index, Term Term) taken in _entries.Keys.Where(key => key.Index > last).ToArray())
        {
            _entries.Remove(taken);
        }
    }

    /// <summary>Log matching (§5.3).</summary>
    public void CheckWrite(SimReplica replica, ReadOnlySpan<LogRecord> records)
    {
        foreach (ref readonly LogRecord record in records)
        {
            (ulong Hash, Term? Before) now = (
                Mixing.Of(record.Entry.Span), replica.Core.TermAt(new LogIndex(record.Index.Value - 1)));
            if (!_entries.TryAdd((record.Index, record.Term), now))
            {
                (ulong hash, Term? before) = _entries[(record.Index, record.Term)];
                Require(now.Hash == hash, $"log matching: {replica.Id} has another entry {record.Index} of term {record.Term}");
                Require(before is null || now.Before is null || before == now.Before, $"log matching before entry {record.Index}");
            }
        }
    }

    /// <summary>Nothing is said that a crash could take back (Figure 2).</summary>
    public void CheckSaid(SimReplica replica, in RaftMessage message)
    {
        HardState durable = replica.Disk.HardState;
        if (message.Kind is not (RaftMessageKind.PreVote or RaftMessageKind.PreVoteAnswer))
        {
            _said[replica.Id] = message.Term;
        }

        switch (message.Kind)
        {
            case RaftMessageKind.PreVote or RaftMessageKind.PreVoteAnswer:
                break;
            case RaftMessageKind.Vote:
                Require(durable == new HardState(message.Term, message.From), $"{replica.Id} asks for votes before its own is flushed");
                NoteVote(replica.Id, message.Term, replica.Id);
                break;
            case RaftMessageKind.VoteAnswer when message.IsAccepted:
                Require(durable == new HardState(message.Term, message.To), $"{replica.Id} gives a vote that is not flushed");
                NoteVote(replica.Id, message.Term, message.To);
                break;
            case RaftMessageKind.AppendAnswer when message.IsAccepted:
                Require(replica.Disk.TermAt(message.Index) is not null || message.Index < replica.Disk.Base,
                    $"{replica.Id} acknowledges entry {message.Index} that is not flushed");
                break;
            default:
                Require(durable.Term >= message.Term, $"{replica.Id} speaks in term {message.Term} that is not flushed");
                break;
        }
    }

    /// <summary>One vote a term, whatever crashes come between (§5.2).</summary>
    private void NoteVote(ReplicaId voter, Term term, ReplicaId candidate)
    {
        _votes.TryAdd((voter, term), candidate);
        Require(_votes[(voter, term)] == candidate, $"{voter} votes twice in term {term}");
    }

    public void Check(SimReplica replica)
    {
        RaftCore core = replica.Core;
        Remember(replica);
        (Term term, LogIndex commit, bool led, LogIndex set) = _seen[replica.Id];
        Require(core.Term >= term, $"the term of {replica.Id} fell");
        Require(core.Commit >= commit, $"the commit index of {replica.Id} fell");
        if (core.Role == RaftRole.Leader)
        {
            CheckLeader(replica, commit);
        }
        else if (led && core.Term == term && core.Commit > _committed)
        {
            // It stepped down because of what it has just committed.
            CheckFlushed(replica);
            _committed = core.Commit;
        }

        if (core.Commit > commit)
        {
            Require(core.Commit <= _committed || core.Commit <= replica.Machine.Applied,
                $"{replica.Id} took entry {core.Commit} for committed, and no leader did");
            CheckSet(replica);
        }

        if (core.SetIndex < set)
        {
            world.Hit(Probe.ChangeReverted);
        }

        _seen[replica.Id] = (core.Term, core.Commit, core.Role == RaftRole.Leader, core.SetIndex);
    }

    /// <summary>State machine safety: all replicas come to the same at each entry, by a hash of all before it.</summary>
    public void Applied(SimReplica replica, in LogRecord record, in Outcome outcome, bool hadEffect)
    {
        int at = (int)record.Index.Value - 1;
        Require(at <= _ledger.Count, $"{replica.Id} applied entry {record.Index} before the one before it");
        if (at == _ledger.Count)
        {
            ReplicaSet? set = record.Entry.Span[0] == EntryForm.Changes ? EntryForm.Read(record.Entry.Span) : null;
            _ledger.Add((record.Term, replica.Machine.Hash, set));
            world.Queue.Mix(replica.Machine.Hash);
            NoteOutcome(record, outcome, hadEffect);
            if (set is not null)
            {
                NoteSet(set);
            }

            return;
        }

        Require(_ledger[at].Term == record.Term && _ledger[at].Hash == replica.Machine.Hash,
            $"state machine safety: {replica.Id} comes to another state at entry {record.Index}");
    }

    private void CheckLeader(SimReplica replica, LogIndex commitBefore)
    {
        RaftCore core = replica.Core;
        if (_leaders.TryAdd(core.Term, replica.Id))
        {
            world.LeaderElected(replica);
            // Its votes may come so late that a later term commits already: that one's entries it needs not have (§5.4.3).
            bool isLatest = core.Term >= _latest;
            _latest = isLatest ? core.Term : _latest;
            for (int at = 0; isLatest && at < _ledger.Count; at++)
            {
                Term? known = core.TermAt(new LogIndex((ulong)at + 1));
                Require(known is null ? core.Commit.Value > (ulong)at : known == _ledger[at].Term,
                    $"leader completeness: {replica.Id} leads term {core.Term} without entry {at + 1}");
            }
        }

        Require(_leaders[core.Term] == replica.Id, $"election safety: two leaders in term {core.Term}");
        if (core.Commit > commitBefore && core.Commit > _committed)
        {
            CheckFlushed(replica);
        }

        // Before the first entry of its term is committed, a start's commit is what it had applied.
        _committed = core.Commit > _committed ? core.Commit : _committed;
    }

    /// <summary>What is committed is on a quorum of disks, and of the leader's term (§5.4.2).</summary>
    private void CheckFlushed(SimReplica replica)
    {
        RaftCore core = replica.Core;
        int flushed = 0;
        foreach (Replica member in core.Set.Members)
        {
            if (member.Kind == ReplicaKind.Voter && world.Find(member.Id) is { } voter)
            {
                bool has = voter.Disk.TermAt(core.Commit) == core.TermAt(core.Commit) || core.Commit <= voter.Disk.Base;
                flushed += has || (voter.LostItsDisk && core.Commit <= voter.EverFlushed) ? 1 : 0;
            }
        }

        Require(flushed > core.Set.Voters / 2, $"{replica.Id} committed entry {core.Commit} that no quorum has flushed");
        Require(core.TermAt(core.Commit) == core.Term, $"{replica.Id} committed an entry of an earlier term");
    }

    private void CheckLedger(SimReplica replica)
    {
        ulong applied = replica.Machine.Applied.Value;
        Require(applied <= (ulong)_ledger.Count, $"{replica.Id} begins at entry {applied} that nobody applied");
        Require(applied == 0 || _ledger[(int)applied - 1].Hash == replica.Machine.Hash,
            $"state machine safety: {replica.Id} begins at entry {applied} in another state");
    }

    /// <summary>The set in force is what stands in the log.</summary>
    private void CheckSet(SimReplica replica)
    {
        LogIndex index = replica.Core.SetIndex;
        if (replica.Core.Set.Members.IsEmpty || index.Value > (ulong)_ledger.Count || replica.Core.Commit < index)
        {
            return;
        }

        for (int at = (int)Math.Min(replica.Core.Commit.Value, (ulong)_ledger.Count); at > (int)index.Value; at--)
        {
            Require(_ledger[at - 1].Set is null, $"{replica.Id} does not know of the replica set of entry {at}");
        }

        if (index.Value > 0)
        {
            Require(_ledger[(int)index.Value - 1].Set?.ToString() == replica.Core.Set.ToString(),
                $"{replica.Id} has another replica set at entry {index}");
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new ViolationException(what);
        }
    }
}
