using System.Diagnostics;
using System.Text;
using Nacre.Client;
using Nacre.Durability.Tests.Support;
using Nacre.Testing;

namespace Nacre.Durability.Tests;

/// <summary>A server in a process of its own whose disk, as the kernel shows it, is slow, fails, or is full.</summary>
[TestFixture]
public sealed class RealDiskTests
{
    private const long BudgetBytes = 64L << 20;
    private const int SlowFlushMs = 300;

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("nacre-disk-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Write_KernelDelaysFdatasync_IsNotAnsweredSooner()
    {
        await using RealNode node = await StartAsync(_folder);
        await using NacreClient unary = node.NewClient(Hasty);
        await using NacreClient stream = node.NewClient(Hasty with { Transport = NacreTransport.Stream });
        Container[] ways = [await MakeContainerAsync(unary), stream.GetContainer("db", "items")];
        TimeSpan quick = await TimeWriteAsync(ways[0], "before");
        var took = new List<TimeSpan>();

        SystemCallFaults slow = await Skip.UnlessAsync(() => SystemCallFaults.BeginAsync(node.ProcessId, "fdatasync", $"delay_enter={SlowFlushMs * 1000}"));
        await using (slow)
        {
            for (int round = 0; round < 3; round++)
            {
                // One alone, and some that share a flush.
                took.Add(await TimeWriteAsync(ways[0], $"{round}"));
                took.AddRange(await Task.WhenAll(Enumerable.Range(0, 8).Select(i => TimeWriteAsync(ways[i % 2], $"{round}-{i}"))));
            }
        }

        await TestContext.Out.WriteLineAsync(
            $"{took.Count} writes took {took.Min().TotalMilliseconds:f0} to {took.Max().TotalMilliseconds:f0} ms; {quick.TotalMilliseconds:f0} ms without delay; {slow.Met} flushes delayed");
        Assert.That(took.Min(), Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(SlowFlushMs)));
        Assert.That(slow.Met, Is.GreaterThanOrEqualTo(3));
    }

    [TestCase("fdatasync", "EIO")]
    [TestCase("pwrite64", "EIO")]
    public async Task Write_KernelFailsTheLog_IsNeverAcknowledgedFalsely(string call, string error)
    {
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (RealNode node = await StartAsync(_folder))
        {
            await using NacreClient client = node.NewClient(Hasty);
            Container items = await MakeContainerAsync(client);
            for (int i = 0; i < 20; i++)
            {
                Assert.That(await TryUpsertAsync(items, $"before-{i}", written), Is.Null);
            }

            SystemCallFaults broken = await Skip.UnlessAsync(() => SystemCallFaults.BeginAsync(node.ProcessId, call, $"error={error}"));
            await using (broken)
            {
                NacreException? open = await TryUpsertAsync(items, "during-1", written);
                NacreException? refused = await TryUpsertAsync(items, "during-2", written);
                Assert.That(open?.Code, Is.EqualTo(NacreErrorCode.OutcomeUnknown), "it was on its way to the disk");
                Assert.That(refused?.Code, Is.EqualTo(NacreErrorCode.StorageFailed), "nothing is taken on any more");
            }

            Assert.That(broken.Met, Is.Positive);
            node.Kill();
        }

        await using RealNode again = await StartAsync(_folder);
        await using NacreClient after = again.NewClient();
        await CheckAsync(after.GetContainer("db", "items"), written);
        Assert.That(await TryUpsertAsync(after.GetContainer("db", "items"), "after-1", written), Is.Null);
    }

    [Test]
    public async Task Write_RealDiskFull_IsDiskFullUntilThereIsSpaceAgain()
    {
        using SmallDisk disk = Skip.Unless(() => SmallDisk.Mount(192L << 20));
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (RealNode node = await StartAsync(disk.Folder))
        {
            await using NacreClient hasty = node.NewClient(Hasty);
            Container items = await MakeContainerAsync(hasty);
            for (int round = 0; round < 2; round++)
            {
                disk.FillUp();
                NacreException? refused = null;
                for (int i = 0; i < 4000 && refused is null; i++)
                {
                    refused = await TryUpsertAsync(items, $"{round}-{i}", written);
                }

                Assert.That(refused?.Code, Is.EqualTo(NacreErrorCode.DiskFull), refused?.Message);
                await CheckAsync(items, written);

                disk.MakeRoom();
                await using NacreClient patient = node.NewClient(new NacreClientOptions { MaxRetries = 100, Timeout = TimeSpan.FromMinutes(1) });
                for (int i = 0; i < 50; i++)
                {
                    Assert.That(await TryUpsertAsync(patient.GetContainer("db", "items"), $"{round}-later-{i}", written), Is.Null);
                }
            }

            await CheckAsync(items, written);
            await TestContext.Out.WriteLineAsync($"{written.Count} writes acknowledged");
            node.Kill();
        }

        await using RealNode again = await StartAsync(disk.Folder);
        await using NacreClient client = again.NewClient();
        await CheckAsync(client.GetContainer("db", "items"), written);
        await again.StopAsync();
    }

    private static NacreClientOptions Hasty => new() { MaxRetries = 0, Timeout = TimeSpan.FromMinutes(1) };

    private static Task<RealNode> StartAsync(string folder) => RealNode.StartAsync(folder, BudgetBytes);

    private static async Task<Container> MakeContainerAsync(NacreClient client)
    {
        Database database = await client.CreateDatabaseAsync("db");
        await database.CreateContainerAsync("items", new ContainerSettings("/pk"));
        return client.GetContainer("db", "items");
    }

    private static async Task<TimeSpan> TimeWriteAsync(Container items, string id)
    {
        var watch = Stopwatch.StartNew();
        await items.UpsertJsonAsync(Encoding.UTF8.GetBytes(Body(id)));
        return watch.Elapsed;
    }

    private static async Task<NacreException?> TryUpsertAsync(Container items, string id, Dictionary<string, string> written)
    {
        string body = Body(id);
        try
        {
            await items.UpsertJsonAsync(Encoding.UTF8.GetBytes(body));
            written[id] = body;
            return null;
        }
        catch (NacreException refused)
        {
            return refused;
        }
    }

    private static async Task CheckAsync(Container items, Dictionary<string, string> written)
    {
        foreach ((string id, string body) in written)
        {
            Item<ReadOnlyMemory<byte>> read = await items.ReadJsonAsync("k", id);
            Assert.That(Encoding.UTF8.GetString(read.Value.Span), Is.EqualTo(body), id);
        }
    }

    private static string Body(string id) => $$"""{"id":"{{id}}","pk":"k","t":"{{new string('x', 20_000)}}"}""";
}
