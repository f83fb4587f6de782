using Nacre.Core.Ids;

namespace Nacre.Replication.Tests;

/// <summary>How much of the log a peer lacks.</summary>
[TestFixture]
internal sealed class LogVolumeTests
{
    [Test]
    public void After_AnyEntry_IsRightWithinAMark()
    {
        var volume = new LogVolume(100);
        volume.Start(new LogIndex(10));
        for (ulong index = 11; index <= 110; index++)
        {
            volume.Add(new LogIndex(index), 30);
        }

        for (ulong index = 0; index <= 110; index++)
        {
            long exact = 30 * (110 - (long)Math.Max(index, 10));
            Assert.That(volume.After(new LogIndex(index)), Is.InRange(exact - 120, exact + 120), $"after {index}");
        }
    }

    [Test]
    public void Forget_OfWhatTheLogLetGoOf_LeavesTheRest()
    {
        var volume = new LogVolume(100);
        volume.Start(default);
        volume.Add(new LogIndex(1), 100);
        volume.Add(new LogIndex(2), 100);
        volume.Add(new LogIndex(3), 100);

        volume.Forget(new LogIndex(2));

        Assert.That(volume.After(new LogIndex(2)), Is.EqualTo(100));
        Assert.That(volume.After(new LogIndex(3)), Is.Zero);
    }

    [Test]
    public void Leaving_SoMuch_IsTheFirstMarkWithNoMoreBehindIt()
    {
        var volume = new LogVolume(100);
        volume.Start(new LogIndex(10));
        for (ulong index = 11; index <= 15; index++)
        {
            volume.Add(new LogIndex(index), 100);
        }

        Assert.That(volume.Leaving(1_000), Is.EqualTo(new LogIndex(10)), "nothing is known of what was before");
        Assert.That(volume.Leaving(250), Is.EqualTo(new LogIndex(13)));
        Assert.That(volume.Leaving(0), Is.EqualTo(new LogIndex(15)));
    }
}
