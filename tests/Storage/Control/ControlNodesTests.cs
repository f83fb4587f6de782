using System.Text;
using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Control;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;

namespace Nacre.Storage.Tests.Control;

/// <summary>Nodes and join tokens: refusals one by one, then random histories against a model.</summary>
[TestFixture]
public sealed class ControlNodesTests
{
    private static readonly byte[] Hash = new byte[32];

    private static readonly Gen<Action<Pair>> Step = Gen.Frequency(
        (1, Gen.Const((Action<Pair>)(pair => pair.Found()))),
        (4, Gen.Select(Gen.UInt[1, 4], Gen.Int[1, 50], (id, minutes) => (Action<Pair>)(pair => pair.Token(id, minutes)))),
        (1, Gen.UInt[1, 4].Select(id => (Action<Pair>)(pair => pair.Withdraw(id)))),
        (6, Gen.Select(Gen.UInt[1, 4], Gen.UInt[0, 3], Gen.Bool, (token, address, votes) => (Action<Pair>)(pair => pair.Join(token, address, votes)))),
        (6, Gen.Select(Gen.UInt[1, 6], Gen.UInt[0, 3], Gen.Enum<ClusterNodeState>(), Gen.Bool, (node, address, state, votes) =>
            (Action<Pair>)(pair => pair.Set(node, address, state, votes)))),
        (2, Gen.Int[1, 40].Select(minutes => (Action<Pair>)(pair => pair.Bench.Now += TimeSpan.FromMinutes(minutes)))),
        (1, Gen.Const((Action<Pair>)(pair => pair.Bench.Machine.BeginCheckpoint().GetAwaiter().GetResult()))),
        (1, Gen.ULong.Select(seed => (Action<Pair>)(pair => pair.Crash(seed)))));

    private ControlBench _bench = null!;

