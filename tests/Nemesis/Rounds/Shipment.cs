using System.Diagnostics;
using System.Globalization;
using System.Text;
using Nacre.Client;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests.Rounds;

/// <summary>
/// A large shard reaches a new node by snapshot while it takes writes at half of what it can take. The transfer is cut once, has
/// to go on where it was, and the node has to get its vote; what the writers wait is compared with before. The new node gives way
/// to the others: what it does itself, it would do on a machine of its own.
/// </summary>
internal sealed class Shipment(Cluster cluster, Report report)
{
    /// <summary>Writers may wait so many times as long as before, at the 99th percentile, in the median of the rounds.</summary>
    public const double MostSlowdown = 3;

    private const int Shard = Cluster.AimedShard;
    private const int LoadedBytes = 16 << 10;
    private const int Fetched = 3014;
    private const int Installed = 3015;
    private const int SetChanged = 3050;

    /// <summary>What is fetched twice at the most: what is not yet durable, and the pieces in flight.</summary>
    private const long MostTwice = 80L << 20;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Saturation = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(10);

    /// <summary>Longer than a silent connection is believed in.</summary>
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>One data shard on each of three nodes.</summary>
    public static ClusterShape Shape { get; } = new() { Shards = 1, MemoryBytes = 256L << 20, UsesProxies = true };

    /// <summary>Runs it so many times, each time with another new node.</summary>
    /// <returns>How many times as long as before the writers waited; one a round.</returns>
    /// <exception cref="ViolationException">A transfer began anew, or did not end.</exception>
    public async Task<IReadOnlyList<double>> RunAsync(int mebibytes, int rounds)
    {
        long began = Stopwatch.GetTimestamp();
        await LoadAsync((long)mebibytes << 20);
        report.Say(Say($"snapshot: {mebibytes} MiB of documents loaded in {Stopwatch.GetElapsedTime(began).TotalSeconds:f0} s"));
        double saturation = await PacedWriters.SaturateAsync(cluster, WarmUp, Saturation);
        report.Say(Say($"snapshot: {saturation:f0} writes/s at saturation, {saturation / 2:f0} from here on"));
        List<double> ratios = [];
        for (int round = 0; round < rounds; round++)
        {
            ratios.Add(await RunOnceAsync(saturation / 2));
        }

        return ratios;
    }

    private async Task<double> RunOnceAsync(double perSecond)
    {
        await cluster.WhenEqualAsync();
        await using var writers = PacedWriters.Start(cluster, perSecond);
        await writers.HoldAsync(WarmUp);
        writers.Take();
        await writers.HoldAsync(Before);
        TimeSpan before = PacedWriters.Percentile99(writers.Take());

        long sentBefore = await SentAsync();
        int promotedBefore = Promotions();
        long began = Stopwatch.GetTimestamp();
        Node fresh = await cluster.BeginJoiningAsync(givesWay: true);
        await CutInTheMiddleAsync(fresh, writers);
        await fresh.WhenReadyAsync();
        await WhenAsync(() => OfShard(fresh, Installed).Any(), "the new node has not put the snapshot in place");
        double installed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await WhenAsync(() => Promotions() > promotedBefore, "the new node has not got its vote");
        double voted = Stopwatch.GetElapsedTime(began).TotalSeconds;
        TimeSpan during = PacedWriters.Percentile99(writers.Take());
        long sent = await SentAsync() - sentBefore;
        (long total, long missing) = Resumed(fresh, sent);
        await cluster.RemoveAsync(fresh);

        double ratio = during / before;
        report.Say(Say($"snapshot: {total >> 20} MiB, cut with {missing >> 20} missing, {sent >> 20} sent in all; in place after {installed:f0} s, a vote after {voted:f0} s; p99 {before.TotalMilliseconds:f1} ms before, {during.TotalMilliseconds:f1} meanwhile: {ratio:f2}"));
        return ratio;
    }

