using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Raft;
using Nacre.Replication.Snapshots;
using Nacre.Testing;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>
/// One shard's replicas on several nodes over logs and machines in memory. Everything runs on the test's thread: messages
/// wait in one queue, time passes when the test says so.
/// </summary>
internal sealed class ReplicaCluster : IAsyncDisposable
{
    /// <summary>Nothing runs any more, and the task has not ended: it waits for time to pass, which only the test can let it.</summary>
    private static readonly TimeSpan MostToWait = TimeSpan.FromSeconds(20);

    private readonly ReplicationMetrics _metrics = new();
    private readonly QueueScheduler _scheduler = new();
    private readonly Queue<(NodeId From, NodeId To, RaftMessage Message)> _network = new();
    private readonly Lock _networkGate = new();
    private readonly ReplicaSet _initial;
    private readonly ShardId _shard;
    private ulong _runs;

    private ReplicaCluster(uint voters, ShardId shard)
    {
        _shard = shard;
        _initial = ReplicaSet.Initial([.. Enumerable.Range(1, (int)voters).Select(at => (new ReplicaId((ulong)at), new NodeId((uint)at)))]);
        for (uint node = 1; node <= voters; node++)
        {
            Nodes.Add(node, new Node(new MemoryLog(), new MachineDisk()));
        }
    }

    public static ShardId Shard => new(3);

    public SortedDictionary<uint, Node> Nodes { get; } = [];

    /// <summary>Nodes that neither send nor receive.</summary>
    public HashSet<uint> CutOff { get; } = [];

    /// <summary>Messages for which this is true are lost.</summary>
    public Func<NodeId, NodeId, RaftMessage, bool> Loses { get; set; } = (_, _, _) => false;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public ShardReplicaOptions Options { get; init; } = new();

    public SnapshotOptions SnapshotOptions { get; init; } = new() { ChunkBytes = 1 << 10, FlushAfterBytes = 4 << 10 };

    /// <summary>What becomes of a piece of a snapshot that a node asks for; null gives it what there is.</summary>
    public Func<NodeId, Result<SnapshotChunk>, Task<Result<SnapshotChunk>>>? Carries { get; set; }

    public ShardReplica this[uint node] => Nodes[node].Replica;

    public static async Task<ReplicaCluster> StartedAsync(
        uint voters = 3, ShardReplicaOptions? options = null, SnapshotOptions? snapshots = null, ShardId? shard = null)
    {
        ShardId id = shard ?? Shard;
        var cluster = new ReplicaCluster(voters, id) { Options = options ?? new ShardReplicaOptions() };
        cluster = snapshots is null ? cluster : new ReplicaCluster(voters, id) { Options = cluster.Options, SnapshotOptions = snapshots };
        foreach (uint node in cluster.Nodes.Keys)
        {
            await cluster.OpenAsync(node, node, cluster._initial);
        }

        return cluster;
    }

    /// <summary>A node without a part in the shard: it is to be added.</summary>
    public async Task JoinAsync(uint node, ulong replica)
    {
        Nodes.Add(node, new Node(new MemoryLog(), new MachineDisk()));
        await OpenAsync(node, replica, ReplicaSet.Empty);
    }

    /// <summary>The node loses power and comes back with what was flushed.</summary>
    public async Task RestartAsync(uint node)
    {
        Node down = Nodes[node];
        MemoryLog durable = down.Log.Restart();
        ShardIdentity identity = down.Replica.Identity;
        await SettleAsync(down.Slot.DisposeAsync().AsTask());
        Nodes[node] = new Node(durable, down.Disk);
        await OpenAsync(node, identity.Self.Value, identity.InitialSet!);
    }

    /// <summary>Lets time pass until somebody leads whom the reachable majority follows.</summary>
    /// <returns>The leader's node.</returns>
    public uint Elect()
    {
        for (int ticks = 0; ticks < 500; ticks++)
        {
            Tick();
            uint[] leaders = [.. Nodes.Where(node => !CutOff.Contains(node.Key) && node.Value.Replica.Status is { Role: RaftRole.Leader }).Select(node => node.Key)];
            if (leaders.Length == 1 && Nodes.Keys.Except(CutOff).All(node => this[node].Status.Commit == this[leaders[0]].Status.Commit &&
                this[node].Status.LeaderNode.Value == leaders[0]) && this[leaders[0]].Status.Commit.Value > 0)
            {
                return leaders[0];
            }
        }

        throw new AssertionException("nobody was elected");
    }

    /// <summary>One tick everywhere, and all that follows from it.</summary>
    public void Tick(int ticks = 1)
    {
        for (int tick = 0; tick < ticks; tick++)
        {
            foreach (Node node in Nodes.Values)
            {
                node.Replica.Tick();
            }

            Run();
        }
    }

    /// <summary>Runs until nothing more is to be done without time passing.</summary>
    public void Run()
    {
        while (_scheduler.RunOne() || Deliver())
        {
        }
    }

