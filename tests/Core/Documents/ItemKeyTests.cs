using System.Buffers;
using System.Text;
using CsCheck;
using Nacre.Core.Documents;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Documents;

[TestFixture]
public sealed class ItemKeyTests
{
    [Test]
    public void TryDecode_EncodedKey_GivesItsParts() => Gen.Select(Generators.Key, Generators.Id).Sample((key, id) =>
    {
        byte[] encoded = ItemKey.Encode(key, id);
        var written = new ArrayBufferWriter<byte>();
        ItemKey.Encode(key, id, written);

        Assert.That(written.WrittenSpan.ToArray(), Is.EqualTo(encoded));
        Assert.That(ItemKey.TryDecode(encoded, out PartitionKey decodedKey, out string? decodedId), Is.True);
        Assert.That(decodedKey, Is.EqualTo(key));
        Assert.That(decodedId, Is.EqualTo(id));
        Assert.That(ItemKey.LevelsOf(encoded), Is.EqualTo(key.Count));
        Assert.That(ItemKey.HashOf(encoded).ToArray(), Is.EqualTo(PartitionKeyHash.BoundOf(key).Bytes.ToArray()));
        Assert.That(ItemKey.TrySplit(encoded, out _, out ReadOnlySpan<byte> idBytes), Is.True);
        Assert.That(idBytes.ToArray(), Is.EqualTo(Encoding.UTF8.GetBytes(id)));
    });

    [Test]
    public void Restore_KeyWithoutItsHash_GivesTheKey() => Gen.Select(Generators.Key, Generators.Id).Sample((key, id) =>
    {
        byte[] encoded = ItemKey.Encode(key, id);
        byte[] restored = new byte[ItemKey.MaxBytes];
        int length = ItemKey.Restore(encoded.AsSpan(ItemKey.HashOf(encoded).Length), key.Count, restored);

        Assert.That(restored[..length], Is.EqualTo(encoded));
    });

    [Test]
    public void Restore_Noise_NeverThrows() => Gen.Select(Gen.Byte[0x40, 0x47].Array[0, 40], Gen.Int[0, 4]).Sample((bytes, levels) =>
        ItemKey.Restore(bytes, levels, new byte[ItemKey.MaxBytes]) >= 0, iter: 2000);

    [Test]
    public void Encode_Components_SortAsTheirValuesDo() => Gen.Select(Generators.Value, Generators.Value).Sample((left, right) =>
    {
        ReadOnlySpan<byte> one = ItemKey.Encode(new PartitionKey(left), "id").AsSpan(PartitionKeyHash.LevelBytes);
        ReadOnlySpan<byte> other = ItemKey.Encode(new PartitionKey(right), "id").AsSpan(PartitionKeyHash.LevelBytes);

        Assert.That(Math.Sign(one.SequenceCompareTo(other)), Is.EqualTo(Math.Sign(CompareValues(left, right))));
    });

    [Test]
    public void Encode_Ids_SortByTheirUtf8() => Gen.Select(Generators.Key, Generators.Id, Generators.Id).Sample((key, left, right) =>
    {
        int expected = Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

        Assert.That(Math.Sign(ItemKey.Encode(key, left).AsSpan().SequenceCompareTo(ItemKey.Encode(key, right))), Is.EqualTo(Math.Sign(expected)));
    });

    [Test]
    public void BoundsOf_CompleteKey_HoldsItsItemsOnly() => Gen.Select(Generators.KeyOf(2, 2), Generators.KeyOf(2, 2), Generators.Id).Sample((key, other, id) =>
    {
        Assert.That(IsWithin(ItemKey.Encode(key, id), ItemKey.BoundsOf(key, levels: 2)), Is.True);
        Assert.That(IsWithin(ItemKey.Encode(other, id), ItemKey.BoundsOf(key, levels: 2)), Is.EqualTo(other == key));
    });

    [Test]
    public void BoundsOf_Prefix_WithMatchesHoldsAllBelowItOnly() => Gen.Select(Generators.KeyOf(3, 3), Generators.KeyOf(1, 2), Generators.Id).Sample((key, prefix, id) =>
    {
        byte[] encoded = ItemKey.Encode(key, id);
        bool below = prefix.IsPrefixOf(key);

        Assert.That(ItemKey.Matches(encoded, prefix), Is.EqualTo(below));
        Assert.That(IsWithin(encoded, ItemKey.BoundsOf(prefix, levels: 3)), Is.EqualTo(below));
        Assert.That(ItemKey.Matches(encoded, new PartitionKey(key[0], key[1])), Is.True);
        Assert.That(IsWithin(encoded, ItemKey.BoundsOf(new PartitionKey(key[0], key[1]), levels: 3)), Is.True);
    });

    [Test]
    public void Matches_TextThatGoesOnWithAZero_IsAnother()
    {
        byte[] key = ItemKey.Encode(new PartitionKey(PartitionKeyValue.Of("a\0b"), PartitionKeyValue.Null), "id");

        Assert.That(ItemKey.Matches(key, new PartitionKey(PartitionKeyValue.Of("a"))), Is.False);
        Assert.That(ItemKey.Matches(key, new PartitionKey(PartitionKeyValue.Of("a\0b"))), Is.True);
    }

    [Test]
    public void Encode_LongestKey_FitsTheLimit()
    {
        var zeros = new PartitionKey(
            PartitionKeyValue.Of(new string('\0', DocumentLimits.MaxPartitionKeyBytes - 2)), PartitionKeyValue.Of("\0"), PartitionKeyValue.Of("\0"));
        byte[] key = ItemKey.Encode(zeros, new string('i', DocumentLimits.MaxIdBytes));

        Assert.That(key, Has.Length.LessThanOrEqualTo(ItemKey.MaxBytes));
        Assert.That(ItemKey.TryDecode(key, out PartitionKey decoded, out _), Is.True);
        Assert.That(decoded, Is.EqualTo(zeros));
        Assert.That(ItemKey.Matches(key, zeros), Is.True);
    }

    [Test]
    public void TryDecode_AnyBytes_AcceptsOnlyWhatEncodeGives() =>
        Gen.Select(Generators.Key, Generators.Id, Gen.Int[0, 80], Gen.Byte, Gen.Int[0, 4]).Sample((key, id, at, value, cut) =>
        {
            byte[] bytes = ItemKey.Encode(key, id);
            bytes[at % bytes.Length] = value;
            bytes = bytes[..^Math.Min(cut, bytes.Length)];
            if (ItemKey.TryDecode(bytes, out PartitionKey decodedKey, out string? decodedId))
            {
                Assert.That(ItemKey.Encode(decodedKey, decodedId), Is.EqualTo(bytes));
            }
        }, iter: 2000);

    [Test]
    public void TryDecode_Noise_NeverThrows() => Gen.Byte.Array[0, 100].Sample(bytes => !ItemKey.TryDecode(bytes, out _, out _), iter: 2000);

    private static bool IsWithin(byte[] key, (byte[] From, byte[] To) bounds) =>
        key.AsSpan().SequenceCompareTo(bounds.From) >= 0 && key.AsSpan().SequenceCompareTo(bounds.To) < 0;

    private static int CompareValues(PartitionKeyValue left, PartitionKeyValue right)
    {
        if (left.Kind != right.Kind)
        {
            return left.Kind.CompareTo(right.Kind);
        }

        return left.Kind switch
        {
            PartitionKeyValueKind.Number => left.Number.CompareTo(right.Number),
            PartitionKeyValueKind.Text => Encoding.UTF8.GetBytes(left.Text!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right.Text!)),
            _ => 0,
        };
    }
}
