using Nacre.Core.Ids;
using Nacre.Replication.Raft;
using Nacre.Testing;

namespace Nacre.Replication.Tests.Raft;

/// <summary>A history of a cluster that one seed decides.</summary>
internal sealed partial class RaftHistory
{
    private readonly SeededRandom _chance;
    private readonly Dictionary<(ulong Node, ulong Context), int> _reads = [];
    private readonly int _voters;
    private ulong _lastId;
    private ulong _lastContext;
    private int _lastEntry;
    private int _lossOneIn = 20;

    /// <summary>A replica whose clock stands still, so that it may lead on without knowing better.</summary>
    private ulong _slowClock;

    public RaftHistory(int voters, ulong seed)
    {
        _chance = new SeededRandom(seed);
        _voters = voters;
        _lastId = (ulong)voters;
        var options = new RaftOptions
        {
            MaxInFlightMessages = 4,
            MaxMessageBytes = 1 << 10,
            MaxTailBytes = _chance.OneIn(2) ? 200 : 1 << 20,
        };
        Cluster = new RaftCluster(voters, options, id => new SeededRandom(seed + (id << 20)));
    }

    public RaftCluster Cluster { get; }

    public RaftHistoryCounts Counts { get; } = new();

    public int Event { get; private set; }

    public void Run(int events)
    {
        for (Event = 0; Event < events; Event++)
        {
            Step();
            CheckReads();
        }
    }

    /// <summary>All faults end; the replicas must come to one state and go on.</summary>
    public void Recover()
    {
        Cluster.Heal();
        foreach (RaftNode node in Cluster.Nodes)
        {
            node.MaxPersistBytes = 1 << 20;
            if (!node.IsUp)
            {
                Cluster.Restart(node.Id.Value);
            }
        }

        string last = $"last {_lastEntry}";
        bool isProposed = false;
        for (int round = 0; round < 400; round++)
        {
            Cluster.TickAll();
            Cluster.Settle();
            ServeSnapshots();
            CheckReads();
            if (Cluster.Leader is { Core.LeadsCommitted: true, Core.TakesProposals: true } leader)
            {
                if (!isProposed)
                {
                    Cluster.Propose(leader.Id.Value, last);
                    isProposed = true;
                }
                else if (leader.Core.Set.Members.All(member => Cluster[member.Id.Value].Applied == leader.Core.LastIndex))
                {
                    // The one that was proposed may have been lost with its leader: then it is proposed again.
                    isProposed = leader.State.Exists(applied => applied.Entry == last);
                    if (isProposed)
                    {
                        Finish(leader);
                        return;
                    }
                }
            }
        }

        Assert.Fail($"no recovery; {string.Join("; ", Cluster.Nodes.Select(node =>
            $"{node.Id} {node.Core.Role} t{node.Core.Term} last {node.Core.LastIndex} commit {node.Core.Commit} of [{node.Core.Set}]"))}");
    }

    private void Finish(RaftNode leader)
    {
        Assert.That(leader.State.Take(Cluster.Rules.Ledger.Count), Is.EqualTo(Cluster.Rules.Ledger), "nothing that was told is lost");
        Counts.Committed += leader.State.Count;
        Counts.Elections += Cluster.Rules.Elections;
        Counts.Changes += leader.Entries.Count(entry => entry.StartsWith("set ", StringComparison.Ordinal));
    }

    private void Step()
    {
        RaftNode node = Any(Cluster.Nodes);
        switch (_chance.Next(100))
        {
            case < 50:
                for (int count = _chance.Next(6); count > 0 && Cluster.Network.Count > 0; count--)
                {
                    DeliverOne();
                }

                break;
            case < 70:
                for (int count = _chance.Next(4); count > 0 && node.IsUp && node.Flushing > 0; count--)
                {
                    Cluster.Flush(node.Id.Value);
                }

                break;
            case < 79:
                if (_chance.OneIn(2))
                {
                    for (int count = 1 + _chance.Next(3); count > 0; count--)
                    {
                        foreach (RaftNode other in Cluster.Nodes.Where(n => n.IsUp && n.Id.Value != _slowClock))
                        {
                            Cluster.Tick(other.Id.Value);
                        }
                    }
                }
                else if (node.IsUp)
                {
                    Cluster.Tick(node.Id.Value);
                }

                break;
            case < 90:
                if (Cluster.Nodes.Where(n => n.IsUp && n.Core.TakesProposals).ToArray() is { Length: > 0 } leaders)
                {
                    Cluster.Propose(Any(leaders).Id.Value, $"entry {++_lastEntry}");
                }

                break;
            case < 94:
                AskRead(node);
                break;
            case < 97:
                ServeSnapshots();
                Cluster.ServeReads();
                break;
            default:
                Disturb(node);
                break;
        }
    }

    private void DeliverOne()
    {
        // Mostly in order: a history in which nothing ever arrives in time has no leader.
        int at = _chance.OneIn(4) ? _chance.Next(Cluster.Network.Count) : 0;
        RaftMessage message = Cluster.Network[at];
        if (Cluster.IsCut(message) || _chance.OneIn(_lossOneIn))
        {
            Cluster.Network.RemoveAt(at);
            return;
        }

        if (_chance.OneIn(20))
        {
            Cluster.Network.Add(message);
        }

        Cluster.Deliver(at);
    }

    private void AskRead(RaftNode node)
    {
        if (_chance.OneIn(2) && Cluster.Nodes.Where(n => n.IsUp && n.Core.Role == RaftRole.Leader).ToArray() is { Length: > 0 } leaders)
        {
            node = Any(leaders);
        }

        if (node.IsUp)
        {
            _reads[(node.Id.Value, ++_lastContext)] = Cluster.Rules.Ledger.Count;
            Cluster.On(node.Id.Value, core => core.Step(RaftInput.ReadIndex(_lastContext)));
        }
    }

    /// <summary>A read sees all that any replica had applied before it was asked (linearizability of reads).</summary>
    private void CheckReads()
    {
        foreach (RaftNode node in Cluster.Nodes)
        {
            foreach (ReadState read in node.ReadStates)
            {
                Assert.That(_reads.Remove((node.Id.Value, read.Context), out int toldBefore), "a read is answered once");
                if (read.IsConfirmed)
                {
                    Assert.That(read.Index.Value, Is.GreaterThanOrEqualTo((ulong)toldBefore), "a read misses what was told before");
                    Counts.Reads++;
                }
            }

            node.ReadStates.Clear();
        }
    }

    private void ServeSnapshots()
    {
        foreach ((ReplicaId leader, SnapshotNeed need) in Cluster.SnapshotNeeds.ToArray())
        {
            Cluster.SnapshotNeeds.Remove((leader, need));
            RaftNode from = Cluster[leader.Value];
            RaftNode to = Cluster[need.Peer.Value];
            if (!from.IsUp)
            {
                continue;
            }

            if (!to.IsUp || _chance.OneIn(4))
            {
                Cluster.On(leader.Value, core => core.Step(RaftInput.SnapshotFailed(need.Peer)));
                continue;
            }

            RaftSnapshot snapshot = from.TakeSnapshot();
            Assert.That(snapshot.Index, Is.GreaterThanOrEqualTo(need.AtLeast));
            Counts.Snapshots += to.Install(snapshot) ? 1 : 0;
            Cluster.Pump(to);
            Cluster.On(leader.Value, core => core.Step(RaftInput.SnapshotSent(need.Peer, snapshot.Index)));
        }
    }

    private RaftNode Any(IEnumerable<RaftNode> nodes)
    {
        RaftNode[] all = [.. nodes];
        return all[_chance.Next(all.Length)];
    }
}
