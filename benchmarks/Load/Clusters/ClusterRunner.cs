using System.Diagnostics;
using HdrHistogram;
using Nacre.Benchmarks.Load.Reporting;
using Nacre.Benchmarks.Load.Servers;

namespace Nacre.Benchmarks.Load.Clusters;

/// <summary>
/// Runs the clusters one after the other, round by round; while one runs the others are halted, so that none takes
/// processors or disk from it, and a machine whose speed drifts bends all of them alike. They keep their processes, so that
/// what is measured is a server that has run for a while. The first round warms up and is not kept.
/// </summary>
internal sealed class ClusterRunner(ClusterSettings settings)
{
    private const long HighestMicroseconds = 60_000_000;
    private const int MostClients = 64;

    private readonly List<Measurement> _measurements = [];
    private readonly Dictionary<ICluster, long> _items = [];

    /// <summary>What was measured so far.</summary>
    public IReadOnlyList<Measurement> Measurements => _measurements;

    /// <summary>Runs all rounds.</summary>
    /// <param name="clusters">With the cells that each runs.</param>
    public async Task RunAsync(IReadOnlyList<(ICluster Cluster, IReadOnlyList<ClusterCell> Cells)> clusters)
    {
        foreach ((ICluster cluster, _) in clusters)
        {
            await cluster.StartAsync();
            await FillAsync(cluster);
            await cluster.HaltAsync();
        }

        for (int round = 0; round <= settings.Rounds; round++)
        {
            foreach ((ICluster cluster, IReadOnlyList<ClusterCell> cells) in clusters)
            {
                await cluster.ResumeAsync();
                await MeasureAsync(cluster, new ClusterCell(false, settings.Sizes[^1], MostClients), round == 0 ? settings.FirstWarmUp : settings.WarmUp);
                foreach (ClusterCell cell in cells)
                {
                    Measurement slice = await MeasureAsync(cluster, cell, settings.Slice);
                    await Console.Error.WriteLineAsync(FormattableString.Invariant(
                        $"round {round} {cluster.Name,-8} {cell.Name,-32} {slice.OperationsPerSecond,9:F0}/s p50 {slice.P50Microseconds,7:F0} µs p99 {slice.P99Microseconds,7:F0} µs cpu {slice.ServerCpuMicroseconds,6:F1} + {slice.DriverCpuMicroseconds,5:F1} µs"));
                    if (round > 0)
                    {
                        _measurements.Add(slice);
                    }
                }

                await cluster.HaltAsync();
            }
        }
    }

    /// <summary>Writes the items that are read.</summary>
    private async Task FillAsync(ICluster cluster)
    {
        _items[cluster] = settings.Records;
        long next = -1;
        await Task.WhenAll(Enumerable.Range(0, MostClients).Select(client => Task.Run(async () =>
        {
            byte[] body = ClusterItems.NewBody(settings.Sizes[^1], new Random(client));
            for (long number; (number = Interlocked.Increment(ref next)) < settings.Records;)
            {
                string id = ClusterItems.Id(number);
                ClusterItems.SetId(body, id);
                await cluster.WriteAsync(id, body);
            }
        })));
    }

    private async Task<Measurement> MeasureAsync(ICluster cluster, ClusterCell cell, TimeSpan slice)
    {
        long written = _items[cluster];
        var histograms = new LongHistogram[cell.Clients];
        double serverBefore = ProcessorTime.SecondsOf(cluster.ServerProcesses);
        TimeSpan driverBefore = Process.GetCurrentProcess().TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        long until = started + (long)(slice.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, cell.Clients).Select(client => Task.Run(async () =>
        {
            var histogram = new LongHistogram(HighestMicroseconds, 3);
            histograms[client] = histogram;
            var random = new Random(HashCode.Combine(started, client));
            byte[] body = ClusterItems.NewBody(cell.Bytes, random);
            for (long before; (before = Stopwatch.GetTimestamp()) < until;)
            {
                if (cell.IsRead)
                {
                    await cluster.ReadAsync(ClusterItems.Id(random.NextInt64(settings.Records)));
                }
                else
                {
                    string id = ClusterItems.Id(Interlocked.Increment(ref written));
                    ClusterItems.SetId(body, id);
                    await cluster.WriteAsync(id, body);
                }

                histogram.RecordValue(Math.Clamp((long)Stopwatch.GetElapsedTime(before).TotalMicroseconds, 1, HighestMicroseconds));
            }
        })));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double serverSeconds = ProcessorTime.SecondsOf(cluster.ServerProcesses) - serverBefore;
        double driverSeconds = (Process.GetCurrentProcess().TotalProcessorTime - driverBefore).TotalSeconds;
        _items[cluster] = written;

        var all = new LongHistogram(HighestMicroseconds, 3);
        foreach (LongHistogram histogram in histograms)
        {
            all.Add(histogram);
        }

        double operations = Math.Max(1, all.TotalCount);
        return new Measurement(
            cluster.Name, cell.Name, cell.Clients, all.TotalCount / seconds, all.GetValueAtPercentile(50), all.GetValueAtPercentile(99),
            serverSeconds * 1e6 / operations, driverSeconds * 1e6 / operations);
    }
}
