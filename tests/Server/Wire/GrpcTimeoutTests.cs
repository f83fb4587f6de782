using Nacre.Server.Wire;

namespace Nacre.Server.Tests.Wire;

/// <summary>Deadlines as gRPC's HTTP/2 protocol page writes them.</summary>
[TestFixture]
public sealed class GrpcTimeoutTests
{
    [TestCase("1H", 3_600_000)]
    [TestCase("2M", 120_000)]
    [TestCase("3S", 3_000)]
    [TestCase("250m", 250)]
    [TestCase("99999999m", 99_999_999)]
    public void TryParse_WellFormed_GivesTheTime(string text, long milliseconds)
    {
        bool parsed = GrpcTimeout.TryParse(text, out TimeSpan timeout);

        Assert.That(parsed, Is.True);
        Assert.That(timeout.TotalMilliseconds, Is.EqualTo(milliseconds));
    }

    [TestCase("1n")]
    [TestCase("7u")]
    public void TryParse_ShorterThanATick_IsStillATime(string text)
    {
        bool parsed = GrpcTimeout.TryParse(text, out TimeSpan timeout);

        Assert.That(parsed, Is.True);
        Assert.That(timeout, Is.GreaterThan(TimeSpan.Zero));
    }

    [TestCase("")]
    [TestCase("S")]
    [TestCase("0S")]
    [TestCase("-1S")]
    [TestCase("+1S")]
    [TestCase("1")]
    [TestCase("1s")]
    [TestCase("1 S")]
    [TestCase("123456789S")]
    [TestCase("1.5S")]
    [TestCase("1S,2S")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.That(GrpcTimeout.TryParse(text, out _), Is.False);
}
