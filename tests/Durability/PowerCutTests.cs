using System.Diagnostics;
using System.Globalization;
using Nacre.Core.Errors;
using Nacre.Core.Files;
using Nacre.Durability.Tests.Support;
using Nacre.Testing;

namespace Nacre.Durability.Tests;

/// <summary>
/// Power lost at any change of the disk that a whole node makes: in log flushes, checkpoints, rotations of keys and
/// compaction, and again in the recovery. The disk keeps what was flushed, and of the rest what it likes.
/// </summary>
/// <remarks>A seed that failed is run again alone with NACRE_CUT_SEED=n.</remarks>
[TestFixture]
public sealed class PowerCutTests
{
    private const int Steps = 80;

    /// <summary>Bytes into a manifest file at which a bit turns: within what its tag covers.</summary>
    private const int ManifestRotAt = 60;

    [Test]
    public Task Recovery_AfterPowerLossAnywhere_HasEveryAcknowledgedWrite() => RunAsync(first: 1, count: 42, step => step.Part);

    [Test]
    [Category("Long")]
    public Task Recovery_After500PowerLosses_HasEveryAcknowledgedWrite() => RunAsync(first: 1001, count: 500, step => step.Name);

    [Test]
    public async Task FirstStart_PowerLossAnywhere_CanBeRepeated()
    {
        var whole = new SimulatedFileSystem();
        await (await SimulatedNode.StartAsync(whole)).DisposeAsync();
        for (ulong seed = 1; seed <= 6; seed++)
        {
            var disk = new SimulatedFileSystem();
            disk.CrashAt(1 + (long)(new SeededRandom(seed).NextUInt64() % (ulong)whole.Changes), seed);
            if (await StartUntilPowerIsLostAsync(disk) is { } early)
            {
                await early.DisposeAsync();
            }

            SimulatedFileSystem after = disk.Reboot(seed);

            await using SimulatedNode node = await SimulatedNode.StartAsync(after);
            await node.MakeContainerAsync();
        }
    }

    /// <param name="first">Seed of the first cut.</param>
    /// <param name="count">How many cuts.</param>
    /// <param name="met">Of what each must have been cut at.</param>
    private static async Task RunAsync(ulong first, int count, Func<CutStep, string> met)
    {
        SimulatedFileSystem empty = await SimulatedNode.MakeDiskAsync();
        SimulatedFileSystem uncut = await RunUncutAsync(empty);
        var watch = Stopwatch.StartNew();
        ulong only = ulong.TryParse(Environment.GetEnvironmentVariable("NACRE_CUT_SEED"), CultureInfo.InvariantCulture, out ulong seed) ? seed : 0;
        int older = 0;
        int acknowledged = 0;
        var hits = CutStep.All.ToDictionary(step => step, _ => 0);
        for (ulong number = only == 0 ? first : only; number < (only == 0 ? first + (ulong)count : only + 1); number++)
        {
            try
            {
                Cut cut = await CutAsync(empty, number, uncut);
                older += cut.WasOlder ? 1 : 0;
                acknowledged += cut.Acknowledged;
                foreach (CutStep step in cut.Steps)
                {
                    hits[step]++;
                }
            }
            catch (Exception)
            {
                await TestContext.Out.WriteLineAsync($"Seed {number} failed: NACRE_CUT_SEED={number} runs it alone.");
                throw;
            }
        }

        await TestContext.Out.WriteLineAsync(
            $"{count} cuts from seed {first} over {uncut.Changes} changes, {acknowledged} acknowledged writes, {older} recoveries from the older checkpoint, {watch.Elapsed.TotalSeconds:f0} s.");
        foreach ((CutStep step, int hit) in hits)
        {
            await TestContext.Out.WriteLineAsync($"{hit} cut at {step.Part}: {step.Name}");
        }

        if (only == 0)
        {
            Assert.That(older, Is.Positive, "some are to recover from the older checkpoint");
            Assert.That(hits.GroupBy(hit => met(hit.Key)).Where(group => group.All(hit => hit.Value == 0)).Select(group => group.Key), Is.Empty, "no cut met them");
        }
    }

    private static async Task<SimulatedFileSystem> RunUncutAsync(SimulatedFileSystem empty)
    {
        SimulatedFileSystem disk = empty.Clone();
        await using SimulatedNode node = await SimulatedNode.StartAsync(disk);
        await new Workload(seed: 0).RunAsync(node, Steps, () => false);
        return disk;
    }

