using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Forwarding;
using Nacre.Replication.Tests.Doubles;

namespace Nacre.Replication.Tests.Forwarding;

/// <summary>Proposals on any node: those that the own replica does not lead go to the node that does, each at most once.</summary>
[TestFixture]
internal sealed class ForwardingProposerTests
{
    private static readonly ForwardingOptions Options = new() { Patience = TimeSpan.FromSeconds(3), LookAgainAfter = TimeSpan.FromMilliseconds(50) };

    [Test]
    public async Task Propose_OnAFollower_IsAppliedOnceThroughTheLeader()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        var carrier = new Carrier(cluster);
        uint follower = cluster.Nodes.Keys.First(node => node != leader);

        Result<CommandOutcome> outcome = await ProposeAsync(cluster, follower, carrier, 7);

        Assert.That(outcome.Error, Is.Null);
        Assert.That(carrier.Sent, Is.EqualTo(new[] { new NodeId(leader) }));
        Assert.That(cluster.Nodes[leader].Machine.Commands, Is.EqualTo(new[] { new byte[] { 7 } }));
    }

    [Test]
    public async Task Propose_OnTheLeader_IsForwardedToNobody()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        var carrier = new Carrier(cluster);

        Assert.That((await ProposeAsync(cluster, leader, carrier, 7)).Error, Is.Null);
        Assert.That(carrier.Sent, Is.Empty);
    }

    [TestCase(ErrorCode.OutcomeUnknown)]
    [TestCase(ErrorCode.Overloaded)]
    [TestCase(ErrorCode.DiskFull)]
    public async Task Propose_AnswerThatDoesNotSayThatAnotherMayTakeIt_IsNotSentAgain(ErrorCode code)
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        var carrier = new Carrier(cluster) { Answers = _ => new NacreError(code, "said the leader") };
        uint follower = cluster.Nodes.Keys.First(node => node != leader);

        Assert.That((await ProposeAsync(cluster, follower, carrier, 7)).Error?.Code, Is.EqualTo(code));
        Assert.That(carrier.Sent, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Propose_NodeThatNoLongerLeads_IsSentToTheNextThatDoes()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        int refusals = 2;
        var carrier = new Carrier(cluster)
        {
            Answers = _ => refusals-- > 0 ? new NacreError(ErrorCode.NotLeader, "not any more") : null,
        };
        uint follower = cluster.Nodes.Keys.First(node => node != leader);

        Assert.That((await ProposeAsync(cluster, follower, carrier, 7)).Error, Is.Null);
        Assert.That(carrier.Sent, Has.Count.EqualTo(3));
        Assert.That(cluster.Nodes[leader].Machine.Commands, Is.EqualTo(new[] { new byte[] { 7 } }));
    }

    [Test]
    public async Task Propose_WithoutALeader_IsRefusedAfterItsPatienceWithNothingDone()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        var carrier = new Carrier(cluster);

        Result<CommandOutcome> outcome = await ProposeAsync(cluster, 1, carrier, 7);

        Assert.That(outcome.Error?.Code, Is.EqualTo(ErrorCode.Unavailable));
        Assert.That(outcome.Error?.Retry, Is.EqualTo(RetryRule.Safe));
        Assert.That(carrier.Sent, Is.Empty);
    }

    [Test]
    public async Task Propose_WhoseDeadlinePassesBeforeALeaderIsFound_SaysThatNothingHappened()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        using var deadline = new CancellationTokenSource();
        Task<Result<CommandOutcome>> proposed = Begin(cluster, 1, new Carrier(cluster), 7, deadline.Token);
        cluster.Run();
        await deadline.CancelAsync();

        Assert.That((await cluster.SettleAsync(proposed)).Error?.Code, Is.EqualTo(ErrorCode.DeadlineExceeded));
    }

    [Test]
    public async Task Propose_OfTheControlShard_IsAnsweredOnceItIsAppliedHere()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync(shard: ShardId.Control);
        uint leader = cluster.Elect();
        uint follower = cluster.Nodes.Keys.First(node => node != leader);
        cluster.Loses = (_, to, _) => to.Value == follower;
        Task<Result<CommandOutcome>> proposed = Begin(cluster, follower, new Carrier(cluster), 7, CancellationToken.None, EntryKind.Control);
        for (int tick = 0; tick < 20; tick++)
        {
            cluster.Tick();
            await Task.Yield();
        }

        Assert.That(cluster.Nodes[leader].Machine.Commands, Has.Count.EqualTo(1));
        Assert.That(proposed.IsCompleted, Is.False, "a node that has not applied it does not find the change in its catalogue");

        cluster.Loses = (_, _, _) => false;
        for (int tick = 0; tick < 200 && !proposed.IsCompleted; tick++)
        {
            cluster.Tick();
            await Task.Yield();
        }

        Assert.That((await cluster.SettleAsync(proposed)).Error, Is.Null);
        Assert.That(cluster.Nodes[follower].Machine.Commands, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Take_BytesThatAreNoEntryOfTheShard_AreRefused()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        var proposals = new ForwardedProposals(shard => shard == ReplicaCluster.Shard ? cluster[leader] : null);
        byte[] control = EntryCodec.Encode(new EntryHeader { Kind = EntryKind.Control }, [1]);
        byte[] configuration = EntryCodec.Encode(new EntryHeader { Kind = EntryKind.Configuration }, [1]);

        foreach (byte[] entry in (byte[][])[[], new byte[10], control, configuration])
        {
            Result<ForwardedOutcome> taken = await proposals.TakeAsync(new ForwardedProposal(ReplicaCluster.Shard, entry, false), default);
            Assert.That(taken.Error?.Code, Is.EqualTo(ErrorCode.Malformed));
        }

        Result<ForwardedOutcome> elsewhere = await proposals.TakeAsync(new ForwardedProposal(new ShardId(99), control, false), default);
        Assert.That(elsewhere.Error?.Code, Is.EqualTo(ErrorCode.NotLeader));
        Assert.That(cluster.Nodes[leader].Machine.Commands, Is.Empty);
    }

    /// <summary>Lets time pass in small steps until the proposal is answered.</summary>
    private static async Task<Result<CommandOutcome>> ProposeAsync(ReplicaCluster cluster, uint node, Carrier carrier, byte command)
    {
        Task<Result<CommandOutcome>> proposed = Begin(cluster, node, carrier, command, CancellationToken.None);
        for (int step = 0; step < 200 && !proposed.IsCompleted; step++)
        {
            cluster.Run();
            await Task.Yield();
            cluster.Time.Advance(TimeSpan.FromMilliseconds(25));
        }

        return await cluster.SettleAsync(proposed);
    }

    private static Task<Result<CommandOutcome>> Begin(ReplicaCluster cluster, uint node, Carrier carrier, byte command, CancellationToken cancellationToken, EntryKind kind = EntryKind.Data) =>
        new ForwardingProposer(cluster.Nodes[node].Slot, carrier, Options, cluster.Time)
            .ProposeAsync(new Proposal(new EntryHeader { Kind = kind }, new[] { command }), cancellationToken).AsTask();

    /// <summary>Brings proposals to the other replicas of the cluster.</summary>
    private sealed class Carrier(ReplicaCluster cluster) : IProposalCarrier
    {
        private readonly List<NodeId> _sent = [];

        public IReadOnlyList<NodeId> Sent => _sent;

        /// <summary>What is answered without anybody being asked; null: the node's own answer.</summary>
        public Func<NodeId, NacreError?> Answers { get; init; } = _ => null;

        public ValueTask<Result<ForwardedOutcome>> CarryAsync(NodeId to, ForwardedProposal proposal, CancellationToken cancellationToken)
        {
            _sent.Add(to);
            return Answers(to) is { } error
                ? ValueTask.FromResult<Result<ForwardedOutcome>>(error)
                : new ForwardedProposals(_ => cluster[to.Value]).TakeAsync(proposal, cancellationToken);
        }
    }
}
