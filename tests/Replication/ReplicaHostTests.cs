using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Tests.Doubles;
using Nacre.Testing;

namespace Nacre.Replication.Tests;

/// <summary>All replicas of a node together.</summary>
[TestFixture]
public sealed class ReplicaHostTests
{
    private readonly ReplicationMetrics _metrics = new();
    private readonly FakeTimeProvider _time = new();
    private MemoryLog _log = new();
    private CountingMachine[] _machines = [];

    [OneTimeTearDown]
    public void DisposeMetrics() => _metrics.Dispose();

    [Test]
    public async Task Start_OfAllShards_ReportsEach()
    {
        await using ReplicaHost host = Make();

        IReadOnlyList<RecoveryReport> reports = await host.StartAsync(default);

        Assert.That(reports.Select(report => report.Shard.Value), Is.EqualTo(new uint[] { 0, 1, 2 }));
        Assert.That(host.Statuses().Select(status => status.State), Is.All.EqualTo(ReplicaState.Serving));
        Assert.That(host.TryGet(new ShardId(9), out _), Is.False);
    }

    [Test]
    public async Task Stop_Always_AnswersWhatIsInFlightAndCheckpointsEach()
    {
        await using ReplicaHost host = Make();
        await host.StartAsync(default);
        Assert.That(host.TryGet(new ShardId(1), out ShardReplica? replica));
        _log.Holds = true;
        ValueTask<Result<CommandOutcome>> inFlight = replica!.ProposeAsync(Rig.Write(1), default);

        Task<bool> stopping = host.StopAsync(default);
        Assert.That(stopping.IsCompleted, Is.False);
        _log.FlushAll();

        Assert.That((await inFlight).IsOk);
        Assert.That(await stopping);
        Assert.That(host.Statuses().Select(status => status.State), Is.All.EqualTo(ReplicaState.Stopped));
        Assert.That(host.Statuses().All(status => status.Checkpointed == status.Applied));
        Assert.That(_machines, Has.All.Property(nameof(CountingMachine.IsDisposed)).True);
    }

    [Test]
    public async Task Stop_WithoutTime_SaysSo()
    {
        await using ReplicaHost host = Make();
        await host.StartAsync(default);
        host.TryGet(new ShardId(1), out ShardReplica? replica);
        _log.Holds = true;
        ValueTask<Result<CommandOutcome>> inFlight = replica!.ProposeAsync(Rig.Write(1), default);

        Assert.That(await host.StopAsync(new CancellationToken(canceled: true)), Is.False);

        Assert.That((await inFlight).Error?.Code, Is.EqualTo(ErrorCode.OutcomeUnknown));
    }

    [Test]
    public async Task Faulted_WhenAShardFails_NamesIt()
    {
        await using ReplicaHost host = Make();
        await host.StartAsync(default);
        Assert.That(host.Faulted.IsCompleted, Is.False);
        _machines[2].Fault = new StorageFaultException(StorageFaultKind.Corrupt, "items", "block 3", "A tag does not hold");
        host.TryGet(new ShardId(2), out ShardReplica? replica);

        await replica!.ProposeAsync(Rig.Write(1), default);

        (ShardId shard, NacreError reason) = await host.Faulted;
        Assert.That(shard, Is.EqualTo(new ShardId(2)));
        Assert.That(reason.Code, Is.EqualTo(ErrorCode.Corrupt));
        Assert.That((await host.Control.ReadIndexAsync(default)).IsOk, "the others go on");
    }

    [Test]
    public async Task Clock_WhenItTicks_MaintainsEachShard()
    {
        await using ReplicaHost host = Make();
        await host.StartAsync(default);

        _time.Advance(TimeSpan.FromSeconds(1));

        await Task.WhenAll(_machines.Select(machine => machine.Maintained.Task));
    }

    [Test]
    public async Task Metrics_Always_ShowEachShard()
    {
        await using ReplicaHost host = Make();
        var seen = new List<(string Name, long Shard, double Value)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == ReplicationMetrics.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        await host.StartAsync(default);
        host.TryGet(new ShardId(1), out ShardReplica? replica);
        await replica!.ProposeAsync(Rig.Write(1), default);
        _machines[1].HasRoom = false;
        await replica.ProposeAsync(Rig.Write(1), default);
        await replica.CheckpointAsync(default);
        listener.RecordObservableInstruments();

        lock (seen)
        {
            Assert.Multiple(() =>
            {
                Assert.That(seen.Any(each => each is { Name: "nacre.replica.term", Shard: 2, Value: 1 }));
                Assert.That(seen.Any(each => each is { Name: "nacre.replica.applied.index", Shard: 1, Value: 2 }));
                Assert.That(seen.Where(each => each is { Name: "nacre.replica.applied", Shard: 1 }).Sum(each => each.Value), Is.EqualTo(2));
                Assert.That(seen.Count(each => each is { Name: "nacre.replica.proposal.duration", Shard: 1 }), Is.EqualTo(1));
                Assert.That(seen.Count(each => each is { Name: "nacre.replica.refused", Shard: 1 }), Is.EqualTo(1));
                Assert.That(seen.Count(each => each is { Name: "nacre.replica.checkpoint.duration", Shard: 1 }), Is.EqualTo(1));
            });
        }

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (seen)
            {
                seen.Add((instrument.Name, (long)tags[0].Value!, value));
            }
        }
    }

    private ReplicaHost Make()
    {
        _log = new MemoryLog();
        _machines = [.. Enumerable.Range(0, 3).Select(_ => new CountingMachine(new MachineDisk()))];
        var environment = new ReplicaEnvironment(_time, new SeededRandom(1), PoolScheduler.Instance, _metrics, NullLogger.Instance);
        return new ReplicaHost(
            _machines.Select((machine, shard) => new ShardReplica(
                new ShardIdentity(new ClusterId(7), new ShardId((uint)shard), KeyDomainId.Shared), _log, machine, new TestDataKeys(),
                new ShardReplicaOptions(), environment)),
            environment,
            TimeSpan.FromSeconds(1));
    }
}
