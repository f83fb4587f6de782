using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Nacre.Benchmarks.Load.Servers;

namespace Nacre.Benchmarks.Load.Clusters;

/// <summary>The verb <c>cluster</c>: three nodes of Nacre against three members of etcd, one cluster running at a time.</summary>
internal static class ClusterCommand
{
    private const int MostClients = 64;

    /// <summary>Makes the verb.</summary>
    public static Command Create()
    {
        Option<string> systems = Text("--systems", "Comma-separated: etcd, nacre.", "etcd,nacre");
        Option<string> sizes = Text("--document-bytes", "Comma-separated bytes of JSON an item.", "200,1024");
        Option<string> clients = Text("--clients", "Comma-separated numbers of concurrent callers.", "1,16,64");
        Option<string> shards = Text("--shards", "Comma-separated data shards of Nacre's clusters: the first stands against etcd, the others against it.", "1,64");
        var records = new Option<long>("--records") { Description = "Items that are there to be read.", DefaultValueFactory = _ => 10_000 };
        var slice = new Option<double>("--slice-seconds") { Description = "How long a cell runs at a time.", DefaultValueFactory = _ => 4 };

        // Three servers that share two cores compile their hottest code for minutes: with 64 shards twice as much is served after 150 s as after 45.
        var firstWarmUp = new Option<double>("--first-warm-up-seconds") { Description = "How long writes run before the first round.", DefaultValueFactory = _ => 150 };
        var warmUp = new Option<double>("--warm-up-seconds") { Description = "How long writes run each time before a cluster's cells, not counted.", DefaultValueFactory = _ => 2 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds counted; one more warms up.", DefaultValueFactory = _ => 5 };
        var connections = new Option<int>("--etcd-connections") { Description = "From the driver to etcd's leader.", DefaultValueFactory = _ => 1 };
        var reads = new Option<bool>("--reads") { Description = "Whether strong reads are measured.", DefaultValueFactory = _ => true };
        var program = new Option<FileInfo?>("--program") { Description = "The nacre to measure, such as a packed one; else the one that was built beside this driver." };
        var against = new Option<FileInfo?>("--against") { Description = "Another nacre, to see what a change of the program brings: all cells, beside the first cluster's." };
        var folder = new Option<DirectoryInfo?>("--folder") { Description = "Where the clusters keep their data, all on the same disk; else the folder for temporary files." };
        var output = new Option<FileInfo?>("--output-file") { Description = "Where the report goes; else standard output." };
        var command = new Command("cluster", "Three nodes of Nacre against three members of etcd, one cluster running at a time.")
        {
            systems, sizes, clients, shards, records, slice, firstWarmUp, warmUp, rounds, connections, reads, program, against, folder, output,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var settings = new ClusterSettings(
                Numbers(result.GetValue(sizes)),
                Numbers(result.GetValue(clients)),
                Numbers(result.GetValue(shards)),
                result.GetValue(records),
                TimeSpan.FromSeconds(result.GetValue(slice)),
                TimeSpan.FromSeconds(result.GetValue(firstWarmUp)),
                TimeSpan.FromSeconds(result.GetValue(warmUp)),
                result.GetValue(rounds),
                result.GetValue(connections),
                result.GetValue(program)?.FullName,
                result.GetValue(against)?.FullName);
            string report = await RunAsync(settings, Split(result.GetValue(systems)), result.GetValue(reads), result.GetValue(folder));
            if (result.GetValue(output) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, report, cancellationToken);
            }
            else
            {
                await Console.Out.WriteLineAsync(report);
            }
        });
        return command;
    }

    private static Option<string> Text(string name, string description, string byDefault) =>
        new(name) { Description = description, DefaultValueFactory = _ => byDefault };

    private static string[] Split(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int[] Numbers(string? list) => [.. Split(list).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];

    private static async Task<string> RunAsync(ClusterSettings settings, string[] systems, bool reads, DirectoryInfo? parent)
    {
        DirectoryInfo folder = parent is null
            ? Directory.CreateTempSubdirectory("nacre-cluster-")
            : parent.CreateSubdirectory(string.Create(CultureInfo.InvariantCulture, $"nacre-cluster-{Environment.ProcessId}"));
        var clusters = new List<(ICluster Cluster, IReadOnlyList<ClusterCell> Cells)>();
        var runner = new ClusterRunner(settings);
        var names = new List<string>();
        try
        {
            List<ClusterCell> cells = [.. settings.Sizes.SelectMany(bytes => settings.Clients.Select(count => new ClusterCell(false, bytes, count)))];
            if (reads)
            {
                cells.Add(new ClusterCell(true, settings.Sizes[^1], MostClients));
            }

            if (systems.Contains("etcd"))
            {
                var certificates = new TestCertificates(Path.Combine(folder.FullName, "tls"));
                clusters.Add((new EtcdCluster(certificates, Path.Combine(folder.FullName, "etcd"), settings.EtcdConnections), cells));
            }

            foreach (int shards in systems.Contains("nacre") ? settings.Shards : [])
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"nacre-{shards}");
                var nacre = new NacreCluster(name, settings.Program, Path.Combine(folder.FullName, name), shards);
                clusters.Add((nacre, names.Count == 0 ? cells : [.. settings.Sizes.Select(bytes => new ClusterCell(false, bytes, MostClients))]));
                names.Add(name);
                if (names.Count == 1 && settings.Against is { } other)
                {
                    clusters.Add((new NacreCluster("against", other, Path.Combine(folder.FullName, "against"), shards), cells));
                }
            }

            await runner.RunAsync(clusters);
        }
        finally
        {
            foreach ((ICluster cluster, _) in clusters)
            {
                await cluster.DisposeAsync();
            }

            folder.Delete(recursive: true);
        }

        return ClusterReport.ToMarkdown(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Clusters of three: {settings.Rounds} rounds of {settings.Slice.TotalSeconds:F0} s, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}"),
            settings, runner.Measurements, names.Count > 0 ? names : ["nacre"]);
    }
}