    /// <summary>Runs until a task has ended.</summary>
    public async Task SettleAsync(Task task)
    {
        while (true)
        {
            Run();
            if (task.IsCompleted)
            {
                await task;
                return;
            }

            await Task.WhenAny(task, _scheduler.WhenWork()).WaitAsync(MostToWait);
        }
    }

    /// <summary>Runs until a task has ended.</summary>
    public async Task<T> SettleAsync<T>(Task<T> task)
    {
        await SettleAsync((Task)task);
        return await task;
    }

    public Task<Result<CommandOutcome>> Propose(uint node, params byte[] command) =>
        this[node].ProposeAsync(Rig.Write(command), default).AsTask();

    public Task<Result<CommandOutcome>> ProposeAsync(uint node, params byte[] command) => SettleAsync(Propose(node, command));

    public Task<Result<LogIndex>> ReadAsync(uint node) => SettleAsync(this[node].ReadIndexAsync(default).AsTask());

    public Task<Result<Unit>> ChangeAsync(uint node, ReplicaSetChange change) => SettleAsync(this[node].ChangeAsync(change, default));

    public async ValueTask DisposeAsync()
    {
        foreach (Node node in Nodes.Values)
        {
            await SettleAsync(node.Slot.DisposeAsync().AsTask());
        }

        _metrics.Dispose();
    }

    private async Task OpenAsync(uint node, ulong replica, ReplicaSet initial)
    {
        Node opened = Nodes[node];
        var environment = new ReplicaEnvironment(Time, new SeededRandom(++_runs), _scheduler, _metrics, NullLogger.Instance)
        {
            Transport = new Wire(this, new NodeId(node)),
        };
        opened.Exchange = new SnapshotExchange(new ClusterFetcher(this, new NodeId(node)), opened.Log, SnapshotOptions, environment);
        opened.Snapshots = new MachineSnapshots(_shard, opened.Disk);
        opened.Slot = await ReplicaSlot.OpenAsync(
            new ShardIdentity(new ClusterId(7), _shard, KeyDomainId.Shared) { Self = new ReplicaId(replica), Node = new NodeId(node), InitialSet = initial },
            _ => ValueTask.FromResult(new OpenedShard(opened.Machine = new CountingMachine(opened.Disk), opened.Snapshots)),
            opened.Log, new TestDataKeys(), Options, environment, opened.Exchange);
        await SettleAsync(opened.Slot.StartAsync(default));
    }

    private bool Deliver()
    {
        (NodeId From, NodeId To, RaftMessage Message) sent;
        lock (_networkGate)
        {
            if (!_network.TryDequeue(out sent))
            {
                return false;
            }
        }

        if (!CutOff.Contains(sent.From.Value) && !CutOff.Contains(sent.To.Value) && !Loses(sent.From, sent.To, sent.Message) &&
            Nodes.TryGetValue(sent.To.Value, out Node? node))
        {
            node.Replica.Receive(sent.From, sent.Message);
        }

        return true;
    }

    /// <summary>A node: what it keeps, and what lives on it.</summary>
    internal sealed class Node(MemoryLog log, MachineDisk disk)
    {
        public MemoryLog Log => log;

        public MachineDisk Disk => disk;

        public CountingMachine Machine { get; set; } = null!;

        public ReplicaSlot Slot { get; set; } = null!;

        public SnapshotExchange Exchange { get; set; } = null!;

        public MachineSnapshots Snapshots { get; set; } = null!;

        public ShardReplica Replica => Slot.Replica;
    }

    private sealed class ClusterFetcher(ReplicaCluster cluster, NodeId to) : ISnapshotFetcher
    {
        public Task<Result<SnapshotDescription>> DescribeAsync(NodeId from, ShardId shard, UInt128 wanted, CancellationToken cancellationToken) =>
            Task.FromResult(IsCut(from)
                ? new NacreError(ErrorCode.Unavailable, "The node cannot be reached.")
                : cluster.Nodes[from.Value].Exchange.Holder.Describe(shard, wanted));

        public Task<Result<SnapshotChunk>> ReadAsync(
            NodeId from, ShardId shard, UInt128 snapshot, int file, long offset, int length, CancellationToken cancellationToken)
        {
            Result<SnapshotChunk> chunk = IsCut(from)
                ? new NacreError(ErrorCode.Unavailable, "The node cannot be reached.")
                : cluster.Nodes[from.Value].Exchange.Holder.Read(shard, snapshot, file, offset, length);
            return (cluster.Carries?.Invoke(to, chunk) ?? Task.FromResult(chunk)).WaitAsync(cancellationToken);
        }

        private bool IsCut(NodeId from) => cluster.CutOff.Contains(from.Value) || cluster.CutOff.Contains(to.Value);
    }

    private sealed class Wire(ReplicaCluster cluster, NodeId from) : IReplicaTransport
    {
        public void Send(NodeId to, ShardId shard, in RaftMessage message)
        {
            Assert.That(shard, Is.EqualTo(cluster._shard));
            lock (cluster._networkGate)
            {
                cluster._network.Enqueue((from, to, message));
            }
        }
    }
}
