using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Testing;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>One shard's replica over doubles, and its restarts.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly ReplicationMetrics _metrics = new();
    private ulong _runs;

    public Rig(ShardReplicaOptions? options = null)
    {
        Options = options ?? new ShardReplicaOptions();
        Open();
    }

    public static ShardId Shard => new(3);

    public ShardReplicaOptions Options { get; }

    public MemoryLog Log { get; private set; } = new();

    public MachineDisk Disk { get; } = new();

    public CountingMachine Machine { get; private set; } = null!;

    public ShardReplica Replica { get; private set; } = null!;

    public GateScheduler Scheduler { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public static async Task<Rig> StartedAsync(ShardReplicaOptions? options = null)
    {
        var rig = new Rig(options);
        await rig.Replica.StartAsync(default);
        return rig;
    }

    public static Proposal Write(params byte[] command) =>
        new(new EntryHeader { Kind = EntryKind.Data, Operations = 1 }, command);

    public ValueTask<Result<CommandOutcome>> ProposeAsync(params byte[] command) => Replica.ProposeAsync(Write(command), default);

    /// <summary>The machine loses power and comes back: a new replica, not started, over what was durable.</summary>
    public Task RestartAsync() => RestartAsync(Log.Restart());

    /// <summary>As before, over another log.</summary>
    public async Task RestartAsync(MemoryLog log)
    {
        Log = log;
        await Replica.DisposeAsync();
        Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Replica.DisposeAsync();
        _metrics.Dispose();
    }

    private void Open()
    {
        Machine = new CountingMachine(Disk);
        Replica = new ShardReplica(
            new ShardIdentity(new ClusterId(7), Shard, KeyDomainId.Shared), Log, Machine, new TestDataKeys(), Options,
            new ReplicaEnvironment(Time, new SeededRandom(++_runs), Scheduler, _metrics, NullLogger.Instance));
    }
}
