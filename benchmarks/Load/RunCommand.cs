using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Nacre.Benchmarks.Load.Echo;
using Nacre.Benchmarks.Load.Reporting;
using Nacre.Benchmarks.Load.Servers;
using Nacre.Benchmarks.Load.Targets;
using Nacre.Benchmarks.Load.Workloads;

namespace Nacre.Benchmarks.Load;

/// <summary>The verb <c>run</c>: starts the servers, fills them, runs the workloads, prints the report.</summary>
internal static class RunCommand
{
    private static readonly string[] AllTargets = ["nacre-unary", "nacre-stream", "echo-unary", "echo-stream", "postgres", "redis"];

    public static Command Create()
    {
        var targets = new Option<string>("--targets")
        {
            Description = $"Comma-separated: {string.Join(", ", AllTargets)}.",
            DefaultValueFactory = _ => string.Join(',', AllTargets),
        };
        var workloads = new Option<string>("--workloads")
        {
            Description = "Comma-separated: A to F, read, insert.", DefaultValueFactory = _ => "read,insert",
        };
        var clients = new Option<string>("--clients")
        {
            Description = "Comma-separated numbers of concurrent callers.", DefaultValueFactory = _ => "1,16,64",
        };
        var records = new Option<long>("--records")
        {
            Description = "Documents loaded before the workloads.", DefaultValueFactory = _ => 100_000,
        };
        var bytes = new Option<int>("--document-bytes")
        {
            Description = "About how many bytes of JSON a document has.", DefaultValueFactory = _ => 1024,
        };
        var slice = new Option<double>("--slice-seconds")
        {
            Description = "How long a workload runs against a target at a time.", DefaultValueFactory = _ => 5,
        };
        var rounds = new Option<int>("--rounds")
        {
            Description = "Rounds counted; one more warms up.", DefaultValueFactory = _ => 5,
        };
        var program = new Option<FileInfo?>("--program")
        {
            Description = "The nacre to measure, such as a packed one; else the one that was built beside this driver.",
        };
        var output = new Option<FileInfo?>("--output-file") { Description = "Where the report goes; else standard output." };
        var command = new Command("run", "Runs workloads against several servers, interleaved.")
        {
            targets, workloads, clients, records, bytes, slice, rounds, program, output,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var settings = new LoadSettings(
                result.GetValue(records),
                result.GetValue(bytes),
                TimeSpan.FromSeconds(result.GetValue(slice)),
                result.GetValue(rounds),
                [.. Split(result.GetValue(workloads)).Select(Workload.Named)],
                [.. Split(result.GetValue(clients)).Select(text => int.Parse(text, CultureInfo.InvariantCulture))],
                result.GetValue(program)?.FullName);
            string report = await RunAsync(settings, Split(result.GetValue(targets)));
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

    private static string[] Split(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static async Task<string> RunAsync(LoadSettings settings, IReadOnlyList<string> names)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nacre-load-");
        // PostgreSQL runs as a user of its own and must reach its part of this folder.
        File.SetUnixFileMode(
            folder.FullName,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var report = new Report(string.Create(
            CultureInfo.InvariantCulture,
            $"Load: {settings.Records} documents of {settings.DocumentBytes} bytes, {settings.Rounds} rounds of {settings.Slice.TotalSeconds:F0} s, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}"));
        var certificates = new TestCertificates(Path.Combine(folder.FullName, "tls"));
        var targets = new List<ITarget>();
        try
        {
            foreach (string name in names)
            {
                targets.Add(await StartAsync(name, settings, certificates, Path.Combine(folder.FullName, name)));
            }

            var runner = new LoadRunner(settings, targets, report);
            await runner.LoadAsync();
            await runner.RunAsync();
            await runner.RecoverAsync();
        }
        finally
        {
            foreach (ITarget target in targets)
            {
                await target.DisposeAsync();
            }

            folder.Delete(recursive: true);
        }

        return report.ToMarkdown();
    }

    private static async Task<ITarget> StartAsync(
        string name, LoadSettings settings, TestCertificates certificates, string folder)
    {
        Directory.CreateDirectory(folder);
        return name switch
        {
            "nacre-unary" => await NacreTarget.StartAsync(settings.Program, folder, stream: false),
            "nacre-stream" => await NacreTarget.StartAsync(settings.Program, folder, stream: true),
            "echo-unary" => await EchoTarget.StartAsync(certificates, stream: false, settings.DocumentBytes),
            "echo-stream" => await EchoTarget.StartAsync(certificates, stream: true, settings.DocumentBytes),
            "postgres" => await PostgresTarget.StartAsync(certificates, folder),
            "redis" => await RedisTarget.StartAsync(certificates, folder),
            _ => throw new ArgumentException($"no target {name}; there are {string.Join(", ", AllTargets)}"),
        };
    }
}
