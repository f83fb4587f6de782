using CsCheck;
using Nacre.Core.Documents;
using Nacre.Core.Tests.Support;

namespace Nacre.Core.Tests.Documents;

[TestFixture]
public sealed class HashIntervalTests
{
    [Test]
    public void Split_WholeSpace_CutsWhereTheServiceDoes()
    {
        HashInterval[] parts = HashInterval.Whole.Split(4);

        Assert.That(string.Join(" ", parts), Is.EqualTo("[, 10) [10, 20) [20, 30) [30, FF)"));
    }

    [Test]
    public void Split_AnyInterval_TilesIt() => Gen.Select(Gen.Int[1, 64], Gen.Int[1, 8], Gen.Int[0, 7]).Sample((parts, again, pick) =>
    {
        HashInterval whole = HashInterval.Whole.Split(again)[pick % again];
        HashInterval[] split = whole.Split(parts);

        Assert.That(split[0].Min, Is.EqualTo(whole.Min));
        Assert.That(split[^1].Max, Is.EqualTo(whole.Max));
        for (int part = 0; part < parts; part++)
        {
            Assert.That(split[part].Min, Is.LessThan(split[part].Max));
            Assert.That(part == 0 || split[part - 1].Max == split[part].Min, Is.True);
        }
    }, iter: 200);

    [Test]
    public void Contains_AnyKey_HoldsForExactlyOnePart() => Gen.Select(Generators.Key, Gen.Int[1, 64]).Sample((key, parts) =>
    {
        byte[] hash = PartitionKeyHash.BoundOf(key).Bytes.ToArray();

        Assert.That(HashInterval.Whole.Split(parts).Count(part => part.Contains(hash)), Is.EqualTo(1));
    });

    [Test]
    public void Split_EqualParts_HoldAboutEqualShares()
    {
        HashInterval[] parts = HashInterval.Whole.Split(7);
        int[] counts = new int[7];
        for (int i = 0; i < 7000; i++)
        {
            byte[] hash = PartitionKeyHash.BoundOf(new PartitionKey(PartitionKeyValue.Of($"key{i}"))).Bytes.ToArray();
            counts[Array.FindIndex(parts, part => part.Contains(hash))]++;
        }

        Assert.That(counts, Has.All.InRange(850, 1150));
    }

    [Test]
    public void Below_Prefix_HoldsItsKeysAndTheyStayTogether() => Gen.Select(Generators.KeyOf(2, 3), Gen.Int[1, 64]).Sample((key, parts) =>
    {
        var prefix = new PartitionKey(key[0]);
        HashInterval below = HashInterval.Below(prefix);
        byte[] hash = PartitionKeyHash.BoundOf(key).Bytes.ToArray();
        HashInterval part = HashInterval.Whole.Split(parts).Single(interval => interval.Contains(hash));

        Assert.That(below.Contains(hash), Is.True);
        Assert.That(part.Contains(PartitionKeyHash.BoundOf(prefix).Bytes), Is.True);
        Assert.That(HashInterval.Whole.Split(parts).Count(interval => interval.Overlaps(below)), Is.EqualTo(1));
    });

    [TestCase("", true)]
    [TestCase("FF", true)]
    [TestCase("0fA0", true)]
    [TestCase("F", false)]
    [TestCase("GG", false)]
    public void TryParse_Bound_TakesHexadecimal(string text, bool good)
    {
        Assert.That(HashBound.TryParse(text, out HashBound bound), Is.EqualTo(good));
        Assert.That(bound.ToString(), Is.EqualTo(good ? text.ToUpperInvariant() : ""));
    }
}
