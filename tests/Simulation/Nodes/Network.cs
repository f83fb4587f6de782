using Nacre.Core.Ids;
using Nacre.Replication;
using Nacre.Replication.Raft;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Loses, delays, doubles and reorders messages, and is cut in many ways.</summary>
internal sealed class Network(NodeWorld world, Rules rules, NodeBug bug)
{
    private readonly SortedDictionary<NodeId, Node> _nodes = [];

    /// <summary>What snapshots on their way are of.</summary>
    public Images Images { get; } = new();
    private readonly HashSet<(NodeId From, NodeId To)> _cut = [];
    private readonly Dictionary<NodeId, long> _aloneUntil = [];

    public IReadOnlyCollection<Node> Nodes => _nodes.Values;

    /// <summary>One message in so many is lost; 0 for none.</summary>
    public int LosesOneIn { get; set; }

    public void Add(Node node) => _nodes.Add(node.Id, node);

    public Node this[NodeId id] => _nodes[id];

    public IReplicaTransport From(Node node, int incarnation) => new Wire(this, node, incarnation);

    public void Cut(NodeId from, NodeId to) => _cut.Add((from, to));

    /// <summary>Mends everything; whoever was cut off notices that its connections broke.</summary>
    public void Mend()
    {
        foreach ((NodeId from, NodeId to) in _cut.Order())
        {
            Break(from, to);
        }

        _cut.Clear();
    }

    /// <summary>Cuts a node off for some time, whatever is mended meanwhile.</summary>
    public void Isolate(NodeId node, long duration)
    {
        long until = Math.Max(world.Now + duration, _aloneUntil.GetValueOrDefault(node));
        _aloneUntil[node] = until;
        world.After(duration, () =>
        {
            foreach (NodeId other in _nodes.Keys.Where(other => other != node))
            {
                Break(node, other);
                Break(other, node);
            }
        });
    }

    /// <summary>Nobody is cut off alone any more.</summary>
    public void EndIsolation() => _aloneUntil.Clear();

    /// <summary>A connection breaks and is made again: what is on its way there is lost, and the sender notices.</summary>
    public void Break(NodeId from, NodeId to)
    {
        _nodes[from].LoseConnectionTo(to);
        world.Hit(NodeProbe.ConnectionBroke);
    }

    /// <summary>Carries what is no message of replicas; or does not.</summary>
    public void Carry(NodeId from, NodeId to, Action arrive)
    {
        if (_nodes.ContainsKey(to) && (LosesOneIn == 0 || !world.Random.OneIn(LosesOneIn)))
        {
            world.After(world.Random.OneIn(40) ? world.Between(1_000, 60_000) : world.Between(50, 600), () =>
            {
                if (Reaches(from, to))
                {
                    arrive();
                }
            });
        }
    }

    private void Send(NodeId from, NodeId to, ShardId shard, RaftMessage message)
    {
        world.Note(((ulong)world.Now << 16) ^ ((ulong)from.Value << 8) ^ to.Value ^ ((ulong)message.Kind << 60));
        rules.Say(shard, message);
        if (message.Kind == RaftMessageKind.VoteAnswer && message.IsAccepted && world.Random.OneIn(6) && !world.IsHealing)
        {
            LoseVoterAfterVote(from, to);
        }

        if (!_nodes.ContainsKey(to) || (LosesOneIn > 0 && world.Random.OneIn(LosesOneIn)))
        {
            return;
        }

        if (bug == NodeBug.OfferTakenThoughTheLogHasMore && message.Kind == RaftMessageKind.Heartbeat && message.Commit.Value > 0 && world.Random.OneIn(20))
        {
            var beyond = new LogIndex(message.Commit.Value + Fetcher.Forged);
            Deliver(from, to, shard, RaftMessage.SnapshotOffer(message.From, message.To, message.Term, beyond, message.Term), world.Between(50, 600));
        }

        Deliver(from, to, shard, Forge(message), world.Random.OneIn(40) ? world.Between(1_000, 60_000) : world.Between(50, 600));
        if (world.Random.OneIn(50))
        {
            Deliver(from, to, shard, message, world.Between(50, 60_000));
        }
        else if (message.Kind == RaftMessageKind.Vote)
        {
            // Long after the election: who voted in that term must remember it.
            Deliver(from, to, shard, message, world.Between(100_000, 400_000));
        }
    }

    /// <summary>A voter crashes in the moment after it voted, comes back, and does not hear of whom it elected.</summary>
    private void LoseVoterAfterVote(NodeId voter, NodeId candidate)
    {
        world.Hit(NodeProbe.VoterCrashedAfterVote);
        _nodes[voter].CrashSoon();
        Cut(candidate, voter);
        world.After(world.Between(200_000, 500_000), Mend);
    }

    private void Deliver(NodeId from, NodeId to, ShardId shard, RaftMessage message, long delay)
    {
        world.After(delay, () =>
        {
            if (Reaches(from, to))
            {
                _nodes[to].Receive(shard, from, message);
            }
        });
    }

    /// <summary>Nodes do not speak to one that they know was removed.</summary>
    private bool Reaches(NodeId from, NodeId to) =>
        !_cut.Contains((from, to)) && !IsAlone(from) && !IsAlone(to) && _nodes[to].IsUp && _nodes[to].SpeaksTo(from) && _nodes[from].SpeaksTo(to);

    private bool IsAlone(NodeId node) => world.Now < _aloneUntil.GetValueOrDefault(node);

    private RaftMessage Forge(in RaftMessage message) => (bug, message.Kind) switch
    {
        (NodeBug.ForgedVote, RaftMessageKind.VoteAnswer) => RaftMessage.VoteAnswer(message.From, message.To, message.Term, true),
        (NodeBug.ForgedVote, RaftMessageKind.PreVoteAnswer) => RaftMessage.PreVoteAnswer(message.From, message.To, message.Term, true),
        (NodeBug.ForgedAcknowledgement, RaftMessageKind.AppendAnswer) when message.IsAccepted =>
            RaftMessage.Appended(message.From, message.To, message.Term, message.Index.Next),
        (NodeBug.EarlyCommit, RaftMessageKind.Append) when !message.Entries.IsEmpty => RaftMessage.Append(
            message.From, message.To, message.Term, message.Index, message.LogTerm, message.Entries.Span[^1].Index, message.Entries),
        _ => message,
    };

    private sealed class Wire(Network network, Node from, int incarnation) : IReplicaTransport
    {
        public void Send(NodeId to, ShardId shard, in RaftMessage message)
        {
            if (from.IsAlive(incarnation))
            {
                network.Send(from.Id, to, shard, message);
            }
        }
    }
}
