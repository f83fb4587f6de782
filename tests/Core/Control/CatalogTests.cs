using Nacre.Core.Control;
using Nacre.Core.Documents;
using Nacre.Core.Ids;

namespace Nacre.Core.Tests.Control;

[TestFixture]
public sealed class CatalogTests
{
    private static readonly PartitionKeyDefinition Key = PartitionKeyDefinition.Create("/k").Value;

    [Test]
    public void Find_ByName_IsOrdinal()
    {
        Catalog catalog = Catalog.Empty with { Databases = [Database(1, "B"), Database(2, "a"), Database(3, "b"), Database(4, "é")] };

        Assert.Multiple(() =>
        {
            Assert.That(catalog.FindDatabase("b")?.Id, Is.EqualTo(new DatabaseId(3)));
            Assert.That(catalog.FindDatabase("B")?.Id, Is.EqualTo(new DatabaseId(1)));
            Assert.That(catalog.FindDatabase("e\u0301"), Is.Null, "another spelling of é is another name");
            Assert.That(catalog.FindDatabase("A"), Is.Null);
            Assert.That(Catalog.PlaceOf(catalog.Databases, "aa", database => database.Name), Is.EqualTo(~2));
        });
    }

    [Test]
    public void RangeOf_EveryHash_IsTheRangeThatContainsIt()
    {
        HashInterval[] intervals = HashInterval.Whole.Split(7);
        var container = new ContainerRecord(
            new ContainerId(1), new DatabaseId(1), "c", Key, ResourceState.Ready,
            [.. intervals.Select((interval, at) => new RangeRecord(new RangeId((ulong)at + 1), new RangeGeneration(1), interval, new ShardId(1)))],
            default, default);

        for (int first = 0; first < 0x40; first++)
        {
            byte[] hash = [(byte)first, .. new byte[15]];
            Assert.That(container.RangeOf(hash).Interval.Contains(hash), $"{first:X2}");
        }
    }

    [Test]
    public void UnfinishedContainers_Always_AreThoseBeingMadeOrDeleted()
    {
        Catalog catalog = Catalog.Empty with
        {
            Databases = [Database(1, "d") with { Containers = [Container(5, ResourceState.Creating), Container(2, ResourceState.Ready)] }],
            DeletingContainers = [Container(3, ResourceState.Deleting)],
        };

        Assert.That(catalog.UnfinishedContainers().Select(container => container.Id.Value), Is.EqualTo(new ulong[] { 3, 5 }));
        Assert.That(catalog.FindContainer(new ContainerId(3))?.State, Is.EqualTo(ResourceState.Deleting));
        Assert.That(catalog.FindContainer(new ContainerId(4)), Is.Null);
    }

    private static DatabaseRecord Database(ulong id, string name) =>
        new(new DatabaseId(id), name, KeyDomainId.Shared, ResourceState.Ready, default, default, []);

    private static ContainerRecord Container(ulong id, ResourceState state) =>
        new(new ContainerId(id), new DatabaseId(1), $"c{id}", Key, state, [], default, default);
}
