using Nacre.Core.Log;
using Nacre.Replication.Raft;
using Nacre.Replication.Transport;

namespace Nacre.Replication.Tests.Transport;

/// <summary>What waits for a peer: bounded, heartbeats first, many shards in a frame.</summary>
[TestFixture]
internal sealed class PeerQueueTests
{
    private const int MaxBytes = 8 << 20;
    private const int FrameBytes = 64 << 10;

    private readonly PeerQueue _queue = new(MaxBytes, FrameBytes);

    [SetUp]
    public void SetUp() => _queue.Clear();

    [Test]
    public void TakeFrame_MessagesOfManyShards_AreOneFrame()
    {
        for (uint shard = 0; shard < 50; shard++)
        {
            _queue.TryAdd(Heartbeat(shard, 1));
        }

        Assert.That(Take().Select(message => message.Shard.Value), Is.EqualTo(Enumerable.Range(0, 50)));
        Assert.That(_queue.TakeFrame(), Is.Null);
        Assert.That(_queue.Bytes, Is.Zero);
    }

    [Test]
    public void TryAdd_LaterHeartbeat_TakesTheEarlierOnesPlace()
    {
        for (ulong round = 1; round <= 10; round++)
        {
            _queue.TryAdd(Heartbeat(1, round));
        }

        // A notice, which asks for nothing, takes no round's place.
        _queue.TryAdd(Heartbeat(1, 0));

        Assert.That(Take().Select(message => message.Message.Context), Is.EqualTo(new ulong[] { 10, 0 }));
        Assert.That(_queue.Bytes, Is.Zero);
    }

    [Test]
    public void TryAdd_FullOfEntries_DropsTheNewestAndStillTakesHeartbeats()
    {
        while (_queue.TryAdd(Append(32 << 10)))
        {
            // Until it is full.
        }

        long dropped = _queue.Dropped;

        Assert.That(_queue.Bytes, Is.LessThanOrEqualTo(MaxBytes));
        Assert.That(_queue.TryAdd(Heartbeat(1, 5)), Is.True);
        Assert.That(_queue.Dropped, Is.EqualTo(dropped));
        Assert.That(Take()[0].Message.Kind, Is.EqualTo(RaftMessageKind.Heartbeat), "it goes before what waited longer");
    }

    [Test]
    public void TakeFrame_MoreThanAFrame_KeepsTheRestInOrder()
    {
        for (int at = 1; at <= 6; at++)
        {
            _queue.TryAdd(Append(24 << 10, (ulong)at));
        }

        Assert.That(
            new[] { Take(), Take(), Take() }.Select(frame => frame.Select(message => message.Message.Commit.Value)),
            Is.EqualTo(new[] { new ulong[] { 1, 2 }, [3, 4], [5, 6] }));
    }

    [Test]
    public void TakeFrame_MessageAboveTheFrameBytes_GoesAlone()
    {
        _queue.TryAdd(Append(4 << 20));

        Assert.That(Take(), Has.Length.EqualTo(1));
    }

    [Test]
    public void WhenFilled_Always_TellsOfWhatWaits()
    {
        Task before = _queue.WhenFilledAsync();
        Assert.That(before.IsCompleted, Is.False);

        _queue.TryAdd(Heartbeat(1, 1));
        Assert.That(before.IsCompleted, Is.True);

        Take();
        Assert.That(_queue.WhenFilledAsync().IsCompleted, Is.False);
    }

    private static ShardMessage Heartbeat(uint shard, ulong round) =>
        new(new(shard), RaftMessage.Heartbeat(new(1), new(2), new(3), new(4), round));

    private static ShardMessage Append(int bytes, ulong commit = 0) =>
        new(new(1), RaftMessage.Append(new(1), new(2), new(3), default, default, new(commit), new LogRecord[] { new(new(1), new(1), new byte[bytes]) }));

    private ShardMessage[] Take() => RaftMessageCodec.Decode(_queue.TakeFrame()).Value;
}
