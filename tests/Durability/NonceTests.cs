using System.Diagnostics;
using System.Text;
using Nacre.Client;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Durability.Tests.Support;
using Nacre.Server.Hosting;
using Nacre.Server.Options;
using Nacre.Testing;

namespace Nacre.Durability.Tests;

/// <summary>
/// No AES-GCM nonce repeats under a key in anything that a whole node writes, over crashes that lose what was not flushed
/// and over a data folder that was copied and goes on in two places.
/// </summary>
/// <remarks>
/// Every write of the node is taken apart by <see cref="NonceLedgerReader"/>. What a crash loses counts as well: it was
/// written, and may be on the disk. Continuation tokens, which go over the wire alone, are not in here.
/// </remarks>
[TestFixture]
public sealed class NonceTests
{
    private const int Rounds = 32;
    private const int Steps = 14;
    private const int MostChanges = 700;

    // Little memory, less than an operator may give, makes a small hash index, which is then written more often; more that
    // is dead before compaction lets the logs grow until that is due.
    private static readonly NodeOptions Options = SimulatedNode.Options with { MemoryBudgetBytes = 16L << 20 };
    private static readonly StorageSizes Sizes = SimulatedNode.SmallSizes with { IndexCheckpointBytes = 64 << 10, CompactAtDeadBytes = 1 << 20 };

    private readonly NonceLedger _ledger = new();
    private readonly Dictionary<CutStep, int> _met = CutStep.All.ToDictionary(step => step, _ => 0);
    private ulong _life;
    private int _crashes;

    [Test]
    public async Task Nonces_OverCrashesAndACopiedFolder_NeverRepeat()
    {
        var watch = Stopwatch.StartNew();
        SimulatedFileSystem disk = await LoopAsync(new SimulatedFileSystem());
        int rounds = _crashes;

        // The same image and the same keys, the same documents at the same places, and each its own chance.
        SimulatedFileSystem[] copies = [disk.Clone(), disk.Clone()];
        for (int part = 0; part < 2; part++)
        {
            for (int i = 0; i < copies.Length; i++)
            {
                Dictionary<NonceLedgerKind, int> before = Counts();
                copies[i] = await GoOnAsync(copies[i]);
                NonceLedgerKind[] idle = [.. before.Where(count => _ledger.CountOf(count.Key) == count.Value).Select(count => count.Key)];
                Assert.That(
                    idle, Has.No.AnyOf(NonceLedgerKind.LogSegment, NonceLedgerKind.LogFrame, NonceLedgerKind.LogSection, NonceLedgerKind.ItemBlock, NonceLedgerKind.NodeBlock, NonceLedgerKind.Manifest, NonceLedgerKind.ControlCheckpoint, NonceLedgerKind.KeyRing, NonceLedgerKind.DataKey, NonceLedgerKind.AccountKey, NonceLedgerKind.TokenKey),
                    $"copy {i} wrote none");
            }
        }

        await TestContext.Out.WriteLineAsync($"{_life} lives, {_crashes} crashes, {watch.Elapsed.TotalSeconds:f1} s; {_ledger.ProvedBlocks} blocks have their tags");
        foreach ((NonceLedgerKind kind, int count) in Counts())
        {
            await TestContext.Out.WriteLineAsync($"{kind}: {count}");
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(_ledger.Faults.Take(10), Is.Empty);
            Assert.That(Counts().Where(count => count.Value == 0).Select(count => count.Key), Is.Empty, "never seen");
            Assert.That(rounds, Is.GreaterThanOrEqualTo(20), "crashes");
            Assert.That(_met.Where(step => step.Value == 0).Select(step => $"{step.Key.Part}: {step.Key.Name}"), Is.Empty, "steps never taken");
        }
    }

