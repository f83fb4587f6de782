using System.Globalization;
using System.Text;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>Many seeds: totals, probes, and the first seeds that broke a promise.</summary>
internal sealed class NodeReport
{
    private readonly IReadOnlyList<NodeResult> _results;

    private NodeReport(IReadOnlyList<NodeResult> results) => _results = results;

    public IEnumerable<NodeResult> Violations => _results.Where(result => result.Violation is not null);

    /// <summary>Seeds in which too little happened.</summary>
    public IEnumerable<NodeResult> TooSmall => _results.Where(result => result.Violation is null &&
        (result.Events < NodeSimulation.LeastEvents || result.Operations < NodeSimulation.LeastOperations ||
         result.Faults < NodeSimulation.LeastFaults || result.Changes < 1 || result.Withdrawals < NodeSimulation.LeastWithdrawals));

    public bool IsGood => !Violations.Any() && !TooSmall.Any();

    /// <summary>Runs seeds, some at a time.</summary>
    public static NodeReport Of(ulong first, int count, int threads, NodeBug bug = NodeBug.None)
    {
        var results = new NodeResult[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads },
            at => results[at] = NodeSimulation.Run(first + (ulong)at, bug));
        return new NodeReport(results);
    }

    /// <summary>The first seed that finds a planted bug; null when none does.</summary>
    public static NodeResult? Find(NodeBug bug, ulong first, int seeds)
    {
        for (ulong seed = first; seed < first + (ulong)seeds; seed++)
        {
            NodeResult result = NodeSimulation.Run(seed, bug);
            if (result.Violation is not null)
            {
                return result;
            }
        }

        return null;
    }

    /// <summary>Rare paths that no seed took.</summary>
    public IEnumerable<NodeProbe> NeverHit => Enum.GetValues<NodeProbe>().Where(probe => HitsOf(probe) == 0);

    public string ToText()
    {
        var text = new StringBuilder();
        void Say(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        foreach (NodeResult result in Violations.Take(20))
        {
            Say($"seed {result.Seed} broke a promise: {result.Violation} (event {result.Events}, hash {result.Hash:x16})");
        }

        foreach (NodeResult result in TooSmall.Take(20))
        {
            Say($"seed {result.Seed} does not count: {result.Events} events, {result.Operations} operations, {result.Faults} faults, {result.Changes} changes, {result.Withdrawals} withdrawals");
        }

        foreach (NodeProbe probe in Enum.GetValues<NodeProbe>())
        {
            Say($"  {probe}: {HitsOf(probe)}");
        }

        ulong hash = _results.Aggregate(0UL, (sum, result) => (sum * 31) + result.Hash);
        Say($"{_results.Count} seeds, {Violations.Count()} violations, {_results.Sum(result => (long)result.Events)} events, {_results.Sum(result => (long)result.Operations)} operations, {_results.Sum(result => (long)result.Faults)} faults, {_results.Sum(result => (long)result.Changes)} changes of the set, {_results.Sum(result => (long)result.Withdrawals)} withdrawals, {_results.Sum(result => (long)result.Elections)} elections, {_results.Sum(result => (long)result.Entries)} entries");
        Say($"closing hash {hash:x16}");
        return text.ToString();
    }

    private long HitsOf(NodeProbe probe) => _results.Sum(result => (long)result.Probes[(int)probe]);
}
