using System.Diagnostics;
using Nacre.Testing.Histories;

namespace Nacre.Nemesis.Tests.Workloads;

/// <summary>What counts as done during a fault.</summary>
[TestFixture]
internal sealed class TallyTests
{
    [Test]
    public void During_CountsOnlyWhatWasAskedAndAnsweredWhileTheFaultLasted()
    {
        var tally = new Tally();
        long before = Stopwatch.GetTimestamp();
        tally.BeginFault();
        long inside = Stopwatch.GetTimestamp();
        tally.Count(OperationOutcome.Answered, before, inside, isWrite: true);
        tally.Count(OperationOutcome.Answered, inside, inside, isWrite: true);
        tally.Count(OperationOutcome.Unknown, inside, inside, isWrite: true);
        tally.Count(OperationOutcome.Refused, inside, inside, isWrite: false);
        tally.EndFault();
        tally.Count(OperationOutcome.Answered, inside, inside, isWrite: false);

        Assert.That((tally.Answered, tally.Refused, tally.Unknown, tally.During), Is.EqualTo((3L, 1L, 1L, 1L)));
    }

    [Test]
    public void LongestStall_IsTheGreatestGapBetweenAcknowledgedWrites()
    {
        var tally = new Tally();
        tally.BeginFault();
        long begin = Stopwatch.GetTimestamp();
        tally.Count(OperationOutcome.Answered, begin, begin + Stopwatch.Frequency, isWrite: true);
        tally.Count(OperationOutcome.Answered, begin, begin + (Stopwatch.Frequency * 2), isWrite: false);
        tally.Count(OperationOutcome.Answered, begin, begin + (Stopwatch.Frequency * 4), isWrite: true);

        Assert.That(tally.LongestStall, Is.EqualTo(TimeSpan.FromSeconds(3)).Within(TimeSpan.FromMilliseconds(1)));
    }

    [Test]
    public async Task WhenAnswered_EndsWithTheLastOne()
    {
        var tally = new Tally();
        Task answered = tally.WhenAnsweredAsync(2, default);
        tally.Count(OperationOutcome.Answered, 0, 0, isWrite: false);
        bool afterOne = answered.IsCompleted;
        tally.Count(OperationOutcome.Answered, 0, 0, isWrite: false);
        await answered;

        Assert.That(afterOne, Is.False);
    }
}