    [SetUp]
    public void Found()
    {
        _bench = ControlBench.Created();
        Assert.That(Run(Founder()), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void Machine_OfAnyCommandsAndCrashes_EqualsTheModel() => Step.Array[1, 60].Sample(
        steps =>
        {
            var pair = new Pair();
            foreach (Action<Pair> step in steps)
            {
                step(pair);
                pair.Compare();
            }
        },
        iter: 400);

    [Test]
    public void AddNode_WithAToken_GetsTheNextIdAndUsesItUp()
    {
        Token(1);
        CommandOutcome outcome = _bench.Run(Joining(1, "b"));

        Assert.That(outcome.Code, Is.EqualTo(ErrorCode.None));
        Assert.That(ControlResult.IdOf(outcome.Detail.Span), Is.EqualTo(2));
        Assert.That(_bench.Catalog.JoinTokens, Is.Empty);
        Assert.That(_bench.Catalog.FindNode(new NodeId(2)), Is.EqualTo(new ClusterNode(
            new NodeId(2), new RegionId(1), "b:1", "https://b:2", ClusterNodeState.Active, ReplicaKind.Voter, _bench.Now, _bench.Machine.AppliedSequence)));
        Refused(Joining(1, "c"), ErrorCode.Forbidden, "nacre node token");
    }

    [Test]
    public void AddNode_AgainWithTheSameKey_GivesTheSameNodeUntilTheTokenExpiresOrTheNodeIsRemoved()
    {
        AddNode joining = Joining(1, "b") with { KeyHash = Key(1) };
        Token(1);
        Assert.That(IdOf(_bench.Run(joining)), Is.EqualTo(2));
        Catalog joined = _bench.Catalog;
        Assert.That(IdOf(_bench.Run(joining)), Is.EqualTo(2), "its answer was lost");
        Assert.That(_bench.Catalog.Nodes, Is.EqualTo(joined.Nodes));

        Refused(joining with { KeyHash = Key(2) }, ErrorCode.Forbidden, "was used");
        Refused(joining with { KeyHash = default }, ErrorCode.Forbidden, "was used");
        Refused(joining with { KeyHash = new byte[31] }, ErrorCode.Malformed, "SHA-256");
        Refused(new RemoveJoinToken(1), ErrorCode.NotFound, "used");
        Token(2);
        Assert.That(IdOf(_bench.Run(Joining(2, "c") with { KeyHash = Key(1) })), Is.EqualTo(3), "another token, another node");
        Assert.That(Run(Set(2, ClusterNodeState.Removed)), Is.EqualTo(ErrorCode.None));
        Refused(joining, ErrorCode.Forbidden, "was used");
        Refused(Founder() with { KeyHash = Key(1) }, ErrorCode.Malformed, "SHA-256");

        _bench.Restart();
        Assert.That(IdOf(_bench.Run(Joining(2, "c") with { KeyHash = Key(1) })), Is.EqualTo(3));
        _bench.Now += TimeSpan.FromHours(1);
        Refused(Joining(2, "c") with { KeyHash = Key(1) }, ErrorCode.TokenExpired, "over");
    }

    [Test]
    public void CreateJoinToken_BesideUsedOnes_CountsOnlyTheOthersAndForgetsTheOldestOfTooMany()
    {
        for (uint i = 1; i <= JoinTokenRecord.MaxTokens + 1; i++)
        {
            Token(i);
            Assert.That(Run(Joining(i, "b") with { KeyHash = Key(i) }), Is.EqualTo(ErrorCode.None));
            Assert.That(Run(Set(i + 1, ClusterNodeState.Removed)), Is.EqualTo(ErrorCode.None));
        }

        Assert.That(_bench.Catalog.JoinTokens.Select(token => (uint)token.Id), Is.EqualTo(Enumerable.Range(2, JoinTokenRecord.MaxTokens)));
        Token(99);
    }

    [Test]
    public void AddNode_Refusals_AreTold()
    {
        Token(1);
        Refused(Founder(), ErrorCode.AlreadyExists, "token");
        Refused(Joining(2, "b"), ErrorCode.Forbidden, "nacre node token");
        Refused(Joining(1, "b") with { Node = new NodeId(2) }, ErrorCode.Malformed, "gets its id");
        Refused(Joining(1, "b") with { Region = default }, ErrorCode.Malformed, "region");
        Refused(Joining(1, "b") with { Replicas = (ReplicaKind)9 }, ErrorCode.Malformed, "vote");
        Refused(Joining(1, "b") with { PeerEndpoint = "b" }, ErrorCode.Malformed, "HOST:PORT");
        Refused(Joining(1, "b") with { ClientEndpoint = "b:2" }, ErrorCode.Malformed, "https://");
        Refused(Joining(1, "b") with { PeerEndpoint = "a:1" }, ErrorCode.AlreadyExists, "Node 1 has the address a:1");
        Refused(Joining(1, "b") with { ClientEndpoint = "https://a:2" }, ErrorCode.AlreadyExists, "Node 1 has the address https://a:2");
        _bench.Now += TimeSpan.FromHours(1);
        Refused(Joining(1, "b"), ErrorCode.TokenExpired, "nacre node token");
    }

    [Test]
    public void AddNode_ToAClusterWithoutNodes_IsForTheFounderAlone()
    {
        _bench = ControlBench.Created();
        Token(1);

        Refused(Joining(1, "b"), ErrorCode.PreconditionFailed, "--node-listen");
        Refused(Founder() with { Node = new NodeId(2) }, ErrorCode.Malformed, "node 1");
        Refused(Founder() with { Replicas = ReplicaKind.Learner }, ErrorCode.Malformed, "votes");
    }

    [Test]
    public void AddNode_OneTooMany_IsTooLargeUntilOneIsRemoved()
    {
        for (uint i = 2; i <= ClusterNode.MaxNodes; i++)
        {
            Token(i);
            Assert.That(Run(Joining(i, $"n{i}")), Is.EqualTo(ErrorCode.None));
        }

        Token(1);
        Refused(Joining(1, "more"), ErrorCode.TooLarge, "Remove");
        Assert.That(Run(Set(2, ClusterNodeState.Removed)), Is.EqualTo(ErrorCode.None));
        Assert.That(Run(Joining(1, "n2")), Is.EqualTo(ErrorCode.None), "the removed one's address is free");
        Assert.That(_bench.Catalog.Nodes[^1].Id, Is.EqualTo(new NodeId(65)));
    }

    [Test]
    public void SetNode_Refusals_AreTold()
    {
        Token(1);
        _bench.Run(Joining(1, "b"));

        Refused(Set(1, ClusterNodeState.Active) with { Node = new NodeId(3) }, ErrorCode.NotFound, "no node 3");
        Refused(Set(2, ClusterNodeState.Draining) with { Expected = new Sequence(1) }, ErrorCode.PreconditionFailed, "changed");
        Refused(Set(2, (ClusterNodeState)4), ErrorCode.Malformed, "removed");
        Refused(Set(2, ClusterNodeState.Active) with { Replicas = default }, ErrorCode.Malformed, "vote");
        Refused(Set(2, ClusterNodeState.Active) with { PeerEndpoint = "" }, ErrorCode.Malformed, "HOST:PORT");
        Refused(Set(2, ClusterNodeState.Active) with { PeerEndpoint = "a:1" }, ErrorCode.AlreadyExists, "Node 1");
    }

    [Test]
    public void SetNode_ToRemoved_IsFinal()
    {
        Token(1);
        _bench.Run(Joining(1, "b"));
        Assert.That(Run(Set(2, ClusterNodeState.Removed)), Is.EqualTo(ErrorCode.None));

        Refused(Set(2, ClusterNodeState.Active), ErrorCode.PreconditionFailed, "final");
        Refused(Set(2, ClusterNodeState.Removed), ErrorCode.PreconditionFailed, "final");
    }

    [TestCase(ClusterNodeState.Draining, ReplicaKind.Voter)]
    [TestCase(ClusterNodeState.Removed, ReplicaKind.Voter)]
    [TestCase(ClusterNodeState.Active, ReplicaKind.Learner)]
    public void SetNode_OfTheLastActiveVoter_IsRefused(ClusterNodeState state, ReplicaKind replicas)
    {
        Token(1);
        _bench.Run(Joining(1, "b") with { Replicas = ReplicaKind.Learner });

        Refused(Set(1, state) with { Replicas = replicas }, ErrorCode.PreconditionFailed, "last active");
        Assert.That(Run(Set(2, ClusterNodeState.Active) with { Replicas = ReplicaKind.Voter }), Is.EqualTo(ErrorCode.None), "promoted");
        Assert.That(Run(Set(1, state) with { Replicas = replicas }), Is.EqualTo(ErrorCode.None));
    }

    [Test]
    public void CreateJoinToken_Refusals_AreTold()
    {
        Token(1);
        Refused(new CreateJoinToken(0, Hash, _bench.Now.AddHours(1)), ErrorCode.Malformed, "id");
        Refused(new CreateJoinToken(2, new byte[31], _bench.Now.AddHours(1)), ErrorCode.Malformed, "SHA-256");
        Refused(new CreateJoinToken(2, Hash, _bench.Now), ErrorCode.Malformed, "some time");
        Refused(new CreateJoinToken(2, Hash, _bench.Now + JoinTokenRecord.MaxLifetime + TimeSpan.FromTicks(1)), ErrorCode.Malformed, "7 days");
        Refused(new CreateJoinToken(1, Hash, _bench.Now.AddHours(1)), ErrorCode.AlreadyExists, "already");
        Refused(new RemoveJoinToken(2), ErrorCode.NotFound, "expired");
        for (uint i = 2; i <= JoinTokenRecord.MaxTokens; i++)
        {
            Token(i);
        }

        Refused(new CreateJoinToken(99, Hash, _bench.Now.AddHours(1)), ErrorCode.TooLarge, "64");
        _bench.Now += TimeSpan.FromHours(1);
        Token(99);
        Assert.That(_bench.Catalog.JoinTokens.Single().Id, Is.EqualTo((UInt128)99), "expired ones go");
    }

    private static AddNode Founder() => new(0, AddNode.Founder, new RegionId(1), "a:1", "https://a:2", ReplicaKind.Voter);

    private static AddNode Joining(UInt128 token, string host) =>
        new(token, default, new RegionId(1), $"{host}:1", $"https://{host}:2", ReplicaKind.Voter);

    private static byte[] Key(uint number) => [.. Enumerable.Repeat((byte)number, AddNode.KeyHashBytes)];

    private static ulong IdOf(CommandOutcome outcome) => outcome.Code == ErrorCode.None ? ControlResult.IdOf(outcome.Detail.Span) : 0;

    private SetNode Set(uint node, ClusterNodeState state)
    {
        ClusterNode there = _bench.Catalog.FindNode(new NodeId(node))!;
        return new SetNode(there.Id, there.PeerEndpoint, there.ClientEndpoint, state, there.Kind, there.Version);
    }

    private void Token(uint id) => Assert.That(Run(new CreateJoinToken(id, Hash, _bench.Now.AddHours(1))), Is.EqualTo(ErrorCode.None));

    private void Refused(ControlCommand command, ErrorCode code, string says)
    {
        Catalog before = _bench.Catalog;
        CommandOutcome outcome = _bench.Run(command);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcome.Code, Is.EqualTo(code), $"{command}");
            Assert.That(Encoding.UTF8.GetString(outcome.Detail.Span), Does.Contain(says));
            Assert.That(_bench.Catalog.Nodes, Is.EqualTo(before.Nodes));
            Assert.That(_bench.Catalog.JoinTokens, Is.EqualTo(before.JoinTokens));
        }
    }

