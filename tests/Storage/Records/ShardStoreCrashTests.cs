using Nacre.Core.Files;
using Nacre.Core.Ids;
using Nacre.Storage.Records;
using Nacre.Testing;

namespace Nacre.Storage.Tests.Records;

/// <summary>Power lost at any change of the disk, during writes, checkpoints, compaction and re-encryption.</summary>
[TestFixture]
public sealed class ShardStoreCrashTests
{
    /// <summary>Histories of a normal run; a kept run sets NACRE_CRASH_RUNS higher.</summary>
    private static int Runs =>
        int.TryParse(Environment.GetEnvironmentVariable("NACRE_CRASH_RUNS"), out int runs) ? runs : 100;

    [Test]
    public async Task Recovery_AfterPowerLossAnywhere_HasExactlyACheckpoint()
    {
        long changes = await CountChangesAsync();
        for (ulong seed = 1; seed <= (ulong)Runs; seed++)
        {
            SeededRandom random = new(seed);
            using StoreBench bench = new(new SimulatedFileSystem()) { Configure = WithIndexCheckpoints };
            History history = new(seed);
            bench.Files.CrashAt(1 + (long)(random.NextUInt64() % (ulong)changes), seed);
            await RunUntilPowerIsLostAsync(bench, history);

            bench.Files = bench.Files.Reboot(seed);
            if (random.OneIn(3) && history.Acknowledged.Count >= 2)
            {
                await CheckOlderAsync(bench, history, seed);
            }
            else
            {
                await CheckNewestAsync(bench, history, seed);
            }
        }
    }

    private static ShardStoreOptions WithIndexCheckpoints(ShardStoreOptions options) =>
        options with { MemoryBytes = 17 << 17, IndexCheckpointBytes = 1 << 18 };

    private static async Task<long> CountChangesAsync()
    {
        using StoreBench bench = new(new SimulatedFileSystem()) { Configure = WithIndexCheckpoints };
        await RunUntilPowerIsLostAsync(bench, new History(0));
        return bench.Files.Changes;
    }

    private static async Task RunUntilPowerIsLostAsync(StoreBench bench, History history)
    {
        try
        {
            await using ShardStore store = bench.Open();
            for (int step = 0; step < 40; step++)
            {
                await history.StepAsync(store, bench);
            }
        }
        catch (Exception exception) when (exception is StorageFaultException or SimulatedCrashException)
        {
            Assert.That(bench.Files.HasCrashed, Is.True, exception.ToString());
        }
    }

    private static async Task CheckNewestAsync(StoreBench bench, History history, ulong seed)
    {
        for (int round = 0; round < 2; round++)
        {
            await using ShardStore store = bench.Open();
            ulong index = store.RecoveredIndex.Value;
            Assert.That(index, Is.GreaterThanOrEqualTo(history.Acknowledged.LastOrDefault()), $"seed {seed}, round {round}");
            history.Check(store, index, seed);
            await history.ContinueAsync(store, index);
        }
    }

    private static async Task CheckOlderAsync(StoreBench bench, History history, ulong seed)
    {
        string[] manifests = [.. bench.Named("manifest-0").Order(StringComparer.Ordinal)];
        Assert.That(manifests, Has.Length.GreaterThanOrEqualTo(2), $"seed {seed}");
        bench.Files.FlipBit(manifests[^1], 60, 1);
        await using ShardStore store = bench.Open();
        Assert.That(store.RecoveredIndex.Value, Is.GreaterThanOrEqualTo(history.Acknowledged[^2]), $"seed {seed}");
        history.Check(store, store.RecoveredIndex.Value, seed);
        await history.ContinueAsync(store, store.RecoveredIndex.Value);
    }

    /// <summary>What was done to a store, and what it must hold at each applied index.</summary>
    private sealed class History(ulong seed)
    {
        private readonly SeededRandom _random = new(seed ^ 0xABCDEF);
        private readonly Dictionary<ulong, HashSet<ulong>> _at = new() { [0] = [] };
        private HashSet<ulong> _live = [];
        private ulong _next = 1;
        private ulong _applied;

        /// <summary>Indexes of the checkpoints that were reported durable.</summary>
        public List<ulong> Acknowledged { get; } = [];

        public async Task StepAsync(ShardStore store, StoreBench bench)
        {
            switch (_random.Next(12))
            {
                case < 6:
                    Write(store, 1 + _random.Next(60));
                    break;
                case < 9:
                    await CheckpointAsync(store, writesMeanwhile: _random.Next(40));
                    break;
                case 9:
                    Kill();
                    store.CompactSlice(store.Items, new Liveness(key => _live.Contains(key.Low)), 1 + _random.Next(400_000));
                    break;
                case 10:
                    Kill();
                    break;
                default:
                    bench.Keys.Rotate(KeyDomainId.Shared);
                    Task checkpoint = CheckpointAsync(store, writesMeanwhile: 5);
                    for (int i = 0; i < 3; i++)
                    {
                        await store.ReencryptSegmentAsync();
                    }

                    await checkpoint;
                    break;
            }
        }

        public void Check(ShardStore store, ulong index, ulong run)
        {
            Assert.That(_at, Does.ContainKey(index), $"seed {run}");
            foreach (ulong key in _at[index])
            {
                using RecordLease lease = store.Items.Read(RecordKey.Node(key));
                Assert.That(lease.Found, Is.True, $"seed {run}: record {key} of checkpoint {index} is missing");
                Assert.That(lease.Span.SequenceEqual(Content(key)), Is.True, $"seed {run}: record {key} is wrong");
            }

            Assert.That(store.RecoveredMeta.Span.SequenceEqual(index == 0 ? [] : BitConverter.GetBytes(index)), Is.True);
        }

        /// <summary>A store that was recovered goes on like any other.</summary>
        public async Task ContinueAsync(ShardStore store, ulong index)
        {
            _live = [.. _at[index]];
            _applied = Math.Max(_applied, index);
            Acknowledged.Clear();
            for (int i = 0; i < 3; i++)
            {
                Write(store, 40);
                await CheckpointAsync(store, writesMeanwhile: 5);
            }
        }

        private static byte[] Content(ulong key)
        {
            byte[] content = new byte[(key * 7919 % 6000) + 8];
            Array.Fill(content, (byte)key);
            BitConverter.TryWriteBytes(content, key);
            return content;
        }

        private void Write(ShardStore store, int count)
        {
            for (int i = 0; i < count; i++)
            {
                ulong key = _next++;
                byte[] content = Content(key);
                store.Items.Write(RecordKey.Node(key), content.AsSpan(0, 5), content.AsSpan(5));
                store.Nodes.Write(RecordKey.Node(key), content.AsSpan(0, 3), []);
                _live.Add(key);
            }
        }

        private void Kill() => _live.RemoveWhere(key => key % 5 == (ulong)_random.Next(5) && _random.OneIn(2));

        private async Task CheckpointAsync(ShardStore store, int writesMeanwhile)
        {
            ulong applied = ++_applied;
            _at[applied] = [.. _live];
            Task<LogIndex> checkpoint = store.BeginCheckpoint(new LogIndex(applied), BitConverter.GetBytes(applied));
            Write(store, writesMeanwhile);
            await checkpoint;
            Acknowledged.Add(applied);
        }
    }
}
