using System.Collections.Immutable;
using CsCheck;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Log;
using Nacre.Replication.Membership;
using Nacre.Server.DataFolder;
using Nacre.Server.Tests.Support;

namespace Nacre.Server.Tests.DataFolder;

/// <summary>What is remembered of other nodes: when it tells an older copy, and its bytes in <c>docs/formats/node.md</c>.</summary>
[TestFixture]
public sealed class RememberedNodeTests
{
    private static readonly ShardId Shard = new(1);

    private static ImmutableSortedDictionary<NodeId, RememberedNode> Some { get; } = ImmutableSortedDictionary<NodeId, RememberedNode>.Empty
        .Add(new NodeId(2), Node(7, Mark(3, 100, 3, 104)).With(new RememberedNode(0, RememberedNode.Nothing.Shards.Add(ShardId.Control, Mark(ulong.MaxValue, 5, 0, 0)))))
        .Add(new NodeId(9), new RememberedNode(1, RememberedNode.Nothing.Shards));

    [TestCase(4u, 3u, 100u, true, TestName = "Same")]
    [TestCase(9u, 8u, 900u, true, TestName = "Newer")]
    [TestCase(3u, 3u, 100u, false, TestName = "Fewer starts")]
    [TestCase(4u, 2u, 100u, false, TestName = "Earlier term")]
    [TestCase(4u, 3u, 99u, false, TestName = "Committed entry missing")]
    public void WhatLacks_Folder(uint starts, uint term, uint last, bool isWhole) =>
        Assert.That(Node(4, Mark(3, 100, 0, 0)).WhatLacks(starts, Log(term, last)) is null, Is.EqualTo(isWhole));

    [TestCase(5u, 104u, true, TestName = "Acknowledged in this term, and there")]
    [TestCase(5u, 103u, false, TestName = "Acknowledged in this term, and missing")]
    [TestCase(6u, 101u, true, TestName = "Acknowledged in an earlier term, and replaced since")]
    public void WhatLacks_AcknowledgedEnd(uint term, uint last, bool isWhole) =>
        Assert.That(Node(0, Mark(5, 100, 5, 104)).WhatLacks(0, Log(term, last)) is null, Is.EqualTo(isWhole));

    [Test]
    public void WhatLacks_NothingRemembered_IsNothing()
    {
        Assert.That(RememberedNode.Nothing.WhatLacks(0, new Dictionary<ShardId, ShardLogState>()), Is.Null);
        Assert.That(RememberedNode.Nothing.WhatLacks(3, Log(4, 5)), Is.Null);
    }

    [Test]
    public void WhatLacks_ShardIsGone_TellsWhichAndWhat() =>
        Assert.That(Node(1, Mark(1, 1, 0, 0)).WhatLacks(1, new Dictionary<ShardId, ShardLogState>()), Does.Contain("shard 1"));

    [Test]
    public void With_AnyOrder_IsTheSame_AndRefusesWhateverOneOfThemRefuses()
    {
        Gen<DurableMark> marks = Gen.Select(Gen.UInt[0, 4], Gen.UInt[0, 6], Gen.UInt[0, 4], Gen.UInt[0, 6]).Select(
            (term, index, led, acknowledged) => Mark(Math.Max(term, led), index, led, acknowledged));
        Gen.Select(marks, marks, Gen.UInt[0, 5], Gen.UInt[0, 7]).Sample((one, other, term, last) =>
        {
            ShardLogState log = Log(term, last)[Shard];
            bool isKept = one.With(other).IsKeptBy(log);
            return one.With(other) == other.With(one) && isKept == (one.IsKeptBy(log) && other.IsKeptBy(log));
        });
    }

    [Test]
    public void Encode_Some_IsTheGoldenFile() => Golden.Check("remembered-v1.bin", RememberedFile.Encode(Some));

    [Test]
    public void Decode_WhatWasEncoded_IsTheSame()
    {
        ImmutableSortedDictionary<NodeId, RememberedNode> read = RememberedFile.Decode(RememberedFile.Encode(Some)).Value;

        Assert.That(read.Keys, Is.EqualTo(Some.Keys));
        foreach ((NodeId id, RememberedNode node) in Some)
        {
            Assert.That(read[id].Starts, Is.EqualTo(node.Starts));
            Assert.That(read[id].Shards, Is.EqualTo(node.Shards));
        }
    }

    [Test]
    public void Decode_AnyBitFlippedOrEndCut_IsRefused()
    {
        byte[] file = RememberedFile.Encode(Some);
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            byte[] damaged = [.. file];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(RememberedFile.Decode(damaged).IsOk, Is.False, $"bit {bit}");
        }

        for (int length = 0; length < file.Length; length++)
        {
            Assert.That(RememberedFile.Decode(file.AsSpan(0, length)).Error?.Code, Is.EqualTo(ErrorCode.Corrupt), $"length {length}");
        }
    }

    private static RememberedNode Node(ulong starts, DurableMark mark) => new(starts, RememberedNode.Nothing.Shards.Add(Shard, mark));

    private static DurableMark Mark(ulong term, ulong index, ulong led, ulong acknowledged) =>
        new(new Term(term), new LogIndex(index), new Term(led), new LogIndex(acknowledged));

    private static Dictionary<ShardId, ShardLogState> Log(ulong term, ulong last) =>
        new() { [Shard] = new ShardLogState(new HardState(new Term(term), default), default, default, new LogIndex(last), new Term(term)) };
}
