using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;

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
