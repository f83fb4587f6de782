using Nacre.Core.Documents;

namespace Nacre.Core.Tests.Documents;

[TestFixture]
public sealed class PartitionKeyHashTests
{
    [Test]
    public void Write_KnownText_GivesWhatTheSdkComputes()
    {
        var key = new PartitionKey(PartitionKeyValue.Of("x"));

        Assert.That(PartitionKeyHash.BoundOf(key).ToString(), Is.EqualTo("11E3F358618BE9AA5BAFF4C7C74F0716"));
    }

    [Test]
    public void Write_ManyLevels_PutsOneHashBehindTheOther()
    {
        var first = new PartitionKey(PartitionKeyValue.Of("x"));
        var both = new PartitionKey(PartitionKeyValue.Of("x"), PartitionKeyValue.Of(1));
        var second = new PartitionKey(PartitionKeyValue.Of(1));

        Assert.That(PartitionKeyHash.BoundOf(both).ToString(),
            Is.EqualTo($"{PartitionKeyHash.BoundOf(first)}{PartitionKeyHash.BoundOf(second)}"));
    }

    [Test]
    public void Write_LongText_HashesAllOfIt()
    {
        var one = new PartitionKey(PartitionKeyValue.Of(new string('a', 2000) + "1"));
        var other = new PartitionKey(PartitionKeyValue.Of(new string('a', 2000) + "2"));

        Assert.That(PartitionKeyHash.BoundOf(one), Is.Not.EqualTo(PartitionKeyHash.BoundOf(other)));
    }
}