    /// <summary>Cuts the new node off when half is there.</summary>
    private async Task CutInTheMiddleAsync(Node fresh, PacedWriters writers)
    {
        await WhenAsync(
            () => OfShard(fresh, Fetched).FirstOrDefault() is { } begun && IsHalfThere(fresh, Number(begun, "Total")),
            "the new node has not received half of the snapshot");
        cluster.Network.Links.Part([fresh.Number], [.. cluster.Nodes.Where(node => node != fresh).Select(node => node.Number)]);
        await writers.HoldAsync(Cut);
        cluster.Network.Links.Heal();
    }

    private static bool IsHalfThere(Node fresh, long total)
    {
        long staged = Staged(fresh);
        return staged < total
            ? staged >= total / 2
            : throw new FaultUnavailableException("the transfer was over before it could be cut: give a larger --snapshot-mib");
    }

    /// <summary>Checks that the transfer went on where it was.</summary>
    /// <returns>The snapshot's bytes, and those that were missing when it went on.</returns>
    private static (long Total, long Missing) Resumed(Node fresh, long sent)
    {
        IReadOnlyDictionary<string, string>[] begun = [.. OfShard(fresh, Fetched)];
        long total = Number(begun[0], "Total");
        long missing = begun.Length > 1 ? Number(begun[^1], "Missing") : throw new ViolationException("the transfer was not cut");
        return missing < total && begun[^1]["Index"] == begun[0]["Index"] && sent <= total + MostTwice
            ? (total, missing)
            : throw new ViolationException(Say($"the transfer began anew: of {total} bytes, {missing} were missing after the cut, and {sent} were sent in all"));
    }

    private async Task LoadAsync(long bytes)
    {
        await using NacreClient client = cluster.NewClient();
        Container items = client.GetContainer(Cluster.Database, Cluster.Items);
        await foreach (BulkResult written in items.Bulk.WriteJsonAsync(DocumentsAsync(bytes / LoadedBytes)))
        {
            if (!written.IsOk)
            {
                throw written.Error;
            }
        }
    }

    /// <summary>Documents that no compression makes much smaller.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> DocumentsAsync(long count)
    {
        await Task.CompletedTask;
        byte[] random = new byte[1 << 20];
        new SeededRandom(1).Fill(random);
        string text = Convert.ToBase64String(random);
        for (long number = 0; number < count; number++)
        {
            int from = (int)(number * 37 % (text.Length - LoadedBytes));
            yield return Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $$"""{"id":"{{number}}","pk":"loaded-{{number % 1000}}","filling":"{{text.AsSpan(from, LoadedBytes)}}"}"""));
        }
    }

    private async Task<long> SentAsync()
    {
        NodeScrape?[] seen = await Task.WhenAll(cluster.Nodes.Select(cluster.ScrapeAsync));
        return seen.Sum(each => each?.SnapshotSent.GetValueOrDefault(Shard) ?? 0);
    }

    private int Promotions() => cluster.Nodes.Sum(node => OfShard(node, SetChanged).Count(change => change["Change"] == "Promote"));

    /// <summary>Bytes that are there of a snapshot which is put together: docs/formats/snapshot.md.</summary>
    private static long Staged(Node node)
    {
        var staging = new DirectoryInfo(Path.Combine(node.Data, "shards", string.Create(CultureInfo.InvariantCulture, $"{Shard}.incoming")));
        return staging.Exists ? staging.EnumerateFiles().Sum(file => file.Length) : 0;
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> OfShard(Node node, int eventId) =>
        NodeLog.EventsOf(node, eventId).Where(fields => fields["Shard"] == Shard.ToString(CultureInfo.InvariantCulture));

    private static long Number(IReadOnlyDictionary<string, string> fields, string name) => long.Parse(fields[name], CultureInfo.InvariantCulture);

    private static Task WhenAsync(Func<bool> holds, string otherwise) => Cluster.UntilAsync(() => Task.FromResult(holds()), () => otherwise, Patience);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
