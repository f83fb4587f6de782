using System.Globalization;
using System.Text;
using Nacre.Benchmarks.Load.Reporting;

namespace Nacre.Benchmarks.Load.Clusters;

/// <summary>Turns the measurements of the clusters into tables of medians, and into ratios with what is wanted of them.</summary>
internal static class ClusterReport
{
    private const string About = """
        # Three nodes against etcd

        Written by `./build.sh Bench --cluster=true`. Three nodes of Nacre, founded and joined by the command line, and three members of
        etcd (Debian's package, default settings but for the database's quota) on one machine and one disk. Both encrypt what goes
        between their nodes and to the client, and answer a write when a majority has flushed it; Nacre encrypts what it stores, too, and
        signs its requests. One cluster runs at a time; the processes of the others are halted. Each cluster was written to for minutes
        before the first round, since what is compiled as it runs is compiled by then.

        The driver is one process: Nacre's SDK over its item stream, and etcd's gRPC API over HTTP/2 connections to the leader alone. A
        write is a new key with a value of that many bytes of JSON, to etcd `Put`, to Nacre an upsert; a strong read is etcd's
        linearizable `Range` of one key, and Nacre's read at level Strong. `nacre-N` has N data shards. Its container
        has no secondary indexes, as etcd has none. Ratios are of medians of operations a second.
        """;

    /// <summary>The whole report as Markdown.</summary>
    /// <param name="title">Its first line.</param>
    /// <param name="settings">What was run.</param>
    /// <param name="measurements">Of all rounds.</param>
    /// <param name="nacre">Names of Nacre's clusters: the first stands against etcd, the others against the first.</param>
    public static string ToMarkdown(string title, ClusterSettings settings, IReadOnlyList<Measurement> measurements, IReadOnlyList<string> nacre)
    {
        var text = new StringBuilder(About).AppendLine().AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"## {title}").AppendLine();
        text.AppendLine("| what | ratio | wanted | |").AppendLine("|---|---|---|---|");
        foreach (Goal goal in GoalsOf(settings, nacre))
        {
            if (MedianOf(measurements, goal.Cell, goal.Upper) / MedianOf(measurements, goal.Cell, goal.Lower) is { } ratio)
            {
                text.AppendLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {goal.Cell.Name}: {goal.Upper} / {goal.Lower} | {ratio:F2} | ≥ {goal.Least:F2} | {(ratio >= goal.Least ? "met" : "not met")} |"));
            }
        }

        text.AppendLine();
        foreach (IGrouping<string, Measurement> cell in measurements.GroupBy(each => each.Workload))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"### {cell.Key}").AppendLine();
            text.AppendLine("| cluster | ops/s (min … median … max) | p50 µs | p99 µs | nodes' CPU µs/op | driver CPU µs/op |");
            text.AppendLine("|---|---|---|---|---|---|");
            foreach (IGrouping<string, Measurement> cluster in cell.GroupBy(each => each.Target))
            {
                text.AppendLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {cluster.Key} | {cluster.Min(m => m.OperationsPerSecond):F0} … {Report.Median(cluster, m => m.OperationsPerSecond):F0} … {cluster.Max(m => m.OperationsPerSecond):F0} | {Report.Median(cluster, m => m.P50Microseconds):F0} | {Report.Median(cluster, m => m.P99Microseconds):F0} | {Report.Median(cluster, m => m.ServerCpuMicroseconds):F1} | {Report.Median(cluster, m => m.DriverCpuMicroseconds):F1} |"));
            }

            text.AppendLine();
        }

        return text.ToString();
    }

    /// <summary>What the project set itself.</summary>
    private static IEnumerable<Goal> GoalsOf(ClusterSettings settings, IReadOnlyList<string> nacre)
    {
        foreach (int bytes in settings.Sizes)
        {
            foreach ((int clients, double least) in ((int, double)[])[(64, 3), (16, 1.5), (1, 1)])
            {
                yield return new Goal(new ClusterCell(false, bytes, clients), nacre[0], "etcd", least);
            }
        }

        yield return new Goal(new ClusterCell(true, settings.Sizes[^1], 64), nacre[0], "etcd", 5);
        foreach (string more in nacre.Skip(1))
        {
            foreach (int bytes in settings.Sizes)
            {
                yield return new Goal(new ClusterCell(false, bytes, 64), more, nacre[0], 0.75);
            }
        }
    }

    private static double? MedianOf(IReadOnlyList<Measurement> measurements, ClusterCell cell, string cluster)
    {
        Measurement[] found = [.. measurements.Where(each => each.Target == cluster && each.Workload == cell.Name)];
        return found.Length == 0 ? null : Report.Median(found, each => each.OperationsPerSecond);
    }

    /// <summary>A least ratio of the medians of operations a second.</summary>
    private sealed record Goal(ClusterCell Cell, string Upper, string Lower, double Least);
}
