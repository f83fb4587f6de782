using System.Diagnostics;
using Nacre.Client;
using Nacre.Durability.Tests.Support;
using Nacre.Testing;

namespace Nacre.Durability.Tests;

/// <summary>
/// Many times more documents than the server may keep in memory, in a process of its own: reads and scans are right,
/// also while checkpoints and compaction run, its resident memory stays within bounds, and all that again after SIGKILL.
/// </summary>
[TestFixture]
public sealed class LargerThanMemoryTests
{
    private const long Mebibyte = 1L << 20;

    /// <summary>What the process may take beside its budget: the runtime, connections, requests under way.</summary>
    private const long BesideBudgetBytes = 256 * Mebibyte;

    private const int Readers = 8;

    /// <summary>Half of the documents each; compaction begins when a fifth of the store is dead.</summary>
    private const int MostRounds = 8;

    private readonly Corpus _corpus = new();
    private string _folder = "";

    // Of each document the newest version sent and the newest acknowledged; 0: none. One writer at a time.
    private int[] _sent = [];
    private int[] _acknowledged = [];

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("nacre-large-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public Task Reads_TwiceTheBudget_AreRightWithinMemory() =>
        RunAsync(budgetBytes: 64 * Mebibyte, documentBytes: 128 * Mebibyte, reads: 4_000);

    [Test]
    [Category("Long")]
    public Task Reads_EightTimesTheBudget_AreRightWithinMemory() =>
        RunAsync(budgetBytes: 256 * Mebibyte, documentBytes: 2048 * Mebibyte, reads: 40_000);

    private async Task RunAsync(long budgetBytes, long documentBytes, int reads)
    {
        int count = CountFor(documentBytes);
        _sent = new int[count];
        _acknowledged = new int[count];
        await using (RealNode node = await RealNode.StartAsync(_folder, budgetBytes))
        {
            await using NacreClient client = node.NewClient(Patient);
            Database database = await client.CreateDatabaseAsync("db");
            // The documents are what does not fit; what indexes on every path take beside the budget is not held to it yet.
            await database.CreateContainerAsync("items", new ContainerSettings("/pk") { Indexing = IndexingPolicy.None });
            Container items = client.GetContainer("db", "items");

            await TimeAsync(node, "load", async () => await WriteAsync(items, Enumerable.Range(0, count)));
            await TimeAsync(node, "random reads", () => ReadAsync(items, reads, seed: 1));
            await TimeAsync(node, "scan", () => ScanAsync(items, ListOrder.Item));
            await TimeAsync(node, "reads and scans under writes", () => ChurnAsync(items, count));
            CheckMemory(node, budgetBytes, "before SIGKILL");

            // Killed amid writes.
            Task<bool> writing = WriteAsync(items, Enumerable.Range(0, count / 4), untilItFails: true);
            await ReadAsync(items, reads / 10, seed: 2);
            node.Kill();
            Assert.That(await writing, Is.False, "the writer was to be cut off");
        }

        await using (RealNode node = await RealNode.StartAsync(_folder, budgetBytes))
        {
            await using NacreClient client = node.NewClient(Patient);
            Container items = client.GetContainer("db", "items");

            await TimeAsync(node, "random reads after SIGKILL", () => ReadAsync(items, reads, seed: 3));
            await TimeAsync(node, "scan after SIGKILL", () => ScanAsync(items, ListOrder.Item));
            await TimeAsync(node, "scan of changes after SIGKILL", () => ScanAsync(items, ListOrder.Change));
            CheckMemory(node, budgetBytes, "after SIGKILL");
            await node.StopAsync();
        }
    }

    private static NacreClientOptions Patient => new() { MaxRetries = 20, Timeout = TimeSpan.FromMinutes(2) };

    private int CountFor(long bytes)
    {
        int count = 0;
        while (bytes > 0)
        {
            bytes -= _corpus.Make(count, 1).Length;
            count++;
        }

        return count;
    }

    private static void CheckMemory(RealNode node, long budgetBytes, string when)
    {
        long peak = node.PeakResidentBytes;
        TestContext.Out.WriteLine($"{when}: at most {peak / Mebibyte} MiB were resident, budget {budgetBytes / Mebibyte} MiB");
        Assert.That(peak, Is.LessThanOrEqualTo(budgetBytes + BesideBudgetBytes), when);
    }

    private static async Task TimeAsync(RealNode node, string what, Func<Task> run)
    {
        var watch = Stopwatch.StartNew();
        await run();
        await TestContext.Out.WriteLineAsync(
            $"{what}: {watch.Elapsed.TotalSeconds:f1} s, at most {node.PeakResidentBytes / Mebibyte} MiB resident so far");
    }

    /// <summary>Writes the next version of each document over the stream.</summary>
    /// <returns>False when a write failed and the rest was given up, which only <paramref name="untilItFails"/> allows.</returns>
    private async Task<bool> WriteAsync(Container items, IEnumerable<int> numbers, bool untilItFails = false)
    {
        var open = new Queue<(int Number, int Version)>();
        bool failed = false;
        var options = new BulkOptions { Timeout = untilItFails ? TimeSpan.FromSeconds(5) : null };
        await foreach (BulkResult result in items.Bulk.WriteJsonAsync(Source(), options))
        {
            (int number, int version) = open.Dequeue();
            if (result.IsOk)
            {
                Volatile.Write(ref _acknowledged[number], version);
            }
            else
            {
                Assert.That(untilItFails, Is.True, result.Error.ToString());
                failed = true;
            }
        }

        return !failed;

        async IAsyncEnumerable<ReadOnlyMemory<byte>> Source()
        {
            await Task.CompletedTask;
            foreach (int number in numbers)
            {
                if (failed)
                {
                    yield break;
                }

                int version = _sent[number] + 1;
                Volatile.Write(ref _sent[number], version);
                open.Enqueue((number, version));
                yield return _corpus.Make(number, version);
            }
        }
    }

    private async Task ReadAsync(Container items, int count, ulong seed)
    {
        var chance = new SeededRandom(seed);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (_, _) =>
            await ReadOneAsync(items, chance.Next(_sent.Length)));
    }

