namespace Nacre.Benchmarks.Load.Workloads;

/// <summary>A mix of operations. A to F are those of YCSB; the others isolate one operation.</summary>
/// <param name="Name">As given on the command line.</param>
/// <param name="Read">Share of reads; the shares add up to 1.</param>
/// <param name="Update">Share of blind writes of a whole document.</param>
/// <param name="Insert">Share of new documents.</param>
/// <param name="Scan">Share of short scans.</param>
/// <param name="ReadModifyWrite">Share of reads followed by a write of the same document.</param>
/// <param name="Latest">Reads prefer the newest documents instead of a zipfian choice over all.</param>
internal sealed record Workload(
    string Name, double Read, double Update, double Insert, double Scan, double ReadModifyWrite, bool Latest = false)
{
    /// <summary>Documents a scan reads at most; uniform from 1.</summary>
    public const int MaxScan = 100;

    private static readonly Workload[] All =
    [
        new("A", 0.50, 0.50, 0, 0, 0),
        new("B", 0.95, 0.05, 0, 0, 0),
        new("C", 1, 0, 0, 0, 0),
        new("D", 0.95, 0, 0.05, 0, 0, Latest: true),
        new("E", 0, 0, 0.05, 0.95, 0),
        new("F", 0.50, 0, 0, 0, 0.50),
        new("read", 1, 0, 0, 0, 0),
        new("insert", 0, 0, 1, 0, 0),
    ];

    /// <summary>True when it adds documents.</summary>
    public bool Inserts => Insert > 0;

    /// <summary>Finds a workload by name; throws <see cref="ArgumentException"/> naming the known ones.</summary>
    public static Workload Named(string name) =>
        Array.Find(All, w => string.Equals(w.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"no workload {name}; there are {string.Join(", ", All.Select(w => w.Name))}");

    /// <summary>Chooses the next operation.</summary>
    /// <param name="chance">Uniform in [0, 1).</param>
    public Operation Next(double chance)
    {
        if ((chance -= Read) < 0)
        {
            return Operation.Read;
        }

        if ((chance -= Update) < 0)
        {
            return Operation.Update;
        }

        if ((chance -= Insert) < 0)
        {
            return Operation.Insert;
        }

        return chance - Scan < 0 ? Operation.Scan : Operation.ReadModifyWrite;
    }
}
