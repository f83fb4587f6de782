using Nacre.Core.Hashing;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication;
using Nacre.Replication.Membership;
using Nacre.Replication.Raft;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>What is promised, checked from outside with every step.</summary>
internal sealed class Rules(NodeWorld world)
{
    private readonly Dictionary<(ShardId, Term), ReplicaId> _leaders = [];
    private readonly Dictionary<(ShardId, LogIndex, Term), (ulong Hash, int Appends)> _entries = [];
    private readonly Dictionary<ShardId, List<Applied>> _ledgers = [];
    private readonly Dictionary<ulong, ulong> _executed = [];
    private readonly Dictionary<(ShardId, byte), ulong> _seen = [];
    private readonly Dictionary<(ShardId, ReplicaId), (Term Term, LogIndex Commit)> _status = [];
    private readonly Dictionary<(ShardId, ReplicaId), DurableMark> _durable = [];
    private readonly Dictionary<(ShardId, ReplicaId), Term> _said = [];
    private readonly Dictionary<(ShardId, ReplicaId, Term), ReplicaId> _votes = [];

    public int Elections => _leaders.Count;

    /// <summary>How many entries of a shard anybody has applied.</summary>
    public int LedgerOf(ShardId shard) => _ledgers.TryGetValue(shard, out List<Applied>? ledger) ? ledger.Count : 0;

    /// <summary>The running hash at the end of a shard's ledger.</summary>
    public ulong HashOf(ShardId shard) => _ledgers[shard][^1].Hash;

    /// <summary>Peers that forgot nothing of what a node reported must not refuse it with a whole disk (decision 32).</summary>
    public void Vet(Replica replica, in ShardLogState log)
    {
        DurableMark mark = _durable.GetValueOrDefault((replica.Shard, replica.Id));
        world.Require(mark.IsKeptBy(log), "a whole disk has what was reported of it", $"{replica} of which {mark} was reported");
    }

    /// <summary>A replica's disk is another one now.</summary>
    public void DiskReplaced(Replica replica) => _durable.Remove((replica.Shard, replica.Id));

    /// <summary>A replica starts: what it knew in memory it may have forgotten.</summary>
    public void Starts(Replica replica) => _status.Remove((replica.Shard, replica.Id));

    /// <summary>One vote a term, and no word in an earlier term than the last, in all lives of a replica (§5.2).</summary>
    public void Say(ShardId shard, in RaftMessage message)
    {
        if (message.Kind is RaftMessageKind.PreVote or RaftMessageKind.PreVoteAnswer)
        {
            return;
        }

        world.Require(message.Term >= _said.GetValueOrDefault((shard, message.From)), "what is said never falls back", $"replica {message.From} of shard {shard} in term {message.Term}");
        _said[(shard, message.From)] = message.Term;
        if (message.Kind == RaftMessageKind.VoteAnswer && message.IsAccepted)
        {
            _votes.TryAdd((shard, message.From, message.Term), message.To);
            world.Require(_votes[(shard, message.From, message.Term)] == message.To, "one vote a term", $"replica {message.From} of shard {shard} in term {message.Term}");
        }
    }

    /// <summary>Log matching (§5.3): what stands at one index in one term is the same everywhere.</summary>
    public void Append(LogAppend append)
    {
        foreach (LogRecord record in append.Entries)
        {
            ulong hash = Murmur3.Hash128(record.Entry.Span, 0).First;
            (ShardId, LogIndex, Term) place = (append.Shard, record.Index, record.Term);
            (ulong Hash, int Appends) known = _entries.GetValueOrDefault(place, (hash, 0));
            world.Require(known.Hash == hash, "log matching", $"shard {append.Shard}, entry {record.Index}, term {record.Term}");
            _entries[place] = (hash, known.Appends + 1);
        }
    }

    /// <summary>
    /// A full disk took nothing of an append: what nobody else was given to append either, a sole member takes back, and may
    /// give its place to another.
    /// </summary>
    public void Refused(LogAppend append)
    {
        foreach (LogRecord record in append.Entries)
        {
            (ShardId, LogIndex, Term) place = (append.Shard, record.Index, record.Term);
            (ulong hash, int appends) = _entries[place];
            if (appends > 1)
            {
                _entries[place] = (hash, appends - 1);
            }
            else
            {
                _entries.Remove(place);
            }
        }
    }

    /// <summary>State machine safety (§5.4.3), and each write executed once.</summary>
    public void Apply(Replica replica, in LogRecord record, in Execution executed, ulong hash)
    {
        if (!_ledgers.TryGetValue(replica.Shard, out List<Applied>? ledger))
        {
            _ledgers[replica.Shard] = ledger = [];
        }

        int at = (int)record.Index.Value - 1;
        var applied = new Applied(record.Term, hash);
        if (at < ledger.Count)
        {
            world.Require(ledger[at] == applied, "state machine safety", $"{replica} applies another entry {record.Index}, or came to something else");
            return;
        }

        world.Require(at == ledger.Count, "state machine safety", $"{replica} applies entry {record.Index} behind {ledger.Count}");
        ledger.Add(applied);
        world.Note(hash);
        if (executed.TookEffect)
        {
            world.Require(_executed.TryAdd(executed.Write.Id, executed.Outcome.Lsn.Value), "executed once", $"write {executed.Write.Id} on {replica}");
        }
    }

    /// <summary>Election safety (§5.2); terms and commits never fall.</summary>
    public void Look(Replica replica, ReplicaStatus status)
    {
        if (status.State is ReplicaState.Starting or ReplicaState.Stopped)
        {
            return;
        }

        (Term Term, LogIndex Commit) before = _status.GetValueOrDefault((replica.Shard, replica.Id));
        world.Require(status.Term >= before.Term, "terms never fall", $"{replica}");
        world.Require(status.Commit >= before.Commit, "commit never falls", $"{replica}");
        _status[(replica.Shard, replica.Id)] = (status.Term, status.Commit);
        _durable[(replica.Shard, replica.Id)] = _durable.GetValueOrDefault((replica.Shard, replica.Id)).With(status.Durable);
        if (status.Role == RaftRole.Leader && status.State != ReplicaState.Failed)
        {
            _leaders.TryAdd((replica.Shard, status.Term), replica.Id);
            world.Require(_leaders[(replica.Shard, status.Term)] == replica.Id, "election safety", $"{replica} leads term {status.Term}, which had a leader");
        }
    }

    /// <summary>A client was told that its write is done.</summary>
    public void Acknowledged(ShardId shard, in Write write, ulong version)
    {
        world.Require(_executed.TryGetValue(write.Id, out ulong given) && given == version, "acknowledged writes are applied", $"write {write.Id} in shard {shard}");
        See(shard, write.Register, version);
    }

    /// <summary>The least version that a read sees that begins now.</summary>
    public ulong Floor(ShardId shard, byte register) => _seen.GetValueOrDefault((shard, register));

    /// <summary>Linearizable reads: nothing older than what anybody was told of before the read began.</summary>
    public void Read(ShardId shard, byte register, ulong floor, ulong version)
    {
        world.Require(version >= floor, "linearizable reads", $"register {register} of shard {shard} read at version {version} after {floor} was told of");
        See(shard, register, version);
    }

    private void See(ShardId shard, byte register, ulong version) =>
        _seen[(shard, register)] = Math.Max(version, _seen.GetValueOrDefault((shard, register)));

    private readonly record struct Applied(Term Term, ulong Hash);
}