    private static async Task<Cut> CutAsync(SimulatedFileSystem empty, ulong seed, SimulatedFileSystem uncut)
    {
        var random = new SeededRandom(seed);
        var workload = new Workload(seed);
        SimulatedFileSystem disk = empty.Clone();
        Schedule(disk, seed, random, uncut);
        if (await StartUntilPowerIsLostAsync(disk) is { } node)
        {
            await using (node)
            {
                await workload.RunAsync(node, Steps, () => disk.HasCrashed);
            }
        }

        List<CutStep> steps = StepsAt(disk);
        disk = disk.Reboot(seed);
        bool wasOlder = random.OneIn(3) && DamageNewestManifest(disk, random);
        if (random.OneIn(3))
        {
            // Power goes once more while the node recovers, or soon after.
            disk.CrashAt(1 + random.Next(150), seed);
            if (await StartUntilPowerIsLostAsync(disk) is { } recovering)
            {
                await using (recovering)
                {
                    await workload.RunAsync(recovering, steps: 2, () => disk.HasCrashed);
                }
            }

            disk = disk.Reboot(seed + 1);
        }

        await using (SimulatedNode recovered = await SimulatedNode.StartAsync(disk))
        {
            await workload.CheckAsync(recovered.Items);
            await workload.RunAsync(recovered, steps: 4, () => false);
            await recovered.StopAsync();
        }

        await using SimulatedNode again = await SimulatedNode.StartAsync(disk);
        await workload.CheckAsync(again.Items);
        return new Cut(wasOlder, workload.Acknowledged, steps);
    }

    /// <summary>One cut in four falls anywhere, the others take turns at the steps; each in the earlier half of those of an uncut run, which no history misses.</summary>
    private static void Schedule(SimulatedFileSystem disk, ulong seed, SeededRandom random, SimulatedFileSystem uncut)
    {
        if (seed % 4 == 0)
        {
            disk.CrashAt(1 + (long)(random.NextUInt64() % (ulong)uncut.Changes), seed);
            return;
        }

        CutStep step = CutStep.All[(int)(seed % (ulong)CutStep.All.Count)];
        Predicate<SimulatedOperation> watch = step.NewWatch();
        int occurrences = uncut.Operations.Count(operation => watch(operation));
        disk.CrashOn(step.NewWatch(), random.Next(Math.Max(1, occurrences / 2)), seed);
    }

    /// <summary>The steps at which power went; none where the history ended before.</summary>
    private static List<CutStep> StepsAt(SimulatedFileSystem disk)
    {
        if (!disk.HasCrashed)
        {
            return [];
        }

        IReadOnlyList<SimulatedOperation> operations = disk.Operations;
        long last = operations[^1].Number;
        return [.. CutStep.All.Where(step =>
        {
            Predicate<SimulatedOperation> watch = step.NewWatch();
            return operations.Any(operation => watch(operation) && operation.Number == last);
        })];
    }

    /// <summary>Turns a bit of the newest manifest of a data shard that has another one to recover from.</summary>
    private static bool DamageNewestManifest(SimulatedFileSystem disk, SeededRandom random)
    {
        string shard = Path.Combine(SimulatedNode.Folder, "shards", random.OneIn(2) ? "1" : "2");
        string[] manifests = [.. disk.AllFiles.Where(path => path.StartsWith(Path.Combine(shard, "manifest-0"), StringComparison.Ordinal))];
        if (manifests.Length < 2)
        {
            return false;
        }

        disk.FlipBit(manifests[^1], ManifestRotAt, bit: 1);
        return true;
    }

    private static async Task<SimulatedNode?> StartUntilPowerIsLostAsync(SimulatedFileSystem disk)
    {
        try
        {
            Result<SimulatedNode> started = await SimulatedNode.TryStartAsync(disk);
            Assert.That(started.IsOk || disk.HasCrashed, Is.True, started.Error?.Message);
            return started.IsOk ? started.Value : null;
        }
        catch (Exception exception) when (disk.HasCrashed && exception is SimulatedCrashException or StorageFaultException)
        {
            return null;
        }
    }

    /// <summary>What came of one cut.</summary>
    private sealed record Cut(bool WasOlder, int Acknowledged, IReadOnlyList<CutStep> Steps);
}
