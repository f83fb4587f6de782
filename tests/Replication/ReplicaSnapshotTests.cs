using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Replication.Raft;
using Nacre.Replication.Snapshots;
using Nacre.Replication.Tests.Doubles;

namespace Nacre.Replication.Tests;

/// <summary>Truncation behind the slowest live peer, and snapshots for who lacks what was let go of.</summary>
[TestFixture]
public sealed class ReplicaSnapshotTests
{
    private const int Commands = 40;

    /// <summary>Whoever lacks more than this gets a snapshot.</summary>
    private static readonly ShardReplicaOptions Small = new() { PeerLogBytes = 8 << 10 };

    [Test]
    public async Task Learner_ThatJoinsAfterTheLogWasReleased_GetsASnapshot()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = await FillAsync(cluster);
        Assert.That(Released(cluster, leader), Is.GreaterThan(0), "nobody is behind, so the log was let go of");

        await cluster.JoinAsync(4, 4);
        await AddAsync(cluster, leader);
        await CatchUpAsync(cluster, leader, 4);
        Result<Unit> promoted = await cluster.ChangeAsync(leader, ReplicaSetChange.Promote(new ReplicaId(4)));
        cluster.Tick(2);

        Assert.That(promoted.IsOk, promoted.Error?.ToString());
        Assert.That(cluster.Nodes[4].Log.Resets, Has.Count.EqualTo(1));
        Assert.That(cluster[4].Status.Set.ToString(), Is.EqualTo("1 2 3 4"));
        Assert.That(cluster.Nodes[4].Disk.PendingReset, Is.Null);

