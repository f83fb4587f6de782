using Microsoft.Extensions.Time.Testing;
using Nacre.Server.Queries;

namespace Nacre.Server.Tests.Queries;

/// <summary>Queries work in turns.</summary>
[TestFixture]
public sealed class QueryTurnsTests
{
    private static readonly QueryServing One = new() { AtOnce = 1, TurnTime = TimeSpan.FromMilliseconds(10) };

    [Test]
    public async Task Begin_WhileAnotherWorks_WaitsUntilThatPassesOn()
    {
        var time = new FakeTimeProvider();
        using var turns = new QueryTurns(One, time);
        using QueryTurn first = await turns.BeginAsync(default);
        Task<QueryTurn> second = turns.BeginAsync(default).AsTask();

        Task early = first.PassOnAsync(default).AsTask();
        Assert.That(early.IsCompletedSuccessfully, Is.True);
        Assert.That(second.IsCompleted, Is.False);
        time.Advance(One.TurnTime);
        Task again = first.PassOnAsync(default).AsTask();
        QueryTurn other = await second;
        Assert.That(again.IsCompleted, Is.False);
        other.Dispose();

        await again;
    }

    [Test]
    public async Task PassOn_GivenUpWhileItWaits_LeavesThePlaceToOthers()
    {
        var time = new FakeTimeProvider();
        using var turns = new QueryTurns(One, time);
        QueryTurn first = await turns.BeginAsync(default);
        Task<QueryTurn> second = turns.BeginAsync(default).AsTask();
        time.Advance(One.TurnTime);
        using var patience = new CancellationTokenSource();
        Task again = first.PassOnAsync(patience.Token).AsTask();
        await patience.CancelAsync();

        Assert.That(async () => await again, Throws.InstanceOf<OperationCanceledException>());
        first.Dispose();
        (await second).Dispose();
        using QueryTurn third = await turns.BeginAsync(default);
        Assert.That(turns.BeginAsync(default).AsTask().IsCompleted, Is.False, "one place, and no more than one");
    }
}
