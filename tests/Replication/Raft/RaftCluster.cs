using System.Text;
using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Core.Time;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Raft;

/// <summary>
/// Cores with a network and disks between them that a test moves step by step: nothing is delivered or flushed unless it
/// says so. After each step the rules of <see cref="RaftRules"/> are checked.
/// </summary>
internal sealed class RaftCluster
{
    private readonly SortedDictionary<ulong, RaftNode> _nodes = [];
    private readonly HashSet<(ulong From, ulong To)> _cut = [];
    private readonly Func<ulong, IRandomSource> _chance;

    public RaftCluster(int voters, RaftOptions? options = null, Func<ulong, IRandomSource>? chance = null)
    {
        Options = options ?? new RaftOptions();
        _chance = chance ?? (_ => new FixedChance(9));
        ReplicaSet initial = ReplicaSet.Initial(
            [.. Enumerable.Range(1, voters).Select(id => (new ReplicaId((ulong)id), new NodeId((uint)id)))]);
        for (ulong id = 1; id <= (ulong)voters; id++)
        {
            _nodes[id] = new RaftNode(id, initial, Options, _chance(id));
        }
    }

    public RaftOptions Options { get; }

    public RaftRules Rules { get; } = new();

    /// <summary>Messages on their way, oldest first.</summary>
    public List<RaftMessage> Network { get; } = [];

    /// <summary>Snapshots that were asked for.</summary>
    public List<(ReplicaId Leader, SnapshotNeed Need)> SnapshotNeeds { get; } = [];

    /// <summary>Reads of the log that were asked for.</summary>
    public List<(ReplicaId Leader, EntryRead Read)> EntryReads { get; } = [];

    public IEnumerable<RaftNode> Nodes => _nodes.Values;

    public RaftNode this[ulong id] => _nodes[id];

    /// <summary>The leader of the highest term among those that run; null when nobody leads.</summary>
    public RaftNode? Leader =>
        Nodes.Where(node => node.IsUp && node.Core.Role == RaftRole.Leader).MaxBy(node => node.Core.Term);

    /// <summary>What was sent, a line a message.</summary>
    public List<string> Transcript { get; } = [];

    /// <summary>Three or more voters of which the first leads in term 1, all quiet.</summary>
    public static RaftCluster Led(int voters, RaftOptions? options = null)
    {
        var cluster = new RaftCluster(voters, options);
        cluster.Elect(1);
        return cluster;
    }

    /// <summary>What was sent since the last call.</summary>
    public string TakeTranscript()
    {
        string lines = string.Join('\n', Transcript);
        Transcript.Clear();
        return lines;
    }

    /// <summary>A replica that is in no set yet.</summary>
    public RaftNode Join(ulong id)
    {
        _nodes[id] = new RaftNode(id, ReplicaSet.Empty, Options, _chance(id));
        return _nodes[id];
    }

    /// <summary>Does something to a core, then takes what it wants done.</summary>
    public void On(ulong id, Action<RaftCore> action)
    {
        action(_nodes[id].Core);
        Pump(_nodes[id]);
    }

    public void Propose(ulong id, string entry) => On(id, core => core.Step(RaftInput.Propose(Encoding.UTF8.GetBytes(entry))));

    public ChangeRefusal Change(ulong id, ReplicaSetChange change)
    {
        ChangeRefusal refusal = default;
        On(id, core => refusal = core.ProposeChange(change));
        return refusal;
    }

    public void Tick(ulong id, int count = 1)
    {
        for (; count > 0; count--)
        {
            On(id, core => core.Tick());
        }
    }

    /// <summary>A tick of everybody that runs.</summary>
    public void TickAll(int count = 1)
    {
        for (; count > 0; count--)
        {
            foreach (RaftNode node in Nodes.Where(node => node.IsUp))
            {
                Tick(node.Id.Value);
            }
        }
    }

    public void Flush(ulong id)
    {
        _nodes[id].Flush();
        Pump(_nodes[id]);
    }

    /// <summary>Delivers one message, whether or not the way is cut.</summary>
    public void Deliver(int at)
    {
        RaftMessage message = Network[at];
        Network.RemoveAt(at);
        if (_nodes.TryGetValue(message.To.Value, out RaftNode? node) && node.IsUp)
        {
            node.Core.Step(message);
            Pump(node);
        }
    }

