using System.Diagnostics;
using HdrHistogram;
using Nacre.Benchmarks.Load.Reporting;
using Nacre.Benchmarks.Load.Servers;
using Nacre.Benchmarks.Load.Targets;
using Nacre.Benchmarks.Load.Workloads;

namespace Nacre.Benchmarks.Load;

/// <summary>
/// Runs workloads against several targets in turn, slice by slice, so that a machine whose speed drifts bends all of
/// them alike.
/// </summary>
internal sealed class LoadRunner(LoadSettings settings, IReadOnlyList<ITarget> targets, Report report)
{
    private const long HighestMicroseconds = 60_000_000;

    private readonly Dictionary<ITarget, long> _documents = [];
    private readonly Zipfian _zipfian = new(settings.Records);

    /// <summary>Fills every storing target with the same documents and notes rate and size.</summary>
    public async Task LoadAsync()
    {
        foreach (ITarget target in targets)
        {
            _documents[target] = settings.Records;
            if (!target.Stores)
            {
                continue;
            }

            const int Clients = 64;
            await target.PrepareAsync(Clients);
            long next = -1;
            long jsonBytes = 0;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
            {
                var random = new Random(client);
                for (long key; (key = Interlocked.Increment(ref next)) < settings.Records;)
                {
                    byte[] body = Documents.Body(key, settings.DocumentBytes, random);
                    Interlocked.Add(ref jsonBytes, body.Length);
                    await target.InsertAsync(client, key, body);
                }
            })));
            double rate = settings.Records / watch.Elapsed.TotalSeconds;
            string line = FormattableString.Invariant(
                $"- load of {settings.Records} documents into {target.Name}: {rate:F0}/s; disk {target.DiskBytes / (double)jsonBytes:F2} bytes a byte of JSON; resident {ProcessorTime.ResidentBytesOf(target.ServerProcesses) >> 20} MiB");
            report.Note(line);
            await Console.Error.WriteLineAsync(line);
        }
    }

    /// <summary>Runs every cell, a slice a target, in as many rounds as are set. The first round warms up and is not kept.</summary>
    public async Task RunAsync()
    {
        for (int round = 0; round <= settings.Rounds; round++)
        {
            foreach (Workload workload in settings.Workloads)
            {
                foreach (int clients in settings.Clients)
                {
                    foreach (ITarget target in targets)
                    {
                        Measurement slice = await MeasureAsync(target, workload, clients, round);
                        await Console.Error.WriteLineAsync(FormattableString.Invariant(
                            $"round {round} {workload.Name,-6} {clients,3} {target.Name,-13} {slice.OperationsPerSecond,9:F0}/s p50 {slice.P50Microseconds,7:F0} µs p99 {slice.P99Microseconds,7:F0} µs cpu {slice.ServerCpuMicroseconds,6:F1} µs"));
                        if (round > 0)
                        {
                            report.Add(slice);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Kills the database's processes, starts them again, and notes the time to the first document read.</summary>
    public async Task RecoverAsync()
    {
        foreach (NacreTarget target in targets.OfType<NacreTarget>())
        {
            TimeSpan time = await target.KillAndReadAsync(settings.Records / 2);
            string line = FormattableString.Invariant(
                $"- {target.Name}: first read {time.TotalSeconds:F2} s after SIGKILL and start, with {_documents[target]} documents");
            report.Note(line);
            await Console.Error.WriteLineAsync(line);
        }
    }

    private async Task<Measurement> MeasureAsync(ITarget target, Workload workload, int clients, int round)
    {
        await target.PrepareAsync(clients);
        var histograms = new LongHistogram[clients];
        double serverBefore = ProcessorTime.SecondsOf(target.ServerProcesses);
        TimeSpan driverBefore = Process.GetCurrentProcess().TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        long until = started + (long)(settings.Slice.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var histogram = new LongHistogram(HighestMicroseconds, 3);
            histograms[client] = histogram;
            var random = new Random(HashCode.Combine(round, workload.Name, clients, client));
            while (true)
            {
                long before = Stopwatch.GetTimestamp();
                if (before >= until)
                {
                    break;
                }

                await StepAsync(target, workload, client, random);
                histogram.RecordValue(Math.Clamp(
                    (long)Stopwatch.GetElapsedTime(before).TotalMicroseconds, 1, HighestMicroseconds));
            }
        })));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double serverSeconds = ProcessorTime.SecondsOf(target.ServerProcesses) - serverBefore;
        double driverSeconds = (Process.GetCurrentProcess().TotalProcessorTime - driverBefore).TotalSeconds;

        var all = new LongHistogram(HighestMicroseconds, 3);
        foreach (LongHistogram histogram in histograms)
        {
            all.Add(histogram);
        }

        double operations = Math.Max(1, all.TotalCount);
        return new Measurement(
            target.Name, workload.Name, clients, all.TotalCount / seconds,
            all.GetValueAtPercentile(50), all.GetValueAtPercentile(99),
            serverSeconds * 1e6 / operations, driverSeconds * 1e6 / operations);
    }

    private async ValueTask StepAsync(ITarget target, Workload workload, int client, Random random)
    {
        // Only the documents of the load are chosen from: an insert in flight is not there yet.
        long key = workload.Latest ? settings.Records - 1 - _zipfian.NextRank(random) : _zipfian.NextKey(random);
        switch (workload.Next(random.NextDouble()))
        {
            case Operation.Read:
                await target.ReadAsync(client, key);
                break;
            case Operation.Update:
                await target.UpsertAsync(client, key, Documents.Body(key, settings.DocumentBytes, random));
                break;
            case Operation.Insert:
                long added;
                lock (_documents)
                {
                    added = _documents[target]++;
                }

                await target.InsertAsync(client, added, Documents.Body(added, settings.DocumentBytes, random));
                break;
            case Operation.Scan:
                await target.ScanAsync(client, key, random.Next(1, Workload.MaxScan + 1));
                break;
            default:
                await target.ReadAsync(client, key);
                await target.UpsertAsync(client, key, Documents.Body(key, settings.DocumentBytes, random));
                break;
        }
    }
}
