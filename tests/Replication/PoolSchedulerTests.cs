namespace Nacre.Replication.Tests;

/// <summary>Work on the pool, one by one and gathered.</summary>
[TestFixture]
public sealed class PoolSchedulerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(40)]
    public void EndGathering_AfterSomePieces_RunsEachOnceAndNotBefore(int count)
    {
        using var done = new CountdownEvent(count + 1);
        int[] runs = new int[count];
        PoolScheduler.BeginGathering();
        for (int at = 0; at < count; at++)
        {
            int piece = at;
            PoolScheduler.Instance.Schedule(new Piece(() =>
            {
                Interlocked.Increment(ref runs[piece]);
                done.Signal();
            }));
        }

        Assert.That(runs, Is.All.Zero, "gathered, not begun");
        PoolScheduler.EndGathering();
        done.Signal();

        Assert.That(done.Wait(Patience));
        Assert.That(runs, Is.All.EqualTo(1));
    }

    [Test]
    public void Schedule_AfterGatheringEnded_RunsAtOnce()
    {
        PoolScheduler.BeginGathering();
        PoolScheduler.EndGathering();
        using var ran = new ManualResetEventSlim();
        PoolScheduler.Instance.Schedule(new Piece(ran.Set));

        Assert.That(ran.Wait(Patience));
    }

    [Test]
    public void EndGathering_PieceThatWaitsForAnother_DoesNotKeepItBack()
    {
        Assume.That(Environment.ProcessorCount, Is.GreaterThan(1));
        using var second = new ManualResetEventSlim();
        using var first = new ManualResetEventSlim();
        PoolScheduler.BeginGathering();
        PoolScheduler.Instance.Schedule(new Piece(() =>
        {
            if (second.Wait(Patience))
            {
                first.Set();
            }
        }));
        PoolScheduler.Instance.Schedule(new Piece(second.Set));
        PoolScheduler.EndGathering();

        Assert.That(first.Wait(Patience));
    }

    private sealed class Piece(Action run) : IThreadPoolWorkItem
    {
        public void Execute() => run();
    }
}
