using System.Globalization;
using System.Text;

namespace Nacre.Benchmarks.Load.Reporting;

/// <summary>Turns the measurements of one interleaved run into a table of medians and ratios of medians.</summary>
internal sealed class Report(string title)
{
    private readonly List<Measurement> _measurements = [];
    private readonly List<string> _notes = [];

    /// <summary>Adds a slice.</summary>
    public void Add(Measurement measurement) => _measurements.Add(measurement);

    /// <summary>Adds a line of text below the table, such as a size or a recovery time.</summary>
    public void Note(string line) => _notes.Add(line);

    /// <summary>The whole report as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {title}").AppendLine();
        foreach (var cell in _measurements.GroupBy(m => (m.Workload, m.Clients)))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"## {cell.Key.Workload}, {cell.Key.Clients} clients").AppendLine();
            text.AppendLine("| target | ops/s (min … median … max) | p50 µs | p99 µs | server CPU µs/op | driver CPU µs/op |");
            text.AppendLine("|---|---|---|---|---|---|");
            foreach (var target in cell.GroupBy(m => m.Target))
            {
                text.AppendLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {target.Key} | {target.Min(m => m.OperationsPerSecond):F0} … {Median(target, m => m.OperationsPerSecond):F0} … {target.Max(m => m.OperationsPerSecond):F0} | {Median(target, m => m.P50Microseconds):F0} | {Median(target, m => m.P99Microseconds):F0} | {Median(target, m => m.ServerCpuMicroseconds):F1} | {Median(target, m => m.DriverCpuMicroseconds):F1} |"));
            }

            text.AppendLine();
        }

        text.AppendLine("## Ratios of medians").AppendLine();
        text.AppendLine("| what | ratio | wanted |").AppendLine("|---|---|---|");
        foreach (Goal goal in Goal.All)
        {
            double? ratio = RatioOf(goal);
            if (ratio is { } value)
            {
                text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"| {goal.What} | {value:F2} | {goal.Wanted} |"));
            }
        }

        text.AppendLine();
        foreach (string note in _notes)
        {
            text.AppendLine(note);
        }

        return text.ToString();
    }

    private double? RatioOf(Goal goal)
    {
        double? upper = MedianOf(goal, goal.Upper);
        double? lower = MedianOf(goal, goal.Lower);
        return upper / lower;
    }

    private double? MedianOf(Goal goal, string target)
    {
        Measurement[] found = _measurements
            .Where(m => m.Target == target && m.Workload == goal.Workload && m.Clients == goal.Clients).ToArray();
        return found.Length == 0 ? null : Median(found, goal.Figure);
    }

    /// <summary>The median of a figure.</summary>
    internal static double Median(IEnumerable<Measurement> measurements, Func<Measurement, double> figure)
    {
        double[] sorted = [.. measurements.Select(figure).Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>A ratio that the project set itself.</summary>
    private sealed record Goal(
        string What, string Workload, int Clients, string Upper, string Lower, Func<Measurement, double> Figure, string Wanted)
    {
        public static IReadOnlyList<Goal> All { get; } =
        [
            new("point reads, unary / unary echo", "read", 64, "nacre-unary", "echo-unary", m => m.OperationsPerSecond, "≥ 0.70"),
            new("point reads, stream / stream echo", "read", 64, "nacre-stream", "echo-stream", m => m.OperationsPerSecond, "≥ 0.60"),
            new("durable inserts, unary / unary echo", "insert", 64, "nacre-unary", "echo-unary", m => m.OperationsPerSecond, "≥ 0.50"),
            new("durable inserts, stream / PostgreSQL", "insert", 64, "nacre-stream", "postgres", m => m.OperationsPerSecond, "≥ 4.00"),
            new("one client's durable insert p50, unary / PostgreSQL", "insert", 1, "nacre-unary", "postgres", m => m.P50Microseconds, "≤ 0.70"),
            new("one client's durable insert p50, stream / PostgreSQL", "insert", 1, "nacre-stream", "postgres", m => m.P50Microseconds, "≤ 0.60"),
            new("durable inserts, stream / Redis", "insert", 64, "nacre-stream", "redis", m => m.OperationsPerSecond, "—"),
        ];
    }
}
