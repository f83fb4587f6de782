using Nacre.Server.Pipeline;

namespace Nacre.Server.Tests.Pipeline;

/// <summary>What a node takes on at once.</summary>
[TestFixture]
public sealed class AdmissionTests
{
    private readonly Admission _admission = new(maxRequests: 2, maxBytes: 100, TimeSpan.FromMilliseconds(70));

    [Test]
    public void TryEnter_AtTheLimit_IsRefusedUntilOneLeaves()
    {
        bool first = _admission.TryEnter();
        bool second = _admission.TryEnter();
        bool third = _admission.TryEnter();
        _admission.Leave(0);
        bool fourth = _admission.TryEnter();
        _admission.Leave(0);
        _admission.Leave(0);

        Assert.That(new[] { first, second, third, fourth }, Is.EqualTo(new[] { true, true, false, true }));
        Assert.That(_admission.Requests, Is.Zero);
    }

    [Test]
    public void TryReserve_BeyondTheLimit_ReservesNothing()
    {
        Assert.That(_admission.TryReserve(60), Is.True);
        Assert.That(_admission.TryReserve(41), Is.False);
        Assert.That(_admission.TryReserve(40), Is.True);
        _admission.Release(100);

        Assert.That(_admission.Bytes, Is.Zero);
    }

    [Test]
    public void Overloaded_Always_HintsWhenToTryAgain() =>
        Assert.That(_admission.Overloaded.RetryAfter, Is.EqualTo(TimeSpan.FromMilliseconds(70)));

    [Test]
    public void TryEnter_ManyAtOnce_NeverLetsInMoreThanTheLimit()
    {
        var admission = new Admission(maxRequests: 3, maxBytes: 1, TimeSpan.FromMilliseconds(1));
        int inside = 0;
        int most = 0;

        Parallel.For(0, 20_000, _ =>
        {
            if (admission.TryEnter())
            {
                int now = Interlocked.Increment(ref inside);
                InterlockedMax(ref most, now);
                Interlocked.Decrement(ref inside);
                admission.Leave(0);
            }
        });

        Assert.That(most, Is.InRange(1, 3));
        Assert.That(admission.Requests, Is.Zero);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; seen < value;)
        {
            int before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
