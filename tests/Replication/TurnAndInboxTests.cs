namespace Nacre.Replication.Tests;

/// <summary>The pieces that let many threads share one loop.</summary>
[TestFixture]
public sealed class TurnAndInboxTests
{
    [Test]
    public void Request_OfAnIdleTurn_GivesIt()
    {
        var turn = default(Turn);

        Assert.That(turn.Request());
        Assert.That(turn.Request(), Is.False);
    }

    [Test]
    public void TryEnd_WithARequestSinceTheBeginning_KeepsTheTurn()
    {
        Turn turn = Turn.Held;
        turn.Begin();
        Assert.That(turn.Request(), Is.False);

        Assert.That(turn.TryEnd(), Is.False);
        turn.Begin();
        Assert.That(turn.TryEnd());
        Assert.That(turn.Request());
    }

    [Test]
    public void TakeAll_Always_GivesTheOldestFirst()
    {
        var inbox = new Inbox();
        Assert.That(inbox.TakeAll(), Is.Null);
        for (int n = 0; n < 3; n++)
        {
            inbox.Add(new Item(0, n));
        }

        Assert.That(Numbers(inbox.TakeAll()), Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(inbox.TakeAll(), Is.Null);
    }

    [Test]
    public void InboxAndTurn_UnderManyThreads_LoseNothingAndLetOneInAtATime()
    {
        const int Threads = 4;
        const int Items = 50_000;
        var inbox = new Inbox();
        var turn = default(Turn);
        int inside = 0;
        int[] last = [.. Enumerable.Repeat(-1, Threads)];
        int taken = 0;

        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            for (int n = 0; n < Items; n++)
            {
                inbox.Add(new Item(thread, n));
                if (!turn.Request())
                {
                    continue;
                }

                do
                {
                    turn.Begin();
                    Assert.That(Interlocked.Increment(ref inside), Is.EqualTo(1));
                    for (LoopItem? item = inbox.TakeAll(); item is not null; item = item.Next)
                    {
                        var each = (Item)item;
                        Assert.That(each.Number, Is.EqualTo(last[each.Thread] + 1), "in the order that each thread added them");
                        last[each.Thread] = each.Number;
                        taken++;
                    }

                    Interlocked.Decrement(ref inside);
                }
                while (!turn.TryEnd());
            }
        });

        Assert.That(taken, Is.EqualTo(Threads * Items));
    }

    private static List<int> Numbers(LoopItem? item)
    {
        var numbers = new List<int>();
        for (; item is not null; item = item.Next)
        {
            numbers.Add(((Item)item).Number);
        }

        return numbers;
    }

    private sealed class Item(int thread, int number) : LoopItem
    {
        public int Thread { get; } = thread;

        public int Number { get; } = number;
    }
}
