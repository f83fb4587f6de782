using System.Globalization;
using System.Reflection;
using Nacre.Simulation.Tests.Cluster;
using Nacre.Simulation.Tests.Engine;
using Nacre.Simulation.Tests.Nodes;
using Nacre.Simulation.Tests.Storage;

namespace Nacre.Simulation.Tests;

/// <summary>The command behind <c>./build.sh Simulate</c>: runs seeds, one thread a seed, and prints what they came to.</summary>
internal static class SimulateCommand
{
    /// <summary>Runs it.</summary>
    /// <param name="arguments"><c>--seeds=N --first-seed=S --bug=NAME|All --kept --threads=T</c>.</param>
    /// <param name="output">Where it prints.</param>
    /// <returns>0; 1 for a violation, a seed that does not count, a bug not found, or in a kept run a probe never hit; 2 for wrong arguments.</returns>
    public static int Run(ReadOnlySpan<string> arguments, TextWriter output)
    {
        ulong first = 1;
        int seeds = 1_000;
        int threads = 2;
        bool isKept = false;
        string bug = nameof(Bug.None);
        string layer = "core";
        foreach (string argument in arguments)
        {
            string[] parts = argument.Split('=', 2);
            string value = parts.Length > 1 ? parts[1] : "";
            bool isRead = parts[0] switch
            {
                "--seeds" => int.TryParse(value, CultureInfo.InvariantCulture, out seeds) && seeds > 0,
                "--first-seed" => ulong.TryParse(value, CultureInfo.InvariantCulture, out first),
                "--threads" => int.TryParse(value, CultureInfo.InvariantCulture, out threads) && threads > 0,
                "--kept" => isKept = true,
                "--layer" => (layer = value) is "core" or "nodes" or "storage",
                "--bug" => (bug = value) == "All" || Enum.TryParse<Bug>(value, out _) || Enum.TryParse<NodeBug>(value, out _) || Enum.TryParse<StorageBug>(value, out _),
                _ => false,
            };
            if (!isRead)
            {
                output.WriteLine($"Not understood: {argument}. Use --layer=core|nodes|storage --seeds=N --first-seed=S --threads=T --kept --bug=NAME, NAME one of All, {string.Join(", ", Enum.GetNames<Bug>())}; of nodes All, {string.Join(", ", Enum.GetNames<NodeBug>())}; of storage All, {string.Join(", ", Enum.GetNames<StorageBug>())}.");
                return 2;
            }
        }

        if (bug != "All" && !(layer == "core" ? Enum.GetNames<Bug>() : layer == "nodes" ? Enum.GetNames<NodeBug>() : Enum.GetNames<StorageBug>()).Contains(bug))
        {
            output.WriteLine($"Layer {layer} has no bug {bug}.");
            return 2;
        }

        output.WriteLine($"commit {Commit()}, layer {layer}, seeds {first} to {first + (ulong)seeds - 1}");
        if (layer == "nodes")
        {
            return RunNodes(bug, first, seeds, threads, isKept, output);
        }

        if (layer == "storage")
        {
            return StorageCommand.Run(bug, first, seeds, threads, isKept, output);
        }

        if (bug != nameof(Bug.None))
        {
            Bug[] bugs = bug == "All" ? [.. Enum.GetValues<Bug>().Where(each => each != Bug.None)] : [Enum.Parse<Bug>(bug)];
            return Hunt(bugs, first, seeds, output);
        }

        return RunSeeds(first, seeds, threads, isKept, output);
    }

    /// <summary>The first seed that finds a planted bug; null when none does.</summary>
    public static SimulationResult? Find(Bug bug, ulong first, int seeds)
    {
        for (ulong seed = first; seed < first + (ulong)seeds; seed++)
        {
            SimulationResult result = new World(seed, bug).Run();
            if (result.Violation is not null)
            {
                return result;
            }
        }

        return null;
    }

    private static int Hunt(Bug[] bugs, ulong first, int seeds, TextWriter output)
    {
        int missed = 0;
        foreach (Bug bug in bugs)
        {
            SimulationResult? found = Find(bug, first, seeds);
            missed += found is null ? 1 : 0;
            output.WriteLine(found is null ? $"{bug}: NOT FOUND" : $"{bug}: seed {found.Seed}, event {found.Events}: {found.Violation}");
        }

        // A planted bug that was found is a violation, as any.
        return bugs.Length == 1 ? 1 - missed : missed > 0 ? 1 : 0;
    }

    private static int RunNodes(string bug, ulong first, int seeds, int threads, bool isKept, TextWriter output)
    {
        if (bug == nameof(NodeBug.None))
        {
            NodeReport report = NodeReport.Of(first, seeds, threads);
            output.Write(report.ToText());
            NodeProbe[] missing = isKept ? [.. report.NeverHit] : [];
            foreach (NodeProbe probe in missing)
            {
                output.WriteLine($"{probe} was never hit");
            }

            return report.IsGood && missing.Length == 0 ? 0 : 1;
        }

        NodeBug[] bugs = bug == "All" ? [.. Enum.GetValues<NodeBug>().Where(each => each != NodeBug.None)] : [Enum.Parse<NodeBug>(bug)];
        int missed = 0;
        foreach (NodeBug each in bugs)
        {
            NodeResult? found = NodeReport.Find(each, first, seeds);
            missed += found is null ? 1 : 0;
            output.WriteLine(found is null ? $"{each}: NOT FOUND" : $"{each}: seed {found.Seed}, event {found.Events}: {found.Violation}");
        }

        return bugs.Length == 1 ? 1 - missed : missed > 0 ? 1 : 0;
    }

    private static int RunSeeds(ulong first, int seeds, int threads, bool isKept, TextWriter output)
    {
        var results = new SimulationResult[seeds];
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = threads },
            at => results[at] = new World(first + (ulong)at, Bug.None).Run());
        ulong hash = 0;
        var probes = new long[results[0].Probes.Length];
        bool isGood = true;
        foreach (SimulationResult result in results)
        {
            hash = Mixing.Of(hash, result.Hash);
            for (int at = 0; at < probes.Length; at++)
            {
                probes[at] += result.Probes[at];
            }

            if (result.Violation is not null || !result.Counts)
            {
                isGood = false;
                output.WriteLine($"seed {result.Seed}: {result.Violation ?? "does not count"} ({result.Events} events, " +
                    $"{result.Operations} operations, {result.Faults} faults, {result.Changes} changes, hash {result.Hash:x16})");
            }
        }

        output.WriteLine($"{results.Sum(r => (long)r.Events)} events, {results.Sum(r => (long)r.Operations)} operations, " +
            $"{results.Sum(r => (long)r.Faults)} faults, {results.Sum(r => (long)r.Changes)} changes, {results.Sum(r => (long)r.Entries)} entries");
        foreach (Probe probe in Enum.GetValues<Probe>())
        {
            output.WriteLine($"  {probe}: {probes[(int)probe]}");
            if (isKept && probes[(int)probe] == 0)
            {
                isGood = false;
                output.WriteLine($"  {probe} was never hit");
            }
        }

        output.WriteLine($"closing hash {hash:x16}: {(isGood ? "no violation" : "VIOLATED")}");
        return isGood ? 0 : 1;
    }

    private static string Commit() =>
        typeof(SimulateCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+').Last() ?? "unknown";
}
