namespace Nacre.Replication.Tests;

[TestFixture]
public sealed class LoadGateTests
{
    [Test]
    public void TryEnter_AboveTheCount_IsRefusedAndLeavesNoTrace()
    {
        var gate = new LoadGate(2, 1000);
        Assert.That(gate.TryEnter(10) && gate.TryEnter(20));

        Assert.That(gate.TryEnter(1), Is.False);
        Assert.That((gate.Count, gate.Bytes), Is.EqualTo((2, 30L)));
        gate.Leave(1, 10);
        Assert.That(gate.TryEnter(1));
    }

    [Test]
    public void TryEnter_AboveTheBytes_IsRefusedButForOneAlone()
    {
        var gate = new LoadGate(10, 1000);

        Assert.That(gate.TryEnter(5000), "one alone is let in, however large");
        Assert.That(gate.TryEnter(1), Is.False);
        gate.Leave(1, 5000);
        Assert.That(gate.TryEnter(999) && gate.TryEnter(1));
        Assert.That(gate.TryEnter(1), Is.False);
    }

    [Test]
    public void Close_WithSomebodyInside_IsEmptyWhenTheyLeave()
    {
        var gate = new LoadGate(10, 1000);
        gate.TryEnter(7);
        gate.TryEnter(8);

        gate.Close();

        Assert.That(gate.TryEnter(1), Is.False);
        Assert.That((gate.Count, gate.Bytes), Is.EqualTo((2, 15L)));
        Assert.That(gate.WhenEmpty.IsCompleted, Is.False);
        gate.Leave(2, 15);
        Assert.That(gate.WhenEmpty.IsCompleted);
    }

    [Test]
    public void Close_WithNobodyInside_IsEmptyAtOnce()
    {
        var gate = new LoadGate(10, 1000);
        gate.Close();

        Assert.That(gate.WhenEmpty.IsCompleted);
    }

    [Test]
    public async Task Close_UnderManyThreads_IsAlwaysEmptyInTheEnd()
    {
        for (int round = 0; round < 200; round++)
        {
            var gate = new LoadGate(3, 100);
            Task[] guests = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                for (int n = 0; n < 200; n++)
                {
                    if (gate.TryEnter(30))
                    {
                        gate.Leave(1, 30);
                    }
                }
            }))];
            gate.Close();
            await Task.WhenAll(guests);

            Assert.That(gate.WhenEmpty.IsCompleted);
            Assert.That((gate.Count, gate.Bytes), Is.EqualTo((0, 0L)));
        }
    }
}