    /// <summary>Reads a document that is there: no older than what was acknowledged before, no newer than what was sent.</summary>
    private async Task ReadOneAsync(Container items, int number)
    {
        int least = Volatile.Read(ref _acknowledged[number]);
        Item<ReadOnlyMemory<byte>> item = await items.ReadJsonAsync(Corpus.KeyOf(number), Corpus.IdOf(number));
        (int found, int version) = _corpus.Check(item.Value.Span);
        Assert.That(found, Is.EqualTo(number));
        Assert.That(version, Is.InRange(least, Volatile.Read(ref _sent[number])), $"{number}");
    }

    /// <summary>Lists the whole container: every document once, whole, in a version that may be, partition by partition in the order of ids.</summary>
    private async Task ScanAsync(Container items, ListOrder order)
    {
        int[] least = (int[])_acknowledged.Clone();
        var seen = new bool[_sent.Length];
        var partitions = new HashSet<string>(StringComparer.Ordinal);
        int count = 0;
        string partition = "";
        int before = -1;
        await foreach (Item<ReadOnlyMemory<byte>> item in items.ListJson(new ListOptions { Order = order, PageSize = 1000 }))
        {
            (int number, int version) = _corpus.Check(item.Value.Span);
            if (seen[number] || version < least[number] || version > Volatile.Read(ref _sent[number]))
            {
                Assert.Fail($"{number} comes {(seen[number] ? "twice" : "once")}, in version {version}; {least[number]} was acknowledged, {_sent[number]} sent");
            }

            seen[number] = true;
            count++;
            if (order == ListOrder.Item)
            {
                string key = Corpus.KeyOf(number);
                Assert.That(key == partition || partitions.Add(key), Is.True, $"{key} comes in two parts");
                Assert.That(key != partition || number > before, Is.True, $"{number} after {before}");
                (partition, before) = (key, number);
            }
        }

        Assert.That(count, Is.EqualTo(_sent.Length), "documents listed");
    }

    /// <summary>
    /// Writes half of the documents anew, and again, while one reader lists and another reads at random, until
    /// checkpoints were made and compaction has given files back.
    /// </summary>
    private async Task ChurnAsync(Container items, int count)
    {
        HashSet<string> manifests = FilesNamed("manifest-0*");
        HashSet<string> segments = FilesNamed("items-0*.seg");
        using var over = new CancellationTokenSource();
        int scans = 0;
        int reads = 0;
        Task scanning = Task.Run(async () =>
        {
            do
            {
                await ScanAsync(items, ListOrder.Item);
                scans++;
            }
            while (!over.IsCancellationRequested);
        });
        Task reading = Task.Run(async () =>
        {
            var chance = new SeededRandom(4);
            do
            {
                await ReadOneAsync(items, chance.Next(count));
                reads++;
            }
            while (!over.IsCancellationRequested);
        });

        int rounds = 0;
        int removed = 0;
        for (; rounds < MostRounds && removed == 0; rounds++)
        {
            // Every other one: each page of the store is then half dead.
            int first = rounds % 2;
            await WriteAsync(items, Enumerable.Range(0, count / 2).Select(half => (2 * half) + first));
            removed = segments.Except(FilesNamed("items-0*.seg")).Count();
        }

        await over.CancelAsync();
        await Task.WhenAll(scanning, reading);

        int checkpoints = FilesNamed("manifest-0*").Except(manifests).Count();
        await TestContext.Out.WriteLineAsync(
            $"{rounds} rounds, {scans} scans and {reads} reads meanwhile; {checkpoints} new manifests, {removed} of {segments.Count} segments compacted away");
        Assert.That(checkpoints, Is.Positive, "the readers are to meet checkpoints");
        Assert.That(removed, Is.Positive, "the readers are to meet compaction");
    }

    private HashSet<string> FilesNamed(string pattern) =>
        [.. Directory.EnumerateFiles(Path.Combine(RealNode.DataOf(_folder), "shards"), pattern, SearchOption.AllDirectories)];
}
