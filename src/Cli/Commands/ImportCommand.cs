using System.CommandLine;
using System.Globalization;
using Nacre.Cli.Output;
using Nacre.Cli.Transfer;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre import DB CONTAINER FILE</c></summary>
internal static class ImportCommand
{
    public static Command Make(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> container = CommonArguments.Container();
        Argument<string> file = new("FILE") { Description = "JSON Lines, plain or gzip; - for standard input, plain." };
        Option<BulkMode> mode = Choice.Option("--mode", [], "Items that are there are replaced, or (create) rejected.", BulkMode.Upsert);
        Option<string?> rejects = new("--rejects") { Description = "Where lines that do not go in are kept. Default: FILE.rejects.jsonl", HelpName = "PATH" };
        Option<string?> state = new("--state") { Description = "Where the state of an interrupted import is kept. Default: FILE.import-state.json", HelpName = "PATH" };
        Option<bool> restart = new("--restart") { Description = "Begin anew, whatever an interrupted import left." };
        return new Command("import", "Writes the lines of a file as items. Interrupted, it goes on when it is called again.")
            .With(database, container, file, mode, rejects, state, restart)
            .Runs(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed, patient: true);
                ImportSummary summary = await RunAsync(
                    global.Terminal,
                    client,
                    new ImportOptions(
                        parsed.GetRequiredValue(database),
                        parsed.GetRequiredValue(container),
                        parsed.GetRequiredValue(file),
                        parsed.GetValue(mode),
                        parsed.GetValue(rejects),
                        parsed.GetValue(state),
                        parsed.GetValue(restart)),
                    cancellationToken).ConfigureAwait(false);
                ResultWriter results = global.Results(parsed);
                results.Write(summary, TransferJson.Plain.ImportSummary, console => console.WriteLine(Describe(summary)));
                return summary.Rejected == 0 ? ExitCode.Done : ExitCode.Refused;
            });
    }

    /// <summary>Imports a file.</summary>
    public static async Task<ImportSummary> RunAsync(Terminal terminal, NacreClient client, ImportOptions options, CancellationToken cancellationToken)
    {
        Container container = client.GetContainer(options.Database, options.Container);
        ContainerProperties properties = await container.GetAsync(cancellationToken).ConfigureAwait(false);
        bool isInput = options.File == "-";
        await using SourceFile source = isInput ? SourceFile.Of(terminal.Input) : SourceFile.Open(options.File);

        StateFile<ImportState>? stateFile = isInput && options.State is null
            ? null
            : new(options.State ?? options.File + ".import-state.json", TransferJson.Default.ImportState);
        if (isInput && stateFile is not null)
        {
            throw CliException.Usage("An import from standard input cannot be resumed: leave --state out.");
        }

        var fresh = new ImportState(
            1,
            isInput ? "" : source.Fingerprint(),
            new TransferTarget(client.Endpoint.ToString(), options.Database, options.Container, properties.Id),
            0, 0, 0, 0);
        ImportState start = options.Restart ? fresh : Resumed(stateFile, fresh) ?? fresh;
        if (start.Lines > 0)
        {
            terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Going on after line {start.Lines:N0}."));
            await source.SkipAsync(start.Offset, cancellationToken).ConfigureAwait(false);
        }

        string rejectPath = options.Rejects ?? (isInput ? "stdin.rejects.jsonl" : options.File + ".rejects.jsonl");
        if (start.Lines == 0)
        {
            File.Delete(rejectPath);
        }

        using var rejects = new RejectFile(rejectPath);
        return await new Importer(terminal, container, source, start, stateFile, rejects, options.Mode).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static ImportState? Resumed(StateFile<ImportState>? file, ImportState fresh)
    {
        if (file?.Load() is not { } state)
        {
            return null;
        }

        return state.Version == fresh.Version && state.Source == fresh.Source && state.Target == fresh.Target
            ? state
            : throw CliException.Usage(
                $"'{file.Path}' is the state of an import of another file, or into another container. Finish that one, or begin anew with --restart.");
    }

    private static string Describe(ImportSummary summary) => string.Create(
        CultureInfo.InvariantCulture,
        $"Imported {summary.Written:N0} items in {summary.Seconds:0.0} s ({summary.ItemsPerSecond:N0}/s)") +
        (summary.Rejected == 0 ? "." : string.Create(CultureInfo.InvariantCulture, $"; {summary.Rejected:N0} lines were rejected and are in '{summary.RejectFile}'."));
}
