using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Commands;

[TestFixture]
public sealed class ReplicaSetCodecTests
{
    private static readonly ReplicaSet Sample = new(
        new ReplicaSetGeneration(0x01020304), new ReplicaId(9),
        [
            new Replica(new ReplicaId(1), new NodeId(11), ReplicaKind.Voter),
            new Replica(new ReplicaId(3), new NodeId(13), ReplicaKind.Learner),
            new Replica(new ReplicaId(8), new NodeId(11), ReplicaKind.Voter),
        ]);

    [Test]
    public void Encode_Sample_MatchesGoldenFile() => Golden.Check("replica-set-v1.bin", ReplicaSetCodec.Encode(Sample));

    [Test]
    public void Decode_GoldenFile_GivesEveryField()
    {
        ReplicaSet set = ReplicaSetCodec.Decode(Golden.Read("replica-set-v1.bin")).Value;

        Assert.That(set.Generation, Is.EqualTo(Sample.Generation));
        Assert.That(set.LastGiven, Is.EqualTo(Sample.LastGiven));
        Assert.That(set.Members, Is.EqualTo(Sample.Members));
    }

    [Test]
    public void Decode_EmptySet_GivesItBack() =>
        Assert.That(ReplicaSetCodec.Decode(ReplicaSetCodec.Encode(ReplicaSet.Empty)).Value.Members, Is.Empty);

    [Test]
    public void Decode_EveryTruncation_IsCorrupt()
    {
        byte[] bytes = ReplicaSetCodec.Encode(Sample);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.That(ReplicaSetCodec.Decode(bytes.AsSpan(0, length)).Error?.Code, Is.EqualTo(ErrorCode.Corrupt), $"{length} bytes");
        }
    }

    [TestCase(0, 2, ErrorCode.Unsupported, TestName = "Decode_OtherVersion_IsUnsupported")]
    [TestCase(1, 33, ErrorCode.Corrupt, TestName = "Decode_TooManyMembers_IsCorrupt")]
    [TestCase(6, 7, ErrorCode.Corrupt, TestName = "Decode_MemberAboveTheLastIdGiven_IsCorrupt")]
    [TestCase(14, 3, ErrorCode.Corrupt, TestName = "Decode_IdsThatDoNotRise_IsCorrupt")]
    [TestCase(26, 3, ErrorCode.Corrupt, TestName = "Decode_UnknownKindOfMember_IsCorrupt")]
    public void Decode_OneByteWrong_IsRefused(int at, byte value, ErrorCode expected)
    {
        byte[] bytes = ReplicaSetCodec.Encode(Sample);
        bytes[at] = value;

        Assert.That(ReplicaSetCodec.Decode(bytes).Error?.Code, Is.EqualTo(expected));
    }

    [Test]
    public void Decode_AlteredBytes_GivesTheSetThatTheyAre() => Gen.Select(Gen.Int[0, 52], Gen.Byte).Sample((at, value) =>
    {
        byte[] bytes = ReplicaSetCodec.Encode(Sample);
        bytes[at] = value;
        if (ReplicaSetCodec.Decode(bytes) is { IsOk: true } set)
        {
            Assert.That(ReplicaSetCodec.Encode(set.Value), Is.EqualTo(bytes));
        }
    }, iter: 2000);

    [Test]
    public void Changes_EachGiveTheNextGeneration_AndIdsAreNeverGivenAgain()
    {
        ReplicaSet set = ReplicaSet.Initial((new ReplicaId(1), new NodeId(1)), (new ReplicaId(2), new NodeId(2)));
        set = set.With(new Replica(new ReplicaId(5), new NodeId(3), ReplicaKind.Learner));
        set = set.With(new ReplicaId(5), ReplicaKind.Voter);
        Assert.That(set.ToString(), Is.EqualTo("1 2 5"));
        set = set.Without(new ReplicaId(5));

        Assert.That(set.Generation, Is.EqualTo(new ReplicaSetGeneration(4)));
        Assert.That(set.LastGiven, Is.EqualTo(new ReplicaId(5)));
        Assert.That(set.IsRemoved(new ReplicaId(5)));
        Assert.That(set.IsRemoved(new ReplicaId(2)), Is.False);
        Assert.That(set.IsRemoved(new ReplicaId(6)), Is.False, "it may join yet");
        Assert.That(
            () => set.With(new Replica(new ReplicaId(5), new NodeId(3), ReplicaKind.Learner)), Throws.TypeOf<InvariantViolationException>());
    }
}
