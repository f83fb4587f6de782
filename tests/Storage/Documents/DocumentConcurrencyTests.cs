using System.Collections.Concurrent;
using Nacre.Core.Commands;
using Nacre.Core.Documents;
using Nacre.Core.Errors;
using Nacre.Storage.Tests.Records;
using Nacre.Testing;
using static Nacre.Storage.Tests.Documents.DocumentWorkbench;

namespace Nacre.Storage.Tests.Documents;

/// <summary>Readers on other threads while the applier writes, checkpoints, drains and compacts.</summary>
[TestFixture]
public sealed class DocumentConcurrencyTests
{
    private const int Pairs = 40;

    private readonly RangeDefinition _range = Range();

    /// <summary>
    /// Every command writes the same value to both items of a pair. No view may show two values in a pair, a list
    /// without all items, a document that is not of its key, or a state older than one seen before.
    /// </summary>
    [Test]
    public async Task Readers_WhileTheApplierWorks_SeeWholeStates()
    {
        await using var bench = new DocumentWorkbench();
        await RunAsync(bench, rounds: 3000);

        Assert.That(bench.Disk.Newest!.Items.Begin, Is.GreaterThan(0), "compaction ran");
    }

    /// <summary>The same with most records and nodes on the disk.</summary>
    [Test]
    public async Task Readers_OfAStoreOnDisk_SeeWholeStates()
    {
        using StoreBench disk = new(new SimulatedFileSystem());
        disk.Configure = options => options with { MemoryBytes = 4L << 20 };
        await using var bench = new DocumentWorkbench(SmallOptions with { NodeCacheBytes = 64 << 10, CompactionSliceBytes = 32 << 10 }, disk.Open);
        await RunAsync(bench, rounds: 1500);
    }

    private async Task RunAsync(DocumentWorkbench bench, int rounds)
    {
        bench.Activate(_range);
        for (int pair = 0; pair < Pairs; pair++)
        {
            WritePair(bench, pair, 0);
        }

        using var done = new CancellationTokenSource();
        var seen = new ConcurrentBag<(int Reads, int Expired)>();
        Task[] readers = [.. Enumerable.Range(0, 2).Select(seed => Task.Factory.StartNew(
            () => ReadUntilAsync(bench, seed, seen, done.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap())];
        try
        {
            Task checkpoint = Task.CompletedTask;
            for (int round = 1; round <= rounds && !readers.Any(reader => reader.IsCompleted); round++)
            {
                WritePair(bench, round % Pairs, round);
                bench.Machine.Maintain();
                if (round % 50 == 0)
                {
                    await checkpoint;
                    checkpoint = bench.Machine.BeginCheckpoint();
                }
            }

            await checkpoint;
        }
        finally
        {
            await done.CancelAsync();
        }

        await Task.WhenAll(readers);
        Assert.That(seen.Sum(reader => reader.Reads), Is.GreaterThan(0));
        Assert.That(seen.Sum(reader => reader.Expired), Is.LessThan(seen.Sum(reader => reader.Reads) / 4), "views live long enough to be of use");
    }

    private void WritePair(DocumentWorkbench bench, int pair, int value)
    {
        string text = $"{value}:{new string('v', value % 300 * 10)}";
        bench.Write(_range, Upsert($"{pair:d3}-left", text), Upsert($"{pair:d3}-right", text));
    }

    private async Task ReadUntilAsync(
        DocumentWorkbench bench, int seed, ConcurrentBag<(int, int)> seen, CancellationToken done)
    {
        int reads = 0;
        int expired = 0;
        ulong last = 0;
        while (!done.IsCancellationRequested)
        {
            using IDocumentView view = bench.Machine.OpenView();
            Assert.That(view.Applied.Value, Is.GreaterThanOrEqualTo(last));
            last = view.Applied.Value;
            bool whole = (reads + seed) % 2 == 0 ? await ReadPairAsync(view, (reads * 7 + seed) % Pairs) : await ListAsync(view, (reads & 2) == 0);
            reads++;
            expired += whole ? 0 : 1;
        }

        seen.Add((reads, expired));
    }

    private async Task<bool> ReadPairAsync(IDocumentView view, int pair)
    {
        Result<DocumentLease> left = await view.ReadAsync(_range.Range, Key($"{pair:d3}-left"), default);
        Result<DocumentLease> right = await view.ReadAsync(_range.Range, Key($"{pair:d3}-right"), default);
        if (!left.IsOk || !right.IsOk)
        {
            Assert.That((left.Error ?? right.Error)!.Code, Is.EqualTo(ErrorCode.Unavailable));
            return false;
        }

        using DocumentLease one = left.Value;
        using DocumentLease other = right.Value;
        Assert.That(ValueOf(other), Is.EqualTo(ValueOf(one)));
        Assert.That(other.Lsn, Is.EqualTo(one.Lsn));
        return true;
    }

    private async Task<bool> ListAsync(IDocumentView view, bool byChange)
    {
        await using IDocumentCursor cursor = (byChange
            ? view.Changes(_range.Range, default)
            : view.Scan(_range.Range, default, true, default)).Value;
        var versions = new Dictionary<string, (ulong Lsn, string Value)>();
        while (true)
        {
            Result<bool> moved = await cursor.MoveNextAsync(default);
            if (!moved.IsOk)
            {
                Assert.That(moved.Error.Code, Is.EqualTo(ErrorCode.Unavailable));
                return false;
            }

            if (!moved.Value)
            {
                break;
            }

            Assert.That(ItemKey.TryDecode(cursor.ItemKey.Span, out _, out string? id), Is.True);
            Assert.That(versions.TryAdd(id!, (cursor.Current.Lsn.Value, ValueOf(cursor.Current))), Is.True);
        }

        Assert.That(versions, Has.Count.EqualTo(2 * Pairs));
        Assert.That(versions.GroupBy(item => item.Key[..3]).All(pair => pair.Select(item => item.Value).Distinct().Count() == 1), Is.True);
        return true;
    }

    private static string ValueOf(DocumentLease document)
    {
        using var json = System.Text.Json.JsonDocument.Parse(document.Utf8Json);
        return json.RootElement.GetProperty("value").GetString()!;
    }
}
