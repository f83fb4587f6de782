using Nacre.Core.Ids;
using Nacre.Storage.Documents;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Documents;

[TestFixture]
public sealed class RangeTableTests
{
    /// <summary>More ranges than a page has slots.</summary>
    private const uint Count = 150;

    [Test]
    public void Publish_Snapshot_NeverChanges()
    {
        var table = new RangeTable();
        for (uint id = 1; id <= Count; id++)
        {
            table.Add(new RangeState(Range(id), new TabletId(id), 0, new RememberedOutcomes()));
        }

        var snapshots = new List<RangeSnapshot> { table.Publish() };
        for (uint write = 1; write <= 500; write++)
        {
            Assert.That(table.TryGet(new RangeId(1 + (write * 7 % Count)), out RangeState? range), Is.True);
            table.SetLastLsn(range!, new Lsn(write));
            snapshots.Add(table.Publish());
        }

        for (int at = 0; at < snapshots.Count; at++)
        {
            ulong[] expected = new ulong[Count + 1];
            for (uint write = 1; write <= at; write++)
            {
                expected[1 + (write * 7 % Count)] = write;
            }

            Assert.That(Enumerable.Range(1, (int)Count).Select(id => LastLsnOf(snapshots[at], (ulong)id)), Is.EqualTo(expected.Skip(1)), $"snapshot {at}");
        }
    }

    [Test]
    public void Publish_NothingWritten_GivesTheSameSnapshot()
    {
        var table = new RangeTable();
        table.Add(new RangeState(Range(1), new TabletId(1), 0, new RememberedOutcomes()));
        RangeSnapshot snapshot = table.Publish();

        Assert.That(table.Publish(), Is.SameAs(snapshot));
    }

    [Test]
    public void Remove_Range_KeepsTheOthersAndEarlierSnapshots()
    {
        var table = new RangeTable();
        for (uint id = 1; id <= 3; id++)
        {
            var range = new RangeState(Range(id), new TabletId(id), 0, new RememberedOutcomes());
            table.Add(range);
            table.SetLastLsn(range, new Lsn(id * 10));
        }

        RangeSnapshot before = table.Publish();
        table.Remove(new RangeId(2));
        RangeSnapshot after = table.Publish();

        Assert.That(after.TryGet(new RangeId(2), out _), Is.False);
        Assert.That((LastLsnOf(after, 1), LastLsnOf(after, 3)), Is.EqualTo((10UL, 30UL)));
        Assert.That(LastLsnOf(before, 2), Is.EqualTo(20));
    }

    private static ulong LastLsnOf(RangeSnapshot snapshot, ulong id)
    {
        Assert.That(snapshot.TryGet(new RangeId(id), out RangeSnapshot.Range? range), Is.True);
        return snapshot.LastLsnOf(range!).Value;
    }
}
