using System.Buffers.Binary;
using Microsoft.Extensions.Logging.Abstractions;
using Nacre.Core.Commands;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Core.StateMachines;
using Nacre.Replication.Tests.Doubles;
using Nacre.Storage.SharedLog;
using Nacre.Testing;

namespace Nacre.Replication.Tests;

/// <summary>The replica over the real log on a disk that loses power: what was acknowledged stays, in its order.</summary>
[TestFixture]
public sealed class CrashTests
{
    private const int Writers = 4;
    private const int Lives = 4;

    private static readonly SegmentedLogOptions LogOptions = new()
    {
        Directory = "/data/log",
        SegmentBytes = 128 << 10,
        InitialSegmentBytes = 64 << 10,
        ReserveBytes = 8 << 10,
        IdleSealAfter = TimeSpan.Zero,
    };

    private static readonly ShardReplicaOptions Options = new() { CheckpointAfterBytes = 16 << 10, MaxAppendBytes = 16 << 10 };

    [Test]
    public async Task Replica_CrashedAtRandom_LosesNothingAcknowledged([Range(1, 40)] int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var files = new SimulatedFileSystem();
        var keys = new TestDataKeys();
        var disk = new MachineDisk();
        var acknowledged = new Dictionary<ulong, ulong>();
        var recovered = new List<ulong>();
        ulong next = 0;
        using var metrics = new ReplicationMetrics();
        for (int life = 0; life < Lives; life++)
        {
            bool isLast = life == Lives - 1;
            if (!isLast)
            {
                files.CrashAt(files.Changes + 1 + random.Next(150), random.NextUInt64());
            }

            SegmentedLog? log = null;
            var machine = new CountingMachine(disk);
            try
            {
                log = SegmentedLog.Open(LogOptions, files, keys, random, TimeProvider.System);
                await using var replica = new ShardReplica(
                    new ShardIdentity(new ClusterId(7), Rig.Shard, KeyDomainId.Shared), log, machine, keys, Options,
                    new ReplicaEnvironment(TimeProvider.System, random, PoolScheduler.Instance, metrics, NullLogger.Instance));
                await replica.StartAsync(default);
                CheckRecovered(machine, recovered, acknowledged);
                if (isLast)
                {
                    break;
                }

                await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteUntilItFailsAsync(replica, () => Interlocked.Increment(ref next), acknowledged)));
            }
            catch (Exception cause) when (cause is SimulatedCrashException or StorageFaultException)
            {
                Assert.That(files.HasCrashed, $"{cause}");
            }
            finally
            {
                if (log is not null)
                {
                    await log.DisposeAsync();
                }
            }

            files = files.Reboot(random.NextUInt64());
        }
    }

    private static async Task WriteUntilItFailsAsync(ShardReplica replica, Func<ulong> nextNumber, Dictionary<ulong, ulong> acknowledged)
    {
        await Task.Yield();
        while (true)
        {
            ulong number = nextNumber();
            byte[] command = new byte[8 + (int)(number % 700)];
            BinaryPrimitives.WriteUInt64LittleEndian(command, number);
            Result<CommandOutcome> outcome = await replica.ProposeAsync(
                new Proposal(new EntryHeader { Kind = EntryKind.Data, Operations = 1 }, command) { MayWait = number % 3 != 0 }, default);
            if (!outcome.IsOk)
            {
                Assert.That(outcome.Error.Code, Is.AnyOf(ErrorCode.OutcomeUnknown, ErrorCode.StorageFailed));
                return;
            }

            lock (acknowledged)
            {
                acknowledged.Add(number, outcome.Value.Lsn.Value);
            }
        }
    }

    /// <summary>What was recovered before is still there, in its order; what was acknowledged stands at the place that its caller was told.</summary>
    private static void CheckRecovered(CountingMachine machine, List<ulong> before, Dictionary<ulong, ulong> acknowledged)
    {
        ulong[] now = [.. machine.Commands.Select(command => BinaryPrimitives.ReadUInt64LittleEndian(command))];
        Assert.That(now.Take(before.Count), Is.EqualTo(before));
        Assert.That(now, Is.Unique);
        foreach ((ulong number, ulong place) in acknowledged)
        {
            Assert.That(now[place - 1], Is.EqualTo(number));
        }

        before.Clear();
        before.AddRange(now);
    }
}
