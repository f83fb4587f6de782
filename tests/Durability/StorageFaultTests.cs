using System.Diagnostics;
using System.Text;
using Nacre.Client;
using Nacre.Durability.Tests.Support;
using Nacre.Testing;

namespace Nacre.Durability.Tests;

/// <summary>A disk that is full, slow or fails, under a whole node: typed errors, never a false answer.</summary>
[TestFixture]
public sealed class StorageFaultTests
{
    private static readonly TimeSpan SlowFlush = TimeSpan.FromMilliseconds(300);

    [Test]
    public async Task Write_FlushTakes300Ms_IsNotAnsweredSooner()
    {
        SimulatedFileSystem disk = await SimulatedNode.MakeDiskAsync();
        await using SimulatedNode node = await SimulatedNode.StartAsync(disk);
        await UpsertAsync(node, "warm-1");
        var watch = Stopwatch.StartNew();
        using FlushGate gate = disk.HoldFlushes("/log/");

        Task<TimeSpan>[] writes = [.. Enumerable.Range(0, 8).Select(async i =>
        {
            await UpsertAsync(node, $"p{i}-1");
            return watch.Elapsed;
        })];
        await gate.Reached;
        // The slow disk: its clock starts when the flush does.
        TimeSpan reached = watch.Elapsed;
        using var timer = new Timer(_ => gate.Open(), null, SlowFlush, Timeout.InfiniteTimeSpan);
        TimeSpan[] answered = await Task.WhenAll(writes);

        Assert.That(answered.Min(), Is.GreaterThanOrEqualTo(reached + SlowFlush - TimeSpan.FromMilliseconds(5)));
    }

    [Test]
    public async Task Write_DiskFull_IsDiskFullUntilThereIsSpaceAgain()
    {
        SimulatedFileSystem disk = await SimulatedNode.MakeDiskAsync();
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (SimulatedNode node = await SimulatedNode.StartAsync(disk))
        {
            disk.QuotaBytes = disk.UsedBytes + (512 << 10);
            NacreException? refused = null;
            for (int i = 0; i < 20_000 && refused is null; i++)
            {
                refused = await TryUpsertAsync(node, $"p{i % 7}-{i}", written);
            }

            Assert.That(refused?.Code, Is.EqualTo(NacreErrorCode.DiskFull), refused?.Message);
            await CheckAsync(node, written);

            disk.QuotaBytes = null;
            await using NacreClient patient = node.NewClient(new NacreClientOptions { MaxRetries = 100, Timeout = TimeSpan.FromMinutes(1) });
            Container items = patient.GetContainer("db", "items");
            for (int i = 0; i < 50; i++)
            {
                string id = $"later-{i}";
                written[id] = Body(id);
                await items.UpsertJsonAsync(Encoding.UTF8.GetBytes(written[id]));
            }

            await CheckAsync(node, written);
            await node.StopAsync();
        }

        await using SimulatedNode again = await SimulatedNode.StartAsync(disk);
        await CheckAsync(again, written);
    }

    [TestCase(SimulatedOperationKind.Flush)]
    [TestCase(SimulatedOperationKind.Write)]
    public async Task Write_LogRefusesOperation_IsNeverAcknowledgedFalsely(SimulatedOperationKind kind)
    {
        SimulatedFileSystem disk = await SimulatedNode.MakeDiskAsync();
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (SimulatedNode node = await SimulatedNode.StartAsync(disk))
        {
            Assert.That(await TryUpsertAsync(node, "first-1", written), Is.Null);
            disk.Fail(kind, "/log/", times: int.MaxValue);

            NacreException? open = await TryUpsertAsync(node, "first-2", written);
            NacreException? refused = await TryUpsertAsync(node, "first-3", written);

            Assert.That(open?.Code, Is.EqualTo(NacreErrorCode.OutcomeUnknown), "it was on its way to the disk");
            Assert.That(refused?.Code, Is.EqualTo(NacreErrorCode.StorageFailed), "nothing is taken on any more");
            await CountRefusedAsync(node, written);
        }

        await using SimulatedNode again = await SimulatedNode.StartAsync(disk.Reboot(seed: 5));
        await CheckAsync(again, written);
        Assert.That(await TryUpsertAsync(again, "third-1", written), Is.Null);
    }

    [Test]
    public async Task Read_StoreRefusesReads_IsStorageFailedNeverNotFound()
    {
        SimulatedFileSystem disk = await SimulatedNode.MakeDiskAsync();
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (SimulatedNode node = await SimulatedNode.StartAsync(disk))
        {
            // More than the node keeps in memory.
            for (int i = 0; i < 700; i++)
            {
                string id = $"p{i % 5}-{i}";
                written[id] = Body(id, fill: 70_000);
                await node.Items.UpsertJsonAsync(Encoding.UTF8.GetBytes(written[id]));
            }

            await node.StopAsync();
        }

        await using SimulatedNode cold = await SimulatedNode.StartAsync(disk);
        disk.Fail(SimulatedOperationKind.Read, "/shards/", times: int.MaxValue);
        int refused = await CountRefusedAsync(cold, written);
        disk.Heal();
        await TestContext.Out.WriteLineAsync($"{refused} of {written.Count} reads refused");
        Assert.That(refused, Is.Positive);
        await CheckAsync(cold, written);
    }

    private static async Task UpsertAsync(SimulatedNode node, string id) =>
        await node.Items.UpsertJsonAsync(Encoding.UTF8.GetBytes(Body(id)));

    private static async Task<NacreException?> TryUpsertAsync(SimulatedNode node, string id, Dictionary<string, string> written)
    {
        try
        {
            await UpsertAsync(node, id);
            written[id] = Body(id);
            return null;
        }
        catch (NacreException refused)
        {
            return refused;
        }
    }

    /// <summary>Reads everything: right, or refused as StorageFailed; nothing is missing.</summary>
    private static async Task<int> CountRefusedAsync(SimulatedNode node, Dictionary<string, string> written)
    {
        int refused = 0;
        foreach ((string id, string body) in written)
        {
            try
            {
                Item<ReadOnlyMemory<byte>>? read = await node.Items.TryReadJsonAsync(Workload.KeyOf(id), id);
                Assert.That(read is { } item ? Encoding.UTF8.GetString(item.Value.Span) : null, Is.EqualTo(body), id);
            }
            catch (NacreException failed)
            {
                Assert.That(failed.Code, Is.EqualTo(NacreErrorCode.StorageFailed), failed.Message);
                refused++;
            }
        }

        return refused;
    }

    private static async Task CheckAsync(SimulatedNode node, Dictionary<string, string> written)
    {
        foreach ((string id, string body) in written)
        {
            Item<ReadOnlyMemory<byte>> read = await node.Items.ReadJsonAsync(Workload.KeyOf(id), id);
            Assert.That(Encoding.UTF8.GetString(read.Value.Span), Is.EqualTo(body), id);
        }
    }

    private static string Body(string id, int fill = 3000) => $$"""{"id":"{{id}}","pk":"{{Workload.KeyOf(id)}}","t":"{{new string('x', fill)}}"}""";
}