    private ErrorCode Run(ControlCommand command) => _bench.Run(command).Code;

    /// <summary>The machine and a model made of dictionaries, side by side.</summary>
    private sealed class Pair
    {
        private readonly SortedDictionary<uint, (uint Address, ClusterNodeState State, bool Votes)> _nodes = [];
        private readonly SortedDictionary<uint, DateTimeOffset> _tokens = [];

        public ControlBench Bench { get; } = ControlBench.Created();

        public void Found()
        {
            ErrorCode expected = _nodes.TryAdd(1u, (0u, ClusterNodeState.Active, true)) ? ErrorCode.None : ErrorCode.AlreadyExists;
            Run(new AddNode(0, AddNode.Founder, new RegionId(1), Peer(0), Client(0), ReplicaKind.Voter), expected);
            if (expected == ErrorCode.None)
            {
                Forget();
            }
        }

        public void Token(uint id, int minutes)
        {
            DateTimeOffset expires = Bench.Now.AddMinutes(minutes);
            bool isThere = _tokens.TryGetValue(id, out DateTimeOffset there) && there > Bench.Now;
            Run(new CreateJoinToken(id, Hash, expires), isThere ? ErrorCode.AlreadyExists : ErrorCode.None);
            if (!isThere)
            {
                Forget();
                _tokens.Add(id, expires);
            }
        }

