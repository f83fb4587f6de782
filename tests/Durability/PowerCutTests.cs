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
    public Task Recovery_AfterPowerLossAnywhere_HasEveryAcknowledgedWrite() => RunAsync(first: 1, count: 40);

    [Test]
    [Explicit("The kept run: 500 cuts.")]
    [Category("Long")]
    public Task Recovery_After500PowerLosses_HasEveryAcknowledgedWrite() => RunAsync(first: 1001, count: 500);

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

    private static async Task RunAsync(ulong first, int count)
    {
        SimulatedFileSystem empty = await SimulatedNode.MakeDiskAsync();
        long changes = await CountChangesAsync(empty);
        var watch = Stopwatch.StartNew();
        ulong only = ulong.TryParse(Environment.GetEnvironmentVariable("NACRE_CUT_SEED"), CultureInfo.InvariantCulture, out ulong seed) ? seed : 0;
        int older = 0;
        int acknowledged = 0;
        for (ulong number = only == 0 ? first : only; number < (only == 0 ? first + (ulong)count : only + 1); number++)
        {
            try
            {
                (bool wasOlder, int writes) = await CutAsync(empty, number, changes);
                older += wasOlder ? 1 : 0;
                acknowledged += writes;
            }
            catch (Exception)
            {
                await TestContext.Out.WriteLineAsync($"Seed {number} failed: NACRE_CUT_SEED={number} runs it alone.");
                throw;
            }
        }

        await TestContext.Out.WriteLineAsync(
            $"{count} cuts from seed {first} over {changes} changes, {acknowledged} acknowledged writes, {older} recoveries from the older checkpoint, {watch.Elapsed.TotalSeconds:f0} s.");
    }

    private static async Task<long> CountChangesAsync(SimulatedFileSystem empty)
    {
        SimulatedFileSystem disk = empty.Clone();
        await using SimulatedNode node = await SimulatedNode.StartAsync(disk);
        await new Workload(seed: 0).RunAsync(node, Steps, () => false);
        int checkpoints = Count(SimulatedOperationKind.Rename, "manifest");
        int removed = Count(SimulatedOperationKind.Delete, "shards");
        int segments = Count(SimulatedOperationKind.Create, "log");
        await TestContext.Out.WriteLineAsync($"An uncut run: {checkpoints} checkpoints, {segments} log segments, {removed} files of stores removed.");
        Assert.That(checkpoints, Is.Positive, "the history must meet checkpoints");
        return disk.Changes;

        int Count(SimulatedOperationKind kind, string part) =>
            disk.Operations.Count(operation => operation.Kind == kind && operation.Path.Contains(part, StringComparison.Ordinal));
    }

    private static async Task<(bool WasOlder, int Acknowledged)> CutAsync(SimulatedFileSystem empty, ulong seed, long changes)
    {
        var random = new SeededRandom(seed);
        var workload = new Workload(seed);
        SimulatedFileSystem disk = empty.Clone();
        disk.CrashAt(1 + (long)(random.NextUInt64() % (ulong)changes), seed);
        if (await StartUntilPowerIsLostAsync(disk) is { } node)
        {
            await using (node)
            {
                await workload.RunAsync(node, Steps, () => disk.HasCrashed);
            }
        }

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
        return (wasOlder, workload.Acknowledged);
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
}
