using CsCheck;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Commands;

[TestFixture]
public sealed class EntryCodecTests
{
    [Test]
    public void Decode_EncodedEntry_GivesItBack()
    {
        byte[] entry = EntryCodec.Encode(Sample(), [1, 2, 3]);

        Assert.That(EntryCodec.Decode(entry, out EntryHeader header, out ReadOnlyMemory<byte> command), Is.Null);
        Assert.That(command.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(EntryCodec.Encode(header, command.Span), Is.EqualTo(entry));
        Assert.That(header.PrincipalName, Is.EqualTo("käthe"));
    }

    [Test]
    public void Decode_EveryTruncation_IsCorrupt()
    {
        byte[] entry = EntryCodec.Encode(Sample(), []);
        for (int length = 0; length < entry.Length; length++)
        {
            Assert.That(EntryCodec.Decode(entry.AsMemory(0, length), out _, out _)?.Code, Is.EqualTo(ErrorCode.Corrupt), $"{length} bytes");
        }
    }

    [Test]
    public void Encode_Sample_MatchesGoldenFile() => Golden.Check("entry-v1.bin", EntryCodec.Encode(Sample(), [1, 2, 3]));

    [Test]
    public void Decode_GoldenFile_GivesEveryField()
    {
        Assert.That(EntryCodec.Decode(Golden.Read("entry-v1.bin"), out EntryHeader header, out ReadOnlyMemory<byte> command), Is.Null);
        foreach (System.Reflection.PropertyInfo property in typeof(EntryHeader).GetProperties())
        {
            if (property.PropertyType != typeof(ReadOnlyMemory<byte>))
            {
                Assert.That(property.GetValue(header), Is.EqualTo(property.GetValue(Sample())), property.Name);
            }
        }

        Assert.That(command.Length, Is.EqualTo(3));
    }

    [TestCase(0, 2, ErrorCode.Unsupported, TestName = "Decode_OtherFormat_IsUnsupported")]
    [TestCase(2, 2, ErrorCode.Unsupported, TestName = "Decode_LaterSemantics_IsUnsupported")]
    [TestCase(2, 0, ErrorCode.Unsupported, TestName = "Decode_NoSemantics_IsUnsupported")]
    [TestCase(4, 4, ErrorCode.Corrupt, TestName = "Decode_UnknownKind_IsCorrupt")]
    [TestCase(5, 4, ErrorCode.Corrupt, TestName = "Decode_UnknownCause_IsCorrupt")]
    [TestCase(6, 5, ErrorCode.Corrupt, TestName = "Decode_UnknownPrincipal_IsCorrupt")]
    [TestCase(7, 255, ErrorCode.Corrupt, TestName = "Decode_PrincipalPastTheEnd_IsCorrupt")]
    [TestCase(55, 255, ErrorCode.Corrupt, TestName = "Decode_NegativeTime_IsCorrupt")]
    [TestCase(92, 1, ErrorCode.Corrupt, TestName = "Decode_FirstReserve_IsCorrupt")]
    [TestCase(160, 1, ErrorCode.Corrupt, TestName = "Decode_SecondReserve_IsCorrupt")]
    public void Decode_OneByteWrong_IsRefused(int at, byte value, ErrorCode expected)
    {
        byte[] entry = EntryCodec.Encode(Sample(), []);
        entry[at] = value;

        Assert.That(EntryCodec.Decode(entry, out _, out _)?.Code, Is.EqualTo(expected));
    }

    [Test]
    public void Decode_AlteredBytes_GivesTheEntryThatTheyAre() => Gen.Select(Gen.Int[0, 180], Gen.Byte).Sample((at, value) =>
    {
        byte[] entry = EntryCodec.Encode(Sample(), [1, 2, 3]);
        entry[at % entry.Length] = value;
        if (EntryCodec.Decode(entry, out EntryHeader header, out ReadOnlyMemory<byte> command) is null)
        {
            Assert.That(EntryCodec.Encode(header, command.Span), Is.EqualTo(entry));
        }
    }, iter: 2000);

    [Test]
    public void Stamp_EncodedEntry_ChangesTheLeadersPartOnly()
    {
        EntryHeader sample = Sample();
        byte[] entry = EntryCodec.Encode(sample, [1]);
        EntryCodec.Stamp(entry, new LeaderStamp(
            new ClusterId(21), new ShardId(22), new ReplicaSetGeneration(23), new WriteEpoch(24), new RegionId(25),
            new Sequence(26), sample.Time.AddTicks(27), new DataKeyId(28)));
        EntryCodec.Decode(entry, out EntryHeader stamped, out _);

        Assert.That(stamped.Sequence, Is.EqualTo(new Sequence(26)));
        Assert.That(stamped.Time, Is.EqualTo(sample.Time.AddTicks(27)));
        EntryCodec.Stamp(entry, new LeaderStamp(
            sample.Cluster, sample.Shard, sample.ReplicaSet, sample.Epoch, sample.Origin, sample.Sequence, sample.Time, sample.Key));
        Assert.That(entry, Is.EqualTo(EntryCodec.Encode(sample, [1])));
    }

    [Test]
    public void IsOfKind_LooksAtTheKindOnly()
    {
        byte[] entry = EntryCodec.Encode(Sample(), []);

        Assert.That(EntryCodec.IsOfKind(entry, EntryKind.Data));
        Assert.That(EntryCodec.IsOfKind(entry, EntryKind.Configuration), Is.False);
        Assert.That(EntryCodec.IsOfKind(entry.AsSpan(0, EntryCodec.FixedBytes - 1), EntryKind.Data), Is.False);
    }

    [Test]
    public void RequestHash_RangeAndCommand_BothCount()
    {
        RequestHash hash = RequestHash.Of(new RangeId(1), [1, 2]);

        Assert.That(RequestHash.Of(new RangeId(1), [1, 2]), Is.EqualTo(hash));
        Assert.That(RequestHash.Of(new RangeId(2), [1, 2]), Is.Not.EqualTo(hash));
        Assert.That(RequestHash.Of(new RangeId(1), [1, 3]), Is.Not.EqualTo(hash));
    }

    internal static EntryHeader Sample() => new()
    {
        Kind = EntryKind.Data,
        Cause = EntryCause.Procedure,
        PrincipalKind = PrincipalKind.Directory,
        PrincipalId = "käthe"u8.ToArray(),
        Cluster = new ClusterId(new UInt128(0x0102030405060708, 0x090A0B0C0D0E0F10)),
        Shard = new ShardId(3),
        ReplicaSet = new ReplicaSetGeneration(4),
        Epoch = new WriteEpoch(5),
        Origin = new RegionId(6),
        Sequence = new Sequence(7),
        Range = new RangeId(8),
        Generation = new RangeGeneration(9),
        Operations = 10,
        Container = new ContainerId(11),
        Lsn = new Lsn(12),
        Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Idempotency = new IdempotencyKey(new ClientId(13), 14, 15, new RequestHash(16)),
        Activity = new ActivityId(17),
        Key = new DataKeyId(18),
    };
}
