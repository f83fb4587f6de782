using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>Figure 3 of the Raft paper, checked from outside after every step of a replica.</summary>
internal sealed class RaftRules
{
    private readonly Dictionary<Term, ReplicaId> _leaders = [];
    private readonly Dictionary<(LogIndex Index, Term Term), (string Entry, Term? Before)> _entries = [];
    private readonly List<(Term Term, string Entry)> _ledger = [];
    private readonly Dictionary<ReplicaId, (Term Term, LogIndex Commit, int Applied)> _seen = [];

    /// <summary>Every entry that any replica has applied, in order: whatever a client was told of.</summary>
    public IReadOnlyList<(Term Term, string Entry)> Ledger => _ledger;

    public int Elections => _leaders.Count;

    /// <summary>A replica lost its memory.</summary>
    public void Forget(ReplicaId id) => _seen.Remove(id);

    /// <summary>A sole member took back what the disk refused: other entries may come in its place.</summary>
    public void TakeBack(RaftNode node)
    {
        foreach ((LogIndex Index, Term Term) taken in _entries.Keys.Where(key => key.Index > node.Core.LastIndex).ToArray())
        {
            _entries.Remove(taken);
        }
    }

    /// <summary>Log matching: what two logs have at one index in one term is the same, and so is what stands before it.</summary>
    public void CheckWrite(RaftNode node, ReadOnlySpan<LogRecord> records)
    {
        foreach (LogRecord record in records)
        {
            (string Entry, Term? Before) now = (
                Encoding.UTF8.GetString(record.Entry.Span), node.Core.TermAt(new LogIndex(record.Index.Value - 1)));
            if (!_entries.TryAdd((record.Index, record.Term), now))
            {
                (string entry, Term? before) = _entries[(record.Index, record.Term)];
                Assert.That(now.Entry, Is.EqualTo(entry), "log matching");
                Assert.That(before is null || now.Before is null || before == now.Before, "log matching, the entry before");
            }
        }
    }

    /// <summary>Figure 2, "updated on stable storage before responding": nothing is said that a crash could take back.</summary>
    public static void CheckSaid(RaftNode node, in RaftMessage message)
    {
        if (message.Kind is RaftMessageKind.PreVote or RaftMessageKind.PreVoteAnswer)
        {
            return;
        }

        Assert.That(node.DurableHardState.Term, Is.GreaterThanOrEqualTo(message.Term), "a term is flushed before it is spoken in");
        switch (message.Kind)
        {
            case RaftMessageKind.Vote:
                Assert.That(node.DurableHardState, Is.EqualTo(new HardState(message.Term, message.From)), "the own vote is flushed");
                break;
            case RaftMessageKind.VoteAnswer when message.IsAccepted:
                Assert.That(node.DurableHardState, Is.EqualTo(new HardState(message.Term, message.To)), "a vote is flushed");
                break;
            case RaftMessageKind.AppendAnswer when message.IsAccepted:
                Assert.That(node.DiskTerm(message.Index), Is.Not.Null, "what is acknowledged is flushed");
                Assert.That(
                    node.Core.TermAt(message.Index) is not { } term || node.DiskTerm(message.Index) == term, "and is what the log has");
                break;
        }
    }

    public void Check(RaftNode node, IEnumerable<RaftNode> all)
    {
        RaftCore core = node.Core;
        (Term Term, LogIndex Commit, int Applied) before = _seen.GetValueOrDefault(node.Id);
        Assert.That(core.Term, Is.GreaterThanOrEqualTo(before.Term), "the term never falls");
        Assert.That(core.Commit, Is.GreaterThanOrEqualTo(before.Commit), "commit never falls");
        Assert.That(core.Persisted, Is.LessThanOrEqualTo(core.LastIndex));
        if (core.Role == RaftRole.Leader)
        {
            if (_leaders.TryAdd(core.Term, node.Id))
            {
                CheckCompleteness(core);
            }

            Assert.That(_leaders[core.Term], Is.EqualTo(node.Id), "election safety");
            if (core.Commit > before.Commit && before.Commit.Value > 0)
            {
                CheckFlushed(core, all);
            }
        }

        for (int at = before.Applied; at < node.State.Count; at++)
        {
            if (at == _ledger.Count)
            {
                _ledger.Add(node.State[at]);
            }

            Assert.That(node.State[at], Is.EqualTo(_ledger[at]), "state machine safety");
        }

        _seen[node.Id] = (core.Term, core.Commit, node.State.Count);
    }

    private void CheckCompleteness(RaftCore core)
    {
        for (int at = 0; at < _ledger.Count; at++)
        {
            Term? term = core.TermAt(new LogIndex((ulong)at + 1));
            Assert.That(term is null ? core.Commit.Value > (ulong)at : term == _ledger[at].Term, "leader completeness");
        }
    }

    /// <summary>What is committed is on a quorum of disks.</summary>
    private static void CheckFlushed(RaftCore core, IEnumerable<RaftNode> all)
    {
        int flushed = all.Count(node =>
            core.Set.Find(node.Id)?.Kind == ReplicaKind.Voter && node.DiskTerm(core.Commit) == core.TermAt(core.Commit));
        Assert.That(flushed, Is.GreaterThan(core.Set.Voters / 2), $"entry {core.Commit} is committed and not on a quorum of disks");
        Assert.That(core.TermAt(core.Commit), Is.EqualTo(core.Term), "a leader commits entries of its own term");
    }
}
