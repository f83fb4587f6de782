using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Ids;
using Nacre.Replication.Membership;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Tests.Membership;

/// <summary>What a shard's leader changes next, by what the catalogue says of the nodes.</summary>
[TestFixture]
internal sealed class ReplicaPlanTests
{
    [Test]
    public void Next_SetThatIsAsWanted_IsNothing() =>
        Assert.That(Next(Set("1 2 3"), Nodes("1v 2v 3v")), Is.Null);

    [Test]
    public void Next_ClusterWithoutNodes_IsNothing() =>
        Assert.That(Next(Set("1"), []), Is.Null);

    [Test]
    public void Next_NewNodes_JoinAsLearnersTheLowestFirst()
    {
        Assert.That(Next(Set("1"), Nodes("1v 2l 3l")), Is.EqualTo(ReplicaSetChange.AddLearner(new ReplicaId(2), new NodeId(2))));
        Assert.That(Next(Set("1 +2"), Nodes("1v 2v 3v"), caughtUp: 2), Is.EqualTo(ReplicaSetChange.AddLearner(new ReplicaId(3), new NodeId(3))));
    }

    [Test]
    public void Next_OneOfTwoLearnersReady_WaitsForTheOther()
    {
        Assert.That(Next(Set("1 +2 +3"), Nodes("1v 2v 3v"), caughtUp: 2), Is.Null, "two voters stand no loss, one alone stands its own");
        Assert.That(Next(Set("1 +2 +3"), Nodes("1v 2v 3v"), 2, 3), Is.EqualTo(ReplicaSetChange.Promote(new ReplicaId(2))));
        Assert.That(Next(Set("1 2 +3"), Nodes("1v 2v 3v"), caughtUp: 3), Is.EqualTo(ReplicaSetChange.Promote(new ReplicaId(3))), "the number is even already");
    }

    [Test]
    public void Next_SingleLearnerThatIsToVote_GetsItsVote() =>
        Assert.That(Next(Set("1 2 3 +4"), Nodes("1v 2v 3v 4v"), caughtUp: 4), Is.EqualTo(ReplicaSetChange.Promote(new ReplicaId(4))));

    [Test]
    public void Next_NodeThatWasRemoved_LeavesBeforeAnybodyJoins() =>
        Assert.That(Next(Set("1 2 3"), Nodes("1v 2v 3x 4v")), Is.EqualTo(ReplicaSetChange.Remove(new ReplicaId(3))));

    [Test]
    public void Next_NodeThatWasRemovedBeforeItJoined_IsPassedOver() =>
        Assert.That(Next(Set("1"), Nodes("1v 2x 3l")), Is.EqualTo(ReplicaSetChange.AddLearner(new ReplicaId(3), new NodeId(3))));

    [Test]
    public void Next_VoterThatIsToLearn_LosesItsVoteButNeverTheLastOne()
    {
        Assert.That(Next(Set("1 2"), Nodes("1v 2l")), Is.EqualTo(ReplicaSetChange.Demote(new ReplicaId(2))));
        Assert.That(Next(Set("1"), Nodes("1l")), Is.Null);
    }

    [TestCase("1v 2l", 5, "")]
    [TestCase("1v 2l 3l", 5, "2 3")]
    [TestCase("1v 2v 3v 4l", 5, "")]
    [TestCase("1v 2v 3x 4l", 5, "4")]
    [TestCase("1v 2v 3v 4l 5l", 3, "")]
    [TestCase("1v 2d 3l", 5, "3")]
    public void NextVoters_KeepTheirNumberOdd(string nodes, int most, string expected) =>
        Assert.That(string.Join(' ', ReplicaPlan.NextVoters(Nodes(nodes), most).Select(node => node.Id)), Is.EqualTo(expected));

    [Test]
    public void PreferredLeader_OfManyShards_IsSpreadOverActiveVoters()
    {
        IReadOnlyList<ClusterNode> nodes = Nodes("1v 2v 3d 4l 5v");
        var led = Enumerable.Range(0, 12).CountBy(shard => ReplicaPlan.PreferredLeader(new ShardId((uint)shard), nodes)).ToDictionary();

        Assert.That(led, Is.EquivalentTo(new Dictionary<NodeId, int> { [new(1)] = 4, [new(2)] = 4, [new(5)] = 4 }));
        Assert.That(ReplicaPlan.PreferredLeader(ShardId.Control, Nodes("1d")), Is.EqualTo(default(NodeId)));
    }

    [Test]
    public void Next_FromAnySetToAnyWish_ArrivesAndNeverLeavesTheShardWithoutAVoter()
    {
        var random = new Random(11);
        for (int round = 0; round < 2_000; round++)
        {
            int count = random.Next(1, 7);
            IReadOnlyList<ClusterNode> nodes = Nodes(string.Join(' ', Enumerable.Range(1, count).Select(id => $"{id}{(id == 1 ? 'v' : "vlxd"[random.Next(4)])}")));
            ReplicaSet set = Set("1");
            int steps = 0;
            while (ReplicaPlan.Next(set, nodes, _ => true) is { } change)
            {
                set = Apply(set, change);
                Assert.That(set.Voters, Is.GreaterThan(0));
                Assert.That(++steps, Is.LessThan(40), "it comes to an end");
            }

            Assert.That(
                set.Members.Select(member => (member.Node, member.Kind)),
                Is.EqualTo(nodes.Where(node => node.State != ClusterNodeState.Removed).Select(node => (node.Id, node.Kind))));
        }
    }

    private static ReplicaSet Apply(ReplicaSet set, in ReplicaSetChange change) => change.Kind switch
    {
        ReplicaSetChangeKind.AddLearner => set.With(new Replica(change.Id, change.Node, ReplicaKind.Learner)),
        ReplicaSetChangeKind.Promote => set.With(change.Id, ReplicaKind.Voter),
        ReplicaSetChangeKind.Demote => set.With(change.Id, ReplicaKind.Learner),
        _ => set.Without(change.Id),
    };

    private static ReplicaSetChange? Next(ReplicaSet set, IReadOnlyList<ClusterNode> nodes, params uint[] caughtUp) =>
        ReplicaPlan.Next(set, nodes, id => caughtUp.Contains((uint)id.Value));

    /// <summary>Voters by their ids, learners with a plus.</summary>
    private static ReplicaSet Set(string text)
    {
        Replica[] members = [.. text.Split(' ').Select(word => word.StartsWith('+')
            ? new Replica(new ReplicaId(ulong.Parse(word[1..])), new NodeId(uint.Parse(word[1..])), ReplicaKind.Learner)
            : new Replica(new ReplicaId(ulong.Parse(word)), new NodeId(uint.Parse(word)), ReplicaKind.Voter))];
        return new ReplicaSet(new ReplicaSetGeneration(1), members[^1].Id, [.. members]);
    }

    /// <summary>Ids with v for voters, l for learners, d for draining voters, x for removed.</summary>
    private static IReadOnlyList<ClusterNode> Nodes(string text) =>
    [
        .. text.Split(' ').Select(word => new ClusterNode(
            new NodeId(uint.Parse(word[..^1])), new RegionId(1), $"n{word}:1", $"https://n{word}:2",
            word[^1] switch { 'd' => ClusterNodeState.Draining, 'x' => ClusterNodeState.Removed, _ => ClusterNodeState.Active },
            word[^1] is 'l' ? ReplicaKind.Learner : ReplicaKind.Voter, default, new Sequence(1))),
    ];
}
