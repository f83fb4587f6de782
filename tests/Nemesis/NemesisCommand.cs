using System.Reflection;
using Nacre.Nemesis.Tests.Network;
using Nacre.Nemesis.Tests.Processes;
using Nacre.Nemesis.Tests.Rounds;
using Nacre.Testing;

namespace Nacre.Nemesis.Tests;

/// <summary>The command behind <c>./build.sh Nemesis</c>: real processes, one fault a round, and a table of what they came to.</summary>
internal static class NemesisCommand
{
    /// <summary>Runs it.</summary>
    /// <returns>0; 1 for a violation, a round that does not count, or in a kept run one that was not run; 2 for wrong arguments.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var report = new Report(output);
        NemesisOptions? options = NemesisOptions.Parse(arguments, out string refused);
        IReadOnlyList<Step> all = Step.All(options ?? new NemesisOptions(), report);
        Step[] steps = [.. options?.Steps.SelectMany(name => all.Where(step => name == "All" || step.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) ?? []];
        if (options is null || steps.Length == 0)
        {
            await output.WriteLineAsync($"Not understood: {refused}. {NemesisOptions.Usage} NAME is All or one of {string.Join(", ", all.Select(step => step.Name))}.");
            return 2;
        }

        NodeProcess.ProgramPath = options.Program ?? NodeProcess.ProgramPath;
        report.Say($"commit {Commit()}, {ClusterShape.Usual.Members} nodes, {options.Seconds} s a fault, first seed {options.Seed}");
        await RunAsync(options, steps, report);
        report.Close();
        if (options.IsKept)
        {
            report.Keep(arguments);
        }

        return report.IsGood(options.IsKept) ? 0 : 1;
    }

    private static async Task RunAsync(NemesisOptions options, Step[] steps, Report report)
    {
        long began = TimeProvider.System.GetTimestamp();
        ulong seed = options.Seed;
        int at = 0;
        while (GoesOn())
        {
            // A cluster lives until a promise is broken, or a step takes another one; what is broken is kept as it is.
            string folder = Directory.CreateTempSubdirectory("nacre-nemesis-").FullName;
            bool isSound = true;
            ClusterShape shape = steps[at % steps.Length].Shape;
            await using (INetwork network = NewNetwork(options, shape, report))
            await using (Cluster cluster = await Cluster.FoundAsync(folder, network, shape))
            {
                while (isSound && GoesOn() && steps[at % steps.Length].Shape == shape)
                {
                    (RoundResult result, Action<string>? writeHistory) = await steps[at++ % steps.Length].RunAsync(cluster, seed++);
                    report.Add(result);
                    if (result.Verdict == RoundVerdict.Violated)
                    {
                        isSound = false;
                        writeHistory?.Invoke(Path.Combine(folder, "history.txt"));
                        report.Say($"  history, logs and data folders: {folder}");
                    }
                }
            }

            if (isSound)
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        bool GoesOn() => options.Minutes == 0 ? at < steps.Length : TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(options.Minutes);
    }

    private static INetwork NewNetwork(NemesisOptions options, ClusterShape shape, Report report)
    {
        var random = new SeededRandom(options.Seed);
        string? whyNot = options.UsesProxies ? "it was told to" : shape.UsesProxies ? "this is a measurement" : PacketNetwork.WhyNot();
        INetwork network = whyNot is null ? new PacketNetwork(random) : new TcpNetwork(random);
        report.Say(whyNot is null ? $"between the nodes: {network.Name}" : $"between the nodes: {network.Name}; because {whyNot}");
        return network;
    }

    private static string Commit() =>
        typeof(NemesisCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+').Last() ?? "unknown";
}
