using Nacre.Core.Commands;
using Nacre.Core.Files;
using Nacre.Core.Log;
using Nacre.Storage.Documents;
using Nacre.Storage.Records;
using Nacre.Storage.Tests.Records;
using Nacre.Testing;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Documents;

/// <summary>The state machine over the store on disk: power lost anywhere, then checkpoint and log give the state back.</summary>
[TestFixture]
public sealed class DocumentsOnDiskTests
{
    private readonly RangeDefinition _range = Range();

    /// <summary>Histories of a normal run; a kept run sets NACRE_CRASH_RUNS higher.</summary>
    private static int Runs =>
        int.TryParse(Environment.GetEnvironmentVariable("NACRE_CRASH_RUNS"), out int runs) ? runs : 40;

    [Test]
    public async Task Reopen_AfterPowerLossAnywhere_HasEveryAppliedEntry()
    {
        long changes = await CountChangesAsync();
        for (ulong seed = 1; seed <= (ulong)Runs; seed++)
        {
            using StoreBench disk = new(new SimulatedFileSystem());
            disk.Files.CrashAt(1 + (long)(new SeededRandom(seed).NextUInt64() % (ulong)changes), seed);
            await using Run run = new(disk, seed, _range);
            await run.UntilPowerIsLostAsync(steps: 120);
            disk.Files = disk.Files.Reboot(seed);
            await run.RecoverAsync();
        }
    }

    private async Task<long> CountChangesAsync()
    {
        using StoreBench disk = new(new SimulatedFileSystem());
        await using Run run = new(disk, seed: 0, _range);
        await run.UntilPowerIsLostAsync(steps: 120);
        return disk.Files.Changes;
    }

    /// <summary>One history.</summary>
    private sealed class Run(StoreBench disk, ulong seed, RangeDefinition range) : IAsyncDisposable
    {
        private readonly SeededRandom _random = new(seed ^ 0x5EED);
        private readonly Dictionary<string, string> _expected = [];
        private DocumentWorkbench? _bench;

        public async Task UntilPowerIsLostAsync(int steps)
        {
            try
            {
                _bench = new DocumentWorkbench(SmallOptions, disk.Open);
                _bench.Activate(range);
                await StepsAsync(_bench, steps);
            }
            catch (Exception exception) when (exception is StorageFaultException or SimulatedCrashException)
            {
                Assert.That(disk.Files.HasCrashed, Is.True, exception.ToString());
            }

            await DisposeAsync();
        }

        /// <summary>Opens twice: what recovery itself wrote must not hurt the next one.</summary>
        public async Task RecoverAsync()
        {
            if (_bench is null)
            {
                return;
            }

            for (int round = 0; round < 2; round++)
            {
                _bench.Reopen();
                await CheckAsync(_bench);
                await StepsAsync(_bench, steps: 10);
                await _bench.Machine.BeginCheckpoint();
                await CheckAsync(_bench);
                await _bench.DisposeAsync();
                await using ShardStore store = disk.Open();
                Assert.That(DocumentVerifier.Verify(SmallOptions, store, null, CancellationToken.None).Findings, Is.Empty, $"seed {seed}");
            }
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                await (_bench?.DisposeAsync() ?? ValueTask.CompletedTask);
            }
            catch (Exception exception) when (exception is StorageFaultException or SimulatedCrashException)
            {
                Assert.That(disk.Files.HasCrashed, Is.True, exception.ToString());
            }
        }

        private async Task StepsAsync(DocumentWorkbench bench, int steps)
        {
            Task checkpoint = Task.CompletedTask;
            for (int step = 0; step < steps; step++)
            {
                switch (_random.Next(10))
                {
                    case < 7:
                        Write(bench, 1 + _random.Next(20));
                        break;
                    case 7:
                        await checkpoint;
                        checkpoint = bench.Machine.BeginCheckpoint();
                        break;
                    default:
                        bench.Machine.Maintain();
                        break;
                }
            }

            await checkpoint;
        }

        private void Write(DocumentWorkbench bench, int count)
        {
            for (int i = 0; i < count; i++)
            {
                string id = $"item{_random.Next(60)}";
                string value = new((char)('a' + _random.Next(26)), _random.Next(20) == 0 ? 100_000 : _random.Next(600));

                // The entry is in the log before it is applied: it counts whatever the store does.
                if (_random.Next(5) == 0)
                {
                    LogRecord record = bench.Propose(range, default, Delete(id));
                    _expected.Remove(id);
                    bench.Apply(record);
                }
                else
                {
                    LogRecord record = bench.Propose(range, default, Upsert(id, value));
                    _expected[id] = value;
                    bench.Apply(record);
                }
            }
        }

        private async Task CheckAsync(DocumentWorkbench bench)
        {
            foreach ((string id, string value) in _expected)
            {
                Assert.That(await bench.ReadAsync(range, id), Is.EqualTo(System.Text.Encoding.UTF8.GetString(Body(id, value: value))), $"seed {seed}");
            }

            Assert.That((await bench.ListAsync(range)).Select(item => item.Id), Is.EqualTo(_expected.Keys.Order(StringComparer.Ordinal)), $"seed {seed}");
            Assert.That(await bench.ListAsync(range, byChange: true), Has.Count.EqualTo(_expected.Count), $"seed {seed}");
        }
    }
}
