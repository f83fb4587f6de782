using System.CommandLine;
using System.Globalization;
using Nacre.Cli.Transfer;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre export DB CONTAINER --output-file FILE</c></summary>
internal static class ExportCommand
{
    public static Command Make(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> container = CommonArguments.Container();
        Option<string> file = new("--output-file", "-f")
        {
            Description = "JSON Lines; packed with gzip when the name ends in .gz; - for standard output. In clear text.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string[]> partitionKey = CommonArguments.PartitionKey(required: false);
        Option<bool> force = new("--force") { Description = "Replace FILE where it is there." };
        Option<string?> state = new("--state") { Description = "Where the state of an interrupted export is kept. Default: FILE.export-state.json", HelpName = "PATH" };
        Option<bool> restart = new("--restart") { Description = "Begin anew, whatever an interrupted export left." };
        return new Command("export", "Writes a container's items to a file, in clear text. Interrupted, it goes on when it is called again.")
            .With(database, container, file, partitionKey, force, state, restart)
            .Does(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed, patient: true);
                string path = parsed.GetRequiredValue(file);
                string[] levels = parsed.GetValue(partitionKey) ?? [];
                Container source = client.GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(container));
                ExportState fresh = await BeginAsync(client, source, levels, cancellationToken).ConfigureAwait(false);
                var options = new ListOptions { PartitionKey = PartitionKeyText.Parse(levels) };
                if (path == "-")
                {
                    await new Exporter(global.Terminal, source, options, global.Terminal.OutputStream, pack: false, fresh, null)
                        .RunAsync(null, cancellationToken)
                        .ConfigureAwait(false);
                    return;
                }

                if (File.Exists(path) && !parsed.GetValue(force))
                {
                    throw CliException.Usage($"'{path}' is there already; --force replaces it.");
                }

                var stateFile = new StateFile<ExportState>(parsed.GetValue(state) ?? path + ".export-state.json", TransferJson.Default.ExportState);
                ExportSummary summary = await ToFileAsync(global.Terminal, source, options, path, fresh, stateFile, parsed.GetValue(restart), cancellationToken)
                    .ConfigureAwait(false);
                global.Results(parsed).Write(summary, TransferJson.Plain.ExportSummary, console => console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Exported {summary.Items:N0} items in {summary.Seconds:0.0} s ({summary.ItemsPerSecond:N0}/s) to '{path}', {summary.Bytes:N0} bytes.")));
            });
    }

    private static async Task<ExportSummary> ToFileAsync(
        Terminal terminal,
        Container source,
        ListOptions options,
        string path,
        ExportState fresh,
        StateFile<ExportState> stateFile,
        bool restart,
        CancellationToken cancellationToken)
    {
        // Under the final name there is never half a file.
        string part = path + ".part";
        ExportState start = restart || !File.Exists(part) ? fresh : Resumed(stateFile, fresh) ?? fresh;
        if (start.Items > 0)
        {
            terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Going on after {start.Items:N0} items."));
        }

        ExportSummary summary;
        await using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 64 * 1024, FileOptions.Asynchronous))
        {
            file.SetLength(start.Bytes);
            file.Position = start.Bytes;
            var exporter = new Exporter(
                terminal, source, options, file, path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase), start, stateFile);
            summary = await exporter.RunAsync(path, cancellationToken).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        File.Move(part, path, overwrite: true);
        stateFile.Delete();
        return summary;
    }

    private static async Task<ExportState> BeginAsync(NacreClient client, Container source, string[] levels, CancellationToken cancellationToken)
    {
        ContainerProperties properties = await source.GetAsync(cancellationToken).ConfigureAwait(false);
        var target = new TransferTarget(client.Endpoint.ToString(), source.DatabaseName, source.Name, properties.Id);
        return new ExportState(1, target, levels, "", 0, 0);
    }

    private static ExportState? Resumed(StateFile<ExportState> file, ExportState fresh)
    {
        if (file.Load() is not { } state)
        {
            return null;
        }

        return state.Version == fresh.Version && state.Source == fresh.Source && state.PartitionKey.SequenceEqual(fresh.PartitionKey)
            ? state
            : throw CliException.Usage($"'{file.Path}' is the state of another export. Finish that one, or begin anew with --restart.");
    }
}