    /// <summary>Rounds of start, check, work and a crash or a stop.</summary>
    private async Task<SimulatedFileSystem> LoopAsync(SimulatedFileSystem disk)
    {
        var random = new SeededRandom(5);
        var workload = new Workload(seed: 5);
        await using (SimulatedNode first = (await StartAsync(disk))!)
        {
            await first.MakeContainerAsync();
            await first.StopAsync();
        }

        for (int round = 0; round < Rounds; round++)
        {
            if (round % 4 != 3)
            {
                disk.CrashAt(disk.Changes + 1 + random.Next(MostChanges), (ulong)round);
            }

            if (await StartAsync(disk) is { } node)
            {
                await using (node)
                {
                    await WorkAsync(node, workload);
                    if (!disk.HasCrashed && round % 8 == 7)
                    {
                        await node.StopAsync();
                    }
                    else
                    {
                        disk.Crash();
                    }
                }
            }

            disk = Next(disk, (ulong)round);
        }

        return disk;
    }

    private static async Task WorkAsync(SimulatedNode node, Workload workload)
    {
        try
        {
            await workload.CheckAsync(node.Items);
            await workload.RunAsync(node, Steps, () => node.Disk.HasCrashed);
            if (!node.Disk.HasCrashed)
            {
                await ChangeKeysAsync(node);
            }
        }
        catch (NacreException) when (node.Disk.HasCrashed)
        {
            // Power went.
        }
    }

    private static async Task ChangeKeysAsync(SimulatedNode node)
    {
        await node.Client.Keys.RegenerateAsync(AccountKeyKind.Secondary);
        await node.Client.Keys.RotateTokenKeyAsync();
        await node.Client.Keys.RotateEncryptionKeysAsync(EncryptionKeyScope.Data, reencrypt: true);
    }

    /// <summary>What both copies do alike.</summary>
    private async Task<SimulatedFileSystem> GoOnAsync(SimulatedFileSystem disk)
    {
        await using (SimulatedNode node = (await StartAsync(disk))!)
        {
            for (int i = 0; i < 40; i++)
            {
                string document = $$"""{"id":"copied-{{i}}","pk":"copied","t":"{{new string('x', 20_000)}}"}""";
                await node.Items.UpsertJsonAsync(Encoding.UTF8.GetBytes(document));
            }

            await ChangeKeysAsync(node);
            disk.Crash();
        }

        return Next(disk, seed: 1);
    }

    /// <summary>Starts a node whose writes are heard; null when power goes meanwhile.</summary>
    private async Task<SimulatedNode?> StartAsync(SimulatedFileSystem disk)
    {
        var random = new NonceLedgerRandom(new SeededRandom(1_000 + ++_life));
        NonceLedgerReader.Watch(_ledger, disk, random);
        NodeEnvironment environment = SimulatedNode.EnvironmentOver(disk) with { Random = random, Sizes = Sizes, RootKey = SimulatedNode.RootKey };
        try
        {
            Result<SimulatedNode> started = await SimulatedNode.TryStartAsync(disk, Options, environment);
            Assert.That(started.IsOk || disk.HasCrashed, Is.True, started.Error?.Message);
            return started.IsOk ? started.Value : null;
        }
        catch (Exception exception) when (disk.HasCrashed && exception is SimulatedCrashException or StorageFaultException)
        {
            return null;
        }
    }

    /// <summary>The disk of the next round; of this one it is counted what was met.</summary>
    private SimulatedFileSystem Next(SimulatedFileSystem disk, ulong seed)
    {
        IReadOnlyList<SimulatedOperation> operations = disk.Operations;
        foreach (CutStep step in CutStep.All)
        {
            Predicate<SimulatedOperation> watch = step.NewWatch();
            _met[step] += operations.Count(operation => watch(operation));
        }

        _crashes += disk.HasCrashed ? 1 : 0;
        return disk.HasCrashed ? disk.Reboot(seed) : disk;
    }

    private Dictionary<NonceLedgerKind, int> Counts() => Enum.GetValues<NonceLedgerKind>().ToDictionary(kind => kind, _ledger.CountOf);
}
