using CsCheck;
using Nacre.Client.Transport;

namespace Nacre.Client.Tests;

[TestFixture]
public sealed class IdempotencySequenceTests
{
    [Test]
    public void AnsweredBelow_AnyOrder_IsTheOldestOpen()
    {
        // Each number says what comes next: take, or release one of the open ones.
        Gen.Int[0, 999].Array[0, 400].Sample(steps =>
        {
            var sequence = new IdempotencySequence();
            SortedSet<ulong> open = [];
            ulong next = 1;
            foreach (int step in steps)
            {
                if (open.Count == 0 || step % 5 < 3)
                {
                    ulong taken = sequence.Take();
                    Assert.That(taken, Is.EqualTo(next++));
                    open.Add(taken);
                }
                else
                {
                    ulong released = open.ElementAt(step % open.Count);
                    open.Remove(released);
                    sequence.Release(released);
                }

                Assert.That(sequence.AnsweredBelow, Is.EqualTo(open.Count == 0 ? next : open.Min));
            }
        });
    }
}
