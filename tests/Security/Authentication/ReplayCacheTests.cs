using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Nacre.Security.Authentication;

namespace Nacre.Security.Tests.Authentication;

[TestFixture]
internal sealed class ReplayCacheTests
{
    private const long Start = 1_767_323_045_000;
    private const long WindowMs = 300_000;

    private FakeTimeProvider _time = null!;

    [SetUp]
    public void SetUp() => _time = At(Start);

    [Test]
    public void Remember_AnyRequestsOnAForwardClock_NeverAcceptsOneTwice() =>
        Gen.Select(Gen.Long[0, 40_000], Gen.Long[-WindowMs, WindowMs], Gen.ULong[0, 50]).Array[1, 400].Sample(
            steps =>
            {
                var cache = new ReplayCache(new ReplayCacheOptions(), At(Start));
                var accepted = new HashSet<(ulong, long)>();
                long now = Start;
                foreach ((long passed, long skew, ulong fingerprint) in steps)
                {
                    now += passed;

                    // A fingerprint is the signature's, so it has one time.
                    long time = Start + ((long)fingerprint * 17_001);
                    if (time > now + WindowMs)
                    {
                        continue;
                    }

                    ReplayVerdict verdict = cache.Remember(fingerprint, time, now);
                    if (verdict == ReplayVerdict.Fresh && !accepted.Add((fingerprint, time)))
                    {
                        return false;
                    }

                    if (time >= now - WindowMs && verdict is ReplayVerdict.TooOld or ReplayVerdict.Full)
                    {
                        return false;
                    }
                }

                return true;
            },
            iter: 300);

    [Test]
    public void Remember_ClockSetBackBeyondTheWindow_RefusesWhatWasSignedBeforeAndKeepsWhatIsAhead()
    {
        ReplayCache cache = NewCache();
        long ahead = Start + 3_600_000;
        Assert.That(cache.Remember(1, Start + 10, Start + 10), Is.EqualTo(ReplayVerdict.Fresh));
        Assert.That(cache.Remember(2, ahead, ahead), Is.EqualTo(ReplayVerdict.Fresh));

        long back = Start + 20;
        _time.AdjustTime(DateTimeOffset.FromUnixTimeMilliseconds(back));
        Assert.Multiple(() =>
        {
            Assert.That(cache.Remember(1, Start + 10, back), Is.EqualTo(ReplayVerdict.BeforeStart));
            Assert.That(cache.Remember(3, back, back), Is.EqualTo(ReplayVerdict.Fresh));
            Assert.That(cache.Remember(3, back, back + 1), Is.EqualTo(ReplayVerdict.Seen));
            Assert.That(cache.Remember(2, ahead, ahead + 1), Is.EqualTo(ReplayVerdict.Seen));
        });
    }

    [Test]
    public void Remember_ThreadHeldUpSinceItReadTheClock_ForgetsNothing()
    {
        ReplayCache cache = NewCache();
        long later = Start + 3_600_000;
        _time.SetUtcNow(DateTimeOffset.FromUnixTimeMilliseconds(later));
        Assert.That(cache.Remember(1, Start + 10, Start + 10), Is.EqualTo(ReplayVerdict.Fresh));
        Assert.That(cache.Remember(2, later, later), Is.EqualTo(ReplayVerdict.Fresh));

        Assert.That(cache.Remember(1, Start + 10, Start + 10), Is.EqualTo(ReplayVerdict.TooOld));
        Assert.That(cache.Remember(3, Start + 10, Start + 10), Is.EqualTo(ReplayVerdict.TooOld));
    }

    [Test]
    public void Remember_ClockSetBackWithinTheWindow_ForgetsNothing()
    {
        ReplayCache cache = NewCache();
        long now = Start + 1_000_000;
        Assert.That(cache.Remember(1, now - WindowMs, now), Is.EqualTo(ReplayVerdict.Fresh));
        Assert.That(cache.Remember(2, now, now + WindowMs), Is.EqualTo(ReplayVerdict.Fresh));

        Assert.That(cache.Remember(1, now - WindowMs, now), Is.EqualTo(ReplayVerdict.TooOld));
        Assert.That(cache.Remember(2, now, now), Is.EqualTo(ReplayVerdict.Seen));
    }

    [Test]
    public void Remember_BucketOver_GivesItsRoomBack()
    {
        ReplayCache cache = NewCache(1024);
        long now = Start;
        for (int minute = 0; minute < 100; minute++, now += 60_000)
        {
            for (ulong i = 0; i < 100; i++)
            {
                Assert.That(cache.Remember(((ulong)minute * 1000) + i, now, now), Is.EqualTo(ReplayVerdict.Fresh));
            }
        }

        Assert.That(cache.Count, Is.LessThanOrEqualTo(1024));
    }

    [Test]
    public void Remember_SameRequestsFromManyThreads_AcceptsEachOnce()
    {
        ReplayCache cache = NewCache();
        int accepted = 0;

        Parallel.For(0, 8, _ =>
        {
            for (ulong i = 0; i < 20_000; i++)
            {
                long now = Start + ((long)i * 10);
                if (cache.Remember(i * 0x9E3779B97F4A7C15, now, now) == ReplayVerdict.Fresh)
                {
                    Interlocked.Increment(ref accepted);
                }
            }
        });

        Assert.That(accepted, Is.EqualTo(20_000));
    }

    [Test]
    public void FingerprintSet_AgainstAModel_Agrees() =>
        Gen.OneOf(Gen.ULong, Gen.ULong[0, 100], Gen.ULong[ulong.MaxValue - 100, ulong.MaxValue]).Array[0, 2000].Sample(
            numbers =>
            {
                var set = new FingerprintSet();
                var model = new HashSet<ulong>();

                // 0 marks a gap and is held as 1: the one pair that a set takes for equal.
                return numbers.Select(number => number == 0 ? 1 : number).All(number => set.Add(number) == model.Add(number))
                    && set.Count == model.Count
                    && model.All(set.Contains);
            },
            iter: 200);

    private static FakeTimeProvider At(long nowMs) => new(DateTimeOffset.FromUnixTimeMilliseconds(nowMs));

    private ReplayCache NewCache(int capacity = 6 * 1024 * 1024) => new(new ReplayCacheOptions { CapacityRequests = capacity }, _time);
}