        // And it is one that can be started from, by itself.
        await cluster.RestartAsync(4);
        Assert.That((await cluster.ProposeAsync(leader, 9)).IsOk);
        await CatchUpAsync(cluster, leader, 4);
    }

    [Test]
    public async Task Follower_ThatIsBrieflyAway_KeepsTheLog()
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync();
        uint leader = cluster.Elect();
        uint away = Other(cluster, leader);
        LogIndex before = cluster[away].Status.LastIndex;
        cluster.CutOff.Add(away);
        await FillAsync(cluster);

        Assert.That(Released(cluster, leader), Is.LessThanOrEqualTo(before.Value), "it is still expected back");
        cluster.CutOff.Clear();
        cluster.Tick(30);
        Assert.That(cluster.Nodes[away].Log.Resets, Is.Empty);
        await CheckSameAsync(cluster, leader, away);
        cluster.Tick();
        Assert.That(Released(cluster, leader), Is.GreaterThan(before.Value), "it has come, so the log is let go of");
    }

    [TestCase(true, TestName = "Follower_ThatLacksMoreThanIsKept_GetsASnapshot")]
    [TestCase(false, TestName = "Follower_ThatWasSilentForLong_GetsASnapshot")]
    public async Task Follower_ThatHoldsTheLogNoMore_GetsASnapshot(bool byBytes)
    {
        await using ReplicaCluster cluster = await ReplicaCluster.StartedAsync(options: byBytes ? Small : null);
        uint leader = cluster.Elect();
        uint away = Other(cluster, leader);
        cluster.CutOff.Add(away);
        if (!byBytes)
        {
            cluster.Tick();
            cluster.Time.Advance(TimeSpan.FromMinutes(11));
        }

        await FillAsync(cluster);
        ulong released = Released(cluster, leader);
        Assert.That(released, Is.GreaterThan(cluster[away].Status.LastIndex.Value));
        ShardReplica before = cluster[away];
        cluster.CutOff.Clear();
        await CatchUpAsync(cluster, leader, away);

        Assert.That(cluster[away], Is.Not.SameAs(before));
        Assert.That(before.State, Is.EqualTo(ReplicaState.Stopped));
        Assert.That(cluster.Nodes[away].Log.Resets, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Transfer_ThatIsCut_GoesOnWhereItStopped()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        var asked = new List<int>();
        int pieces = 0;
        cluster.Carries = (_, chunk) =>
        {
            asked.Add(chunk.Value.Bytes.Length);
            return Task.FromResult(++pieces == 8 ? new NacreError(ErrorCode.Unavailable, "cut") : chunk);
        };
        await AddAsync(cluster, leader);
        await CatchUpAsync(cluster, leader, 4);

        long total = cluster.Nodes[leader].Exchange.Holder.Describe(ReplicaCluster.Shard, 0).Value.TotalBytes;
        int inFlight = cluster.SnapshotOptions.PiecesInFlight;
        Assert.That(asked.Sum(), Is.GreaterThanOrEqualTo(total + asked[7]), "the piece that was cut was asked for twice");
        Assert.That(asked.Sum(), Is.LessThanOrEqualTo(total + (inFlight * cluster.SnapshotOptions.ChunkBytes)), "and nothing but what was in flight with it");
    }

    [Test]
    public async Task Transfer_ThatOutlastsManyCheckpoints_IsFollowedByEntriesAlone()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        cluster.Carries = async (_, chunk) =>
        {
            begun.TrySetResult();
            await goOn.Task;
            return chunk;
        };
        await AddAsync(cluster, leader);
        cluster.Tick(2);
        await cluster.SettleAsync(begun.Task);
        for (byte round = 1; round <= 3; round++)
        {
            Assert.That((await cluster.ProposeAsync(leader, round)).IsOk);
            await cluster.SettleAsync(cluster[leader].CheckpointAsync(default));
            cluster.Tick(25);
        }

        goOn.SetResult();
        await CatchUpAsync(cluster, leader, 4);

        Assert.That(cluster.Nodes[4].Log.Resets, Has.Count.EqualTo(1));
        cluster.Tick(2);
        Assert.That(Released(cluster, leader), Is.GreaterThan(cluster.Nodes[4].Log.Resets.Single().Index.Value), "nothing holds the log any more");
    }

    [Test]
    public async Task Transfer_WhileTheLeadGoesToAnother_IsFollowedByEntriesAlone()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        uint next = Other(cluster, leader);
        for (byte round = 1; round <= 2; round++)
        {
            Assert.That((await cluster.ProposeAsync(leader, round)).IsOk);
            cluster.Tick(2);
            await cluster.SettleAsync(cluster[next].CheckpointAsync(default));
            await cluster.SettleAsync(cluster[leader].CheckpointAsync(default));
            cluster.Tick(2);
        }

        Assert.That(Released(cluster, next), Is.GreaterThan(0), "nobody joins yet");
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        cluster.Carries = async (_, chunk) =>
        {
            begun.TrySetResult();
            await goOn.Task;
            return chunk;
        };
        await AddAsync(cluster, leader);
        cluster.Tick(2);
        await cluster.SettleAsync(begun.Task);
        for (byte round = 1; round <= 3; round++)
        {
            Assert.That((await cluster.ProposeAsync(leader, round)).IsOk);
            cluster.Tick(2);
            await cluster.SettleAsync(cluster[next].CheckpointAsync(default));
            cluster.Tick(25);
        }

        Assert.That((await cluster.SettleAsync(cluster[leader].TransferAsync(new ReplicaId(next), default))).IsOk);
        for (byte round = 4; round <= 6; round++)
        {
            Assert.That((await cluster.ProposeAsync(next, round)).IsOk);
            await cluster.SettleAsync(cluster[next].CheckpointAsync(default));
            cluster.Tick(25);
        }

        goOn.SetResult();
        await CatchUpAsync(cluster, next, 4);

        Assert.That(cluster.Nodes[4].Log.Resets, Has.Count.EqualTo(1), "what it fetched was enough");
        cluster.Tick(2);
        Assert.That(Released(cluster, next), Is.GreaterThan(cluster.Nodes[4].Log.Resets.Single().Index.Value), "nothing holds the log any more");
    }

    [Test]
    public async Task Pieces_AreInFlightTogether_AndNoMoreThanMayBe()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        var waiting = new Queue<TaskCompletionSource>();
        int most = 0;
        cluster.Carries = async (_, chunk) =>
        {
            var came = new TaskCompletionSource();
            waiting.Enqueue(came);
            most = Math.Max(most, waiting.Count);
            await came.Task;
            return chunk;
        };
        await AddAsync(cluster, leader);
        cluster.Tick(2);
        Task idle = cluster.Nodes[4].Slot.WhenIdle;
        while (!idle.IsCompleted)
        {
            cluster.Run();
            if (waiting.Count == cluster.SnapshotOptions.PiecesInFlight || (most == cluster.SnapshotOptions.PiecesInFlight && waiting.Count > 0))
            {
                waiting.Dequeue().SetResult();
            }

            await Task.Yield();
        }

        Assert.That(most, Is.EqualTo(cluster.SnapshotOptions.PiecesInFlight));
        cluster.Carries = null;
        await CatchUpAsync(cluster, leader, 4);
    }

    [Test]
    public async Task Transfer_AcrossARestartOfTheReceiver_GoesOnFromWhatIsDurable()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        var reached = new TaskCompletionSource();
        int pieces = 0;
        cluster.Carries = (_, chunk) =>
        {
            pieces++;
            if (pieces < 11)
            {
                return Task.FromResult(chunk);
            }

            reached.TrySetResult();
            return new TaskCompletionSource<Result<SnapshotChunk>>().Task;
        };
        await AddAsync(cluster, leader);
        cluster.Tick(2);
        await cluster.SettleAsync(reached.Task);
        SnapshotProgress progress = cluster.Nodes[4].Slot.Status.Receiving!;
        Assert.That(progress.Percent, Is.GreaterThan(0).And.LessThan(100));

        cluster.Carries = (_, chunk) =>
        {
            pieces++;
            return Task.FromResult(chunk);
        };
        pieces = 0;
        await cluster.RestartAsync(4);
        long durable = cluster.Nodes[4].Disk.Staged!.Files.Sum(file => file.Count);
        Assert.That(durable, Is.GreaterThan(0));
        await CatchUpAsync(cluster, leader, 4);

        Assert.That(pieces, Is.EqualTo((int)Math.Ceiling((progress.Total - durable) / 1024.0)));
    }

    [Test]
    public async Task Transfer_WhosePieceDoesNotCome_IsGivenUpAndBegunAgain()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        var asked = new TaskCompletionSource();
        cluster.Carries = (_, _) =>
        {
            asked.TrySetResult();
            return new TaskCompletionSource<Result<SnapshotChunk>>().Task;
        };
        await AddAsync(cluster, leader);
        cluster.Tick(2);
        await cluster.SettleAsync(asked.Task);

        cluster.Carries = null;
        cluster.Time.Advance(TimeSpan.FromSeconds(31));
        await cluster.SettleAsync(cluster.Nodes[4].Slot.WhenIdle);

        await CatchUpAsync(cluster, leader, 4);
    }

    [Test]
    public async Task Piece_ThatCameChanged_IsAskedForAgain()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        int pieces = 0;
        cluster.Carries = (_, chunk) =>
        {
            byte[] bytes = chunk.Value.Bytes.ToArray();
            bytes[0] ^= (byte)(++pieces == 3 ? 1 : 0);
            return Task.FromResult<Result<SnapshotChunk>>(chunk.Value with { Bytes = bytes });
        };
        await AddAsync(cluster, leader);
        await CatchUpAsync(cluster, leader, 4);

        Assert.That(pieces, Is.GreaterThan(3));
    }

    [Test]
    public async Task Source_ThatVanished_IsReplacedByTheNewest()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        SnapshotHolder holder = cluster.Nodes[leader].Exchange.Holder;
        int pieces = 0;
        cluster.Carries = (_, chunk) =>
        {
            if (++pieces != 5)
            {
                return Task.FromResult(chunk);
            }

            // Nobody asked for long: the holder let go of it, and a newer one is there.
            cluster.Time.Advance(TimeSpan.FromMinutes(2));
            holder.Expire();
            return Task.FromResult<Result<SnapshotChunk>>(new NacreError(ErrorCode.Unavailable, "cut"));
        };
        await AddAsync(cluster, leader);
        cluster.Tick(2);
        await cluster.SettleAsync(cluster.Nodes[4].Slot.WhenIdle);
        Assert.That(holder.Held, Is.Zero);
        Assert.That((await cluster.ProposeAsync(leader, 1)).IsOk);
        await cluster.SettleAsync(cluster[leader].CheckpointAsync(default));

        await CatchUpAsync(cluster, leader, 4);

        Assert.That(cluster.Nodes[4].Log.Resets.Single().Index, Is.EqualTo(cluster.Nodes[leader].Disk.Newest!.Applied));
    }

    [Test]
    public async Task Snapshot_ThatIsFetched_IsHeldAndThenLetGoOf()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        await AddAsync(cluster, leader);
        await CatchUpAsync(cluster, leader, 4);
        Assert.That(cluster.Nodes[leader].Snapshots.Held, Is.EqualTo(1));

        cluster.Time.Advance(TimeSpan.FromSeconds(59));
        cluster.Nodes[leader].Exchange.Holder.Expire();
        Assert.That(cluster.Nodes[leader].Snapshots.Held, Is.EqualTo(1));
        cluster.Time.Advance(TimeSpan.FromSeconds(2));
        cluster.Nodes[leader].Exchange.Holder.Expire();

        Assert.That(cluster.Nodes[leader].Snapshots.Held, Is.Zero);
    }

    [Test]
    public async Task Crash_BetweenStoreAndLog_IsRecoveredByTheStart()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        cluster.Nodes[4].Disk.FailsAfterInstall = new IOException("power fails");
        await AddAsync(cluster, leader);
        cluster.Tick(2);
        await cluster.SettleAsync(cluster.Nodes[4].Slot.WhenIdle);
        Assert.That((await cluster.Nodes[4].Slot.Faulted).Code, Is.EqualTo(ErrorCode.Internal));
        Assert.That(cluster.Nodes[4].Disk.PendingReset, Is.Not.Null);
        Assert.That((await cluster.Nodes[4].Slot.ReadIndexAsync(default)).Error!.Code, Is.EqualTo(ErrorCode.Unavailable));

        await cluster.RestartAsync(4);

        Assert.That(cluster.Nodes[4].Log.Resets, Has.Count.EqualTo(1));
        Assert.That(cluster.Nodes[4].Disk.PendingReset, Is.Null);
        await CatchUpAsync(cluster, leader, 4);
    }

    [Test]
    public async Task Transfers_OfManyShards_WaitForAPlace()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync();
        await using ReplicaCluster cluster = lagging;
        SnapshotExchange exchange = cluster.Nodes[4].Exchange;
        Assert.That(exchange.TryEnter() && exchange.TryEnter(), "two other shards receive");
        await AddAsync(cluster, leader);
        cluster.Tick(25);
        await cluster.SettleAsync(cluster.Nodes[4].Slot.WhenIdle);
        Assert.That(cluster.Nodes[leader].Exchange.Holder.Held, Is.Zero);

        exchange.Leave();

        await CatchUpAsync(cluster, leader, 4);
    }

    [Test]
    public async Task Pace_WhereOneIsSet_IsKept()
    {
        (ReplicaCluster lagging, uint leader) = await LaggingAsync(new SnapshotOptions { ChunkBytes = 4 << 10, MaxBytesPerSecond = 64 << 10 });
        await using ReplicaCluster cluster = lagging;
        var asked = new System.Collections.Concurrent.ConcurrentQueue<long>();
        long began = cluster.Time.GetTimestamp();
        cluster.Carries = (_, chunk) =>
        {
            asked.Enqueue(cluster.Time.GetTimestamp());
            return Task.FromResult(chunk);
        };
        await AddAsync(cluster, leader);
        cluster.Tick(2);
        Task idle = cluster.Nodes[4].Slot.WhenIdle;
        while (!idle.IsCompleted)
        {
            cluster.Run();
            cluster.Time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        long bytes = cluster.Nodes[4].Disk.Newest is null ? 0 : asked.Count * 4096L;
        Assert.That(cluster.Time.GetElapsedTime(began, asked.Last()).TotalSeconds, Is.GreaterThanOrEqualTo((bytes - 12_288) / 65_536.0));
    }

    /// <summary>A cluster with a fourth node that lacks what the log has no more.</summary>
    private static async Task<(ReplicaCluster Cluster, uint Leader)> LaggingAsync(SnapshotOptions? snapshots = null)
    {
        ReplicaCluster cluster = await ReplicaCluster.StartedAsync(snapshots: snapshots);
        uint leader = await FillAsync(cluster);
        await cluster.JoinAsync(4, 4);
        return (cluster, leader);
    }

    private static async Task AddAsync(ReplicaCluster cluster, uint leader) =>
        Assert.That((await cluster.ChangeAsync(leader, ReplicaSetChange.AddLearner(new ReplicaId(4), new NodeId(4)))).IsOk);

    /// <summary>Writes, and checkpoints twice: the log is let go of through the older one.</summary>
    private static async Task<uint> FillAsync(ReplicaCluster cluster)
    {
        uint leader = cluster.Elect();
        for (int round = 0; round < 2; round++)
        {
            for (int at = 0; at < Commands / 2; at++)
            {
                Assert.That((await cluster.ProposeAsync(leader, [(byte)at, .. new byte[1_000]])).IsOk);
            }

            cluster.Tick();
            Assert.That((await cluster.SettleAsync(cluster[leader].CheckpointAsync(default))).IsOk);
        }

        cluster.Tick(2);
        return leader;
    }

    private static async Task CatchUpAsync(ReplicaCluster cluster, uint leader, uint node)
    {
        for (int tries = 0; tries < 100 && cluster[node].Status.Applied < cluster[leader].Status.Commit; tries++)
        {
            cluster.Tick(2);
            await cluster.SettleAsync(cluster.Nodes[node].Slot.WhenIdle);
        }

        await CheckSameAsync(cluster, leader, node);
    }

    private static async Task CheckSameAsync(ReplicaCluster cluster, uint leader, uint node)
    {
        cluster.Tick(2);
        Assert.That((await cluster.ReadAsync(node)).IsOk);
        Assert.That(cluster.Nodes[node].Machine.Commands, Is.EqualTo(cluster.Nodes[leader].Machine.Commands));
        Assert.That(cluster[node].Status.RunningHash, Is.EqualTo(cluster[leader].Status.RunningHash));
    }

    private static ulong Released(ReplicaCluster cluster, uint node) => cluster.Nodes[node].Log.StateOf(ReplicaCluster.Shard).TruncationIndex.Value;

    private static uint Other(ReplicaCluster cluster, uint leader) => cluster.Nodes.Keys.First(node => node != leader);
}