    /// <summary>Delivers all messages that are on their way now and match; those of cut ways are lost.</summary>
    public void Deliver(Func<RaftMessage, bool>? matches = null)
    {
        RaftMessage[] due = [.. Network.Where(message => matches?.Invoke(message) ?? true)];
        foreach (RaftMessage message in due)
        {
            int at = Network.IndexOf(message);
            if (_cut.Contains((message.From.Value, message.To.Value)))
            {
                Network.RemoveAt(at);
            }
            else
            {
                Deliver(at);
            }
        }
    }

    /// <summary>Loses messages.</summary>
    public int Drop(Func<RaftMessage, bool>? matches = null) => Network.RemoveAll(message => matches?.Invoke(message) ?? true);

    /// <summary>Delivers and flushes until nothing moves any more.</summary>
    /// <param name="lost">Messages that are lost.</param>
    public void Settle(Func<RaftMessage, bool>? lost = null)
    {
        for (int round = 0; round < 1_000; round++)
        {
            if (lost is not null)
            {
                Drop(lost);
            }

            Deliver();
            ServeReads();
            foreach (RaftNode node in Nodes)
            {
                while (node.IsUp && node.Flushing > 0)
                {
                    Flush(node.Id.Value);
                }
            }

            if (Network.Count == 0 && EntryReads.Count == 0)
            {
                return;
            }
        }

        Assert.Fail("the replicas never come to rest");
    }

    /// <summary>Reads what was asked for from the logs.</summary>
    public void ServeReads()
    {
        foreach ((ReplicaId leader, EntryRead read) in EntryReads.ToArray())
        {
            EntryReads.Remove((leader, read));
            RaftNode node = this[leader.Value];
            if (node.IsUp)
            {
                On(leader.Value, core => core.Step(
                    RaftInput.EntriesRead(read.Peer, node.Read(read.From, read.Through, read.MaxBytes))));
            }
        }
    }

    /// <summary>Nobody has heard a leader for an election timeout; one stands for election, and all comes to rest.</summary>
    public void Elect(ulong id, bool andStays = true)
    {
        TickAll(Options.ElectionTicks);
        Settle();
        Campaign(id);
        Assert.That(!andStays || this[id].Core.Role == RaftRole.Leader, $"{id} was to be elected");
    }

    /// <summary>One stands for election; again if others knew of a later term.</summary>
    public void Campaign(ulong id, Func<RaftMessage, bool>? lost = null)
    {
        for (int attempt = 0; attempt < 3 && this[id].Core.Role == RaftRole.Follower; attempt++)
        {
            On(id, core => core.Step(RaftInput.Campaign));
            Settle(lost);
        }
    }

    public void Crash(ulong id)
    {
        this[id].Crash();
        Rules.Forget(new ReplicaId(id));
    }

    public void Restart(ulong id)
    {
        this[id].Start();
        Pump(this[id]);
    }

    /// <summary>Cuts the ways between some replicas and all others, in both directions.</summary>
    public void Isolate(params ulong[] ids)
    {
        foreach (ulong other in _nodes.Keys.Except(ids))
        {
            foreach (ulong id in ids)
            {
                Cut(id, other);
                Cut(other, id);
            }
        }
    }

    /// <summary>Cuts the way in one direction.</summary>
    public void Cut(ulong from, ulong to) => _cut.Add((from, to));

    public bool IsCut(in RaftMessage message) => _cut.Contains((message.From.Value, message.To.Value));

    public void Heal() => _cut.Clear();

    /// <summary>Takes what the core wants, until it wants no more; checks the rules.</summary>
    public void Pump(RaftNode node)
    {
        Rules.Check(node, Nodes);
        while (node.Core.HasReady(node.MaxPersistBytes > 0))
        {
            Ready ready = node.Take();
            Rules.CheckWrite(node, ready.Persist);
            foreach (RaftMessage message in ready.Messages)
            {
                RaftRules.CheckSaid(node, message);
                Network.Add(message);
                Transcript.Add(RaftText.Of(message));
            }

            foreach (EntryRead read in ready.Reads)
            {
                EntryReads.Add((node.Id, read));
            }

            foreach (SnapshotNeed need in ready.Snapshots)
            {
                SnapshotNeeds.Add((node.Id, need));
            }

            Rules.Check(node, Nodes);
        }
    }
}