        public void Withdraw(uint id) => Run(new RemoveJoinToken(id), _tokens.Remove(id) ? ErrorCode.None : ErrorCode.NotFound);

        public void Join(uint token, uint address, bool votes)
        {
            ErrorCode expected = _nodes.Count == 0 ? ErrorCode.PreconditionFailed
                : !_tokens.TryGetValue(token, out DateTimeOffset expires) ? ErrorCode.Forbidden
                : expires <= Bench.Now ? ErrorCode.TokenExpired
                : IsTaken(0, address) ? ErrorCode.AlreadyExists : ErrorCode.None;
            Run(new AddNode(token, default, new RegionId(1), Peer(address), Client(address), Kind(votes)), expected);
            if (expected == ErrorCode.None)
            {
                _nodes.Add(_nodes.Keys.Max() + 1, (address, ClusterNodeState.Active, votes));
                _tokens.Remove(token);
                Forget();
            }
        }

        public void Set(uint node, uint address, ClusterNodeState state, bool votes)
        {
            bool isThere = _nodes.TryGetValue(node, out (uint Address, ClusterNodeState State, bool Votes) before);
            bool leavesOne = (state == ClusterNodeState.Active && votes) ||
                _nodes.Any(other => other.Key != node && other.Value is { State: ClusterNodeState.Active, Votes: true });
            ErrorCode expected = !isThere ? ErrorCode.NotFound
                : before.State == ClusterNodeState.Removed ? ErrorCode.PreconditionFailed
                : IsTaken(node, address) ? ErrorCode.AlreadyExists
                : leavesOne ? ErrorCode.None : ErrorCode.PreconditionFailed;
            Sequence version = Bench.Catalog.FindNode(new NodeId(node))?.Version ?? default;
            Run(new SetNode(new NodeId(node), Peer(address), Client(address), state, Kind(votes), version), expected);
            if (expected == ErrorCode.None)
            {
                _nodes[node] = (address, state, votes);
            }
        }

        public void Crash(ulong seed)
        {
            Bench.Files.Crash();
            Bench.Files = Bench.Files.Reboot(seed);
            Bench.Restart();
        }

        public void Compare()
        {
            Assert.That(
                Bench.Catalog.Nodes.Select(node => (node.Id.Value, node.PeerEndpoint, node.ClientEndpoint, node.State, node.Kind)),
                Is.EqualTo(_nodes.Select(node => (node.Key, Peer(node.Value.Address), Client(node.Value.Address), node.Value.State, Kind(node.Value.Votes)))));
            Assert.That(Bench.Catalog.JoinTokens.Select(token => ((uint)token.Id, token.Expires)), Is.EqualTo(_tokens.Select(token => (token.Key, token.Value))));
        }

        private static string Peer(uint address) => $"host-{address}:1";

        private static string Client(uint address) => $"https://host-{address}:2";

        private static ReplicaKind Kind(bool votes) => votes ? ReplicaKind.Voter : ReplicaKind.Learner;

        private bool IsTaken(uint node, uint address) =>
            _nodes.Any(other => other.Key != node && other.Value.Address == address && other.Value.State != ClusterNodeState.Removed);

        private void Forget()
        {
            foreach (uint expired in _tokens.Where(token => token.Value <= Bench.Now).Select(token => token.Key).ToArray())
            {
                _tokens.Remove(expired);
            }
        }

        private void Run(ControlCommand command, ErrorCode expected) => Assert.That(Bench.Run(command).Code, Is.EqualTo(expected), $"{command}");
    }
}
