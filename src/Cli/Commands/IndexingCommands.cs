using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Nacre.Cli.Output;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre container indexing …</c></summary>
internal static class IndexingCommands
{
    public static Command Make(GlobalOptions global) => new Command("indexing", "How a container's items are indexed, and how far that is done.")
        .With(Show(global), Set(global));

    private static Command Show(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> name = CommonArguments.Container();
        Option<bool> wait = Wait();
        return new Command("show", "Shows a container's indexing policy, and how far each range's indexes are built.").With(database, name, wait)
            .Does(async (parsed, cancellationToken) =>
            {
                await using NacreClient client = global.Connect(parsed);
                Container container = client.GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(name));
                Print(global.Results(parsed), await LookAsync(global.Terminal, container, parsed.GetValue(wait), cancellationToken).ConfigureAwait(false));
            });
    }

    private static Command Set(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> name = CommonArguments.Container();
        Argument<string> policy = new("POLICY") { Description = $"The new policy: {IndexingText.Shape}" };
        Option<string?> ifMatch = CommonArguments.IfMatch();
        Option<bool> wait = Wait();
        return new Command("set", "Gives a container another indexing policy. Its indexes are built while it serves; queries use those of before until then.")
            .With(database, name, policy, ifMatch, wait)
            .Does(async (parsed, cancellationToken) =>
            {
                IndexingPolicy chosen = await IndexingText.ReadAsync(global.Terminal, parsed.GetRequiredValue(policy), cancellationToken).ConfigureAwait(false);
                await using NacreClient client = global.Connect(parsed);
                Container container = client.GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(name));
                await container.ReplaceIndexingPolicyAsync(chosen, parsed.GetValue(ifMatch), cancellationToken).ConfigureAwait(false);
                Print(global.Results(parsed), await LookAsync(global.Terminal, container, parsed.GetValue(wait), cancellationToken).ConfigureAwait(false));
            });
    }

    private static Option<bool> Wait() => new("--wait") { Description = "Waits until all indexes are built, with a progress bar on a terminal. An interrupt ends the wait alone." };

    private static Task<IndexingProgress> LookAsync(Terminal terminal, Container container, bool waits, CancellationToken cancellationToken) => waits
        ? IndexingMeter.RunAsync(terminal, meter => container.WaitForIndexingAsync(meter, cancellationToken))
        : container.GetIndexingProgressAsync(cancellationToken);

    private static void Print(ResultWriter results, IndexingProgress progress) => results.Write(progress, CliJson.Plain.IndexingProgress, console =>
    {
        console.WriteLine(Indented(progress.Policy));
        console.WriteLine();
        console.Write(ResultWriter.Table(
            ["RANGE", "STATE", "DONE", "ITEMS", "LEFT"],
            progress.Ranges,
            range =>
            [
                range.Range.ToString(CultureInfo.InvariantCulture),
                range.IsReady ? "ready" : "building",
                string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(range.Fraction * 100):0} %"),
                range.Items.ToString(CultureInfo.InvariantCulture),
                range.ItemsLeft.ToString(CultureInfo.InvariantCulture),
            ]));
    });

    private static string Indented(IndexingPolicy policy)
    {
        using JsonDocument document = JsonDocument.Parse(policy.ToJson());
        return JsonSerializer.Serialize(document.RootElement, CliJson.Indented.JsonElement);
    }
}
