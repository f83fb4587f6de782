using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Ids;
using Nacre.Server.Pipeline;

namespace Nacre.Server.Tests.Pipeline;

/// <summary>When a request is given up.</summary>
[TestFixture]
public sealed class CallTests
{
    private readonly FakeTimeProvider _clock = new();

    [Test]
    [CancelAfter(30_000)]
    public async Task IsGivenUp_TimerRingsBeforeTheClockIsThere_IsTrue(CancellationToken cancellationToken)
    {
        using var call = new Call(new DefaultHttpContext(), new ActivityId(1), _clock, TimeSpan.FromMilliseconds(20));
        bool atFirst = call.IsGivenUp;
        var rang = new TaskCompletionSource();
        await using CancellationTokenRegistration ring = call.Token.UnsafeRegister(_ => rang.SetResult(), null);
        await rang.Task.WaitAsync(cancellationToken);

        Assert.That((atFirst, call.IsPastDeadline, call.IsGivenUp), Is.EqualTo((false, false, true)));
    }

    [Test]
    public void IsGivenUp_PastTheDeadlineWithoutAToken_IsTrue()
    {
        using var call = new Call(new DefaultHttpContext(), new ActivityId(1), _clock, TimeSpan.FromSeconds(1));
        bool atFirst = call.IsGivenUp;
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That((atFirst, call.IsGivenUp), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task IsGivenUp_ConnectionGone_IsTrue()
    {
        using var connection = new CancellationTokenSource();
        using var call = new Call(new DefaultHttpContext { RequestAborted = connection.Token }, new ActivityId(1), _clock, timeout: null);
        bool atFirst = call.IsGivenUp;
        await connection.CancelAsync();

        Assert.That((atFirst, call.IsGivenUp), Is.EqualTo((false, true)));
    }
}
