using Nacre.Server.Streaming;

namespace Nacre.Server.Tests.Streaming;

/// <summary>The flow control of a stream.</summary>
[TestFixture]
public sealed class OperationSlotsTests
{
    [Test]
    public void EnterAsync_WithASlotFree_IsSynchronous()
    {
        var slots = new OperationSlots(1);

        Task entered = slots.EnterAsync().AsTask();

        Assert.That(entered.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task EnterAsync_WithNoneFree_WaitsForOneToLeave()
    {
        var slots = new OperationSlots(2);
        await slots.EnterAsync();
        await slots.EnterAsync();

        Task third = slots.EnterAsync().AsTask();
        bool waited = !third.IsCompleted;
        slots.Leave(1);
        await third;

        Assert.That(waited, Is.True);
    }

    [Test]
    public async Task WhenNoneAsync_WithSlotsTaken_WaitsForTheLast()
    {
        var slots = new OperationSlots(5);
        await slots.EnterAsync();
        await slots.EnterAsync();
        await slots.EnterAsync();

        Task none = slots.WhenNoneAsync();
        slots.Leave(2);
        bool waited = !none.IsCompleted;
        slots.Leave(1);
        await none;

        Assert.That(waited, Is.True);
    }

    [Test]
    public void WhenNoneAsync_WithNoneTaken_IsDone() => Assert.That(new OperationSlots(5).WhenNoneAsync().IsCompleted, Is.True);
}
