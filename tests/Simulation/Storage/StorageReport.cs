using System.Globalization;
using System.Text;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>What a row of seeds came to.</summary>
internal sealed class StorageReport
{
    private readonly IReadOnlyList<StorageResult> _results;

    private StorageReport(IReadOnlyList<StorageResult> results) => _results = results;

    public bool IsGood => _results.All(result => result.Violation is null);

    public IReadOnlyList<StorageResult> Results => _results;

    /// <summary>Runs seeds, each on a thread of its own.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="threads">How many at a time.</param>
    /// <param name="isWhole">Every kind of subset, instead of a selection.</param>
    public static StorageReport Of(ulong first, int count, int threads, bool isWhole)
    {
        var results = new StorageResult[count];
        int next = -1;
        Thread[] runners = [.. Enumerable.Range(0, Math.Min(threads, count)).Select(_ => new Thread(() =>
        {
            for (int at = Interlocked.Increment(ref next); at < count; at = Interlocked.Increment(ref next))
            {
                results[at] = StorageSimulation.Run(first + (ulong)at, StorageBug.None, isWhole);
            }
        }))];
        foreach (Thread runner in runners)
        {
            runner.Start();
        }

        foreach (Thread runner in runners)
        {
            runner.Join();
        }

        return new StorageReport(results);
    }

    /// <summary>The first seed that finds a planted bug; null when none does.</summary>
    public static StorageResult? Find(StorageBug bug, ulong first, int seeds)
    {
        for (ulong seed = first; seed < first + (ulong)seeds; seed++)
        {
            StorageResult result = StorageSimulation.Run(seed, bug);
            if (result.Violation is not null)
            {
                return result;
            }
        }

        return null;
    }

    public string ToText()
    {
        var text = new StringBuilder();
        void Say(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        foreach (StorageResult result in _results.Where(result => result.Violation is not null).Take(20))
        {
            Say($"seed {result.Seed} broke a promise: {result.Violation} (hash {result.Hash:x16})");
        }

        foreach (IGrouping<string, int> probe in _results.SelectMany(result => result.Probes).GroupBy(probe => probe.Key, probe => probe.Value).OrderBy(probe => probe.Key, StringComparer.Ordinal))
        {
            Say($"{probe.Sum(),10} {probe.Key}");
        }

        ulong hash = _results.Aggregate(0UL, (sum, result) => (sum * 31) + result.Hash);
        Say($"{_results.Count} seeds, {_results.Count(result => result.Violation is not null)} violations, {_results.Sum(result => result.Operations)} operations, {_results.Sum(result => result.Steps)} steps, {_results.Sum(result => result.Boundaries)} boundaries, {_results.Sum(result => result.Cuts)} cuts, {_results.Sum(result => result.Images)} images opened, {_results.Sum(result => result.Damaged)} damaged");
        Say($"closing hash {hash:x16}");
        return text.ToString();
    }
}
