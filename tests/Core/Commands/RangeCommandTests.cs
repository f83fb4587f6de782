using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Indexing;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Commands;

[TestFixture]
public sealed class RangeCommandTests
{
    private static RangeCommand Sample => RangeCommand.Activate(
        new RangeDefinition(
            new RangeId(7), new RangeGeneration(2), new DatabaseId(3), new ContainerId(4),
            HashInterval.Whole.Split(3)[1], PartitionKeyDefinition.Create("/a", "/\"b/c\"/d").Value, new KeyDomainId(5)),
        lsnBase: 1UL << 33);

    private static RangeCommand Indexed => RangeCommand.Activate(
        Sample.Definition! with { Indexing = IndexingPolicy.Default }, lsnBase: 5);

    [Test]
    public void Decode_WhatEncodeGives_IsTheSame()
    {
        RangeCommand set = RangeCommand.SetIndexing(new RangeId(9), IndexingPolicy.None);
        Assert.That(RangeCommand.Decode(Indexed.Encode()).Value, Is.EqualTo(Indexed));
        Assert.That(RangeCommand.Decode(set.Encode()).Value, Is.EqualTo(set));
        Assert.That(RangeCommand.Decode(Sample.Encode()).Value, Is.EqualTo(Sample));
        Assert.That(RangeCommand.Decode(RangeCommand.Drop(new RangeId(9)).Encode()).Value, Is.EqualTo(RangeCommand.Drop(new RangeId(9))));
    }

    [Test]
    public void Encode_Sample_MatchesGoldenFile()
    {
        Golden.Check("activate-range-v1.bin", Sample.Encode());
        Assert.That(RangeCommand.Decode(Golden.Read("activate-range-v1.bin")).Value, Is.EqualTo(Sample));
    }

    [Test]
    public void Encode_WithAPolicy_MatchesGoldenFiles()
    {
        Golden.Check("activate-range-v1-indexed.bin", Indexed.Encode());
        Golden.Check("set-indexing-v1.bin", RangeCommand.SetIndexing(new RangeId(9), IndexingPolicy.Default).Encode());
        Assert.That(RangeCommand.Decode(Golden.Read("activate-range-v1-indexed.bin")).Value, Is.EqualTo(Indexed));
    }

    [Test]
    public void Decode_AlteredBytes_IsCorruptOrAnotherCommand() =>
        Gen.Select(Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 3], Gen.Bool).Sample((at, value, cut, indexed) =>
        {
            byte[] bytes = (indexed ? Indexed : Sample).Encode();
            bytes[at % bytes.Length] = value;
            bytes = bytes[..^cut];
            Result<RangeCommand> decoded = RangeCommand.Decode(bytes);
            if (decoded.IsOk)
            {
                // A policy may be written in more than one way; the command is the same.
                Assert.That(RangeCommand.Decode(decoded.Value.Encode()).Value, Is.EqualTo(decoded.Value));
                Assert.That(indexed || decoded.Value.Encode().AsSpan().SequenceEqual(bytes));
            }
            else
            {
                Assert.That(decoded.Error.Code, Is.EqualTo(ErrorCode.Corrupt));
            }
        }, iter: 2000);

    [Test]
    public void Decode_Noise_NeverThrows() => Gen.Byte.Array[0, 80].Sample(bytes => !RangeCommand.Decode(bytes).IsOk || bytes.Length == 10, iter: 2000);
}
