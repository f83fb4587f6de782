using CsCheck;
using Nacre.Core.Documents;
using Nacre.Core.Ids;
using Nacre.Server.Routing;
using Nacre.Server.Tests.Support;

namespace Nacre.Server.Tests.Routing;

/// <summary>From keys to ranges.</summary>
[TestFixture]
public sealed class ContainerRouteTests
{
    [Test]
    public void RangeOf_AnyKeyAndNumberOfRanges_IsTheOneThatContainsItsHash() => Gen
        .Select(Gen.Int[1, 64], Gen.String[1, 20], Gen.String[0, 20])
        .Sample((ranges, id, key) =>
        {
            ContainerRoute route = Route(ranges);
            byte[] itemKey = ItemKey.Encode(new PartitionKey(PartitionKeyValue.Of(key)), id);

            RangeRoute range = route.RangeOf(itemKey);

            Assert.That(range.Interval.Contains(ItemKey.HashOf(itemKey)), Is.True);
        });

    [Test]
    public void IndexOf_TheBeginningOfAnyRange_IsThatRange()
    {
        ContainerRoute route = Route(64);

        for (int i = 0; i < 64; i++)
        {
            Assert.That(route.IndexOf(route.Ranges[i].Interval.Min.Bytes), Is.EqualTo(i));
        }
    }

    private static ContainerRoute Route(int ranges) => new(
        new DatabaseId(1), new ContainerId(1), PartitionKeyDefinition.Create("/pk").Value,
        [.. HashInterval.Whole.Split(ranges).Select((interval, i) =>
            new RangeRoute(new RangeId((ulong)i + 1), new RangeGeneration(1), interval, new FakeShard(TimeProvider.System)))]);
}
