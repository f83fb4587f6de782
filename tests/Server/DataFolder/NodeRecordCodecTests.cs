using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Server.DataFolder;
using Nacre.Server.Tests.Support;

namespace Nacre.Server.Tests.DataFolder;

/// <summary>The node file's bytes: <c>docs/formats/node.md</c>.</summary>
[TestFixture]
public sealed class NodeRecordCodecTests
{
    private static NodeRecord Clean { get; } = new(
        NodeState.Clean,
        new ClusterId(UInt128.MaxValue / 3),
        new NodeId(7),
        DataShards: 2,
        CreatedMs: 1_790_000_000_123,
        Starts: 5,
        KeyRingGeneration: 11,
        [
            new ShardPoint(ShardId.Control, new LogIndex(9), new Term(2), new LogIndex(9), 0xDEAD),
            new ShardPoint(new ShardId(1), new LogIndex(ulong.MaxValue), new Term(3), new LogIndex(70), 1),
            new ShardPoint(new ShardId(2), default, default, default, ulong.MaxValue),
        ]);

    [Test]
    public void Encode_CleanNode_IsTheGoldenFile() => Golden.Check("node-v1.bin", NodeRecordCodec.Encode(Clean));

    [Test]
    public void Decode_WhatWasEncoded_IsTheSame()
    {
        NodeRecord read = NodeRecordCodec.Decode(NodeRecordCodec.Encode(Clean)).Value;

        Assert.That(read with { Points = [] }, Is.EqualTo(Clean with { Points = [] }));
        Assert.That(read.Points, Is.EqualTo(Clean.Points));
    }

    [Test]
    public void Decode_AnyBitFlipped_IsRefused()
    {
        byte[] file = NodeRecordCodec.Encode(Clean);

        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            byte[] damaged = [.. file];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(NodeRecordCodec.Decode(damaged).IsOk, Is.False, $"bit {bit}");
        }
    }

    [Test]
    public void Decode_AnyTruncation_IsCorrupt()
    {
        byte[] file = NodeRecordCodec.Encode(Clean);

        for (int length = 0; length < file.Length; length++)
        {
            Assert.That(NodeRecordCodec.Decode(file.AsSpan(0, length)).Error?.Code, Is.EqualTo(ErrorCode.Corrupt), $"length {length}");
        }
    }

    [Test]
    public void Decode_LaterVersion_IsUnsupported()
    {
        byte[] file = NodeRecordCodec.Encode(Clean);
        file[8] = 2;

        Assert.That(NodeRecordCodec.Decode(file).Error?.Code, Is.EqualTo(ErrorCode.Unsupported));
    }
}
