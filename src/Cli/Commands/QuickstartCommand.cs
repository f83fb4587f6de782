using System.CommandLine;
using Nacre.Cli.Output;
using Nacre.Cli.Quickstart;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre quickstart</c></summary>
internal static class QuickstartCommand
{
    private const string LastingServer = """

        All of it is gone again. A server that lasts:

            nacre server --dev --data ./data --connection-file ./connection.json
            nacre db create world --connection-file ./connection.json

        On a machine that matters, in place of --dev: nacre keys create-root /secure/root.key, then
        nacre server --root-key file:/secure/root.key …
        """;

    public static Command Make(GlobalOptions global)
    {
        Option<string?> file = new("--file") { Description = "JSON Lines to import in place of the cities, with id, name and /country.", HelpName = "FILE" };
        return new Command("quickstart", "Shows it all in a minute: a server on a temporary folder, real data, encryption, a restart. Leaves nothing behind.")
            .With(file)
            .Does(async (parsed, cancellationToken) =>
            {
                ResultWriter results = global.Results(parsed);
                void Say(string line)
                {
                    if (!results.IsJson)
                    {
                        global.Terminal.Output.WriteLine(line);
                    }
                }

                await using var tour = new QuickstartTour(global.Terminal, parsed.GetValue(file), Say);
                QuickstartSummary summary = await tour.RunAsync(cancellationToken).ConfigureAwait(false);
                results.Write(summary, CliJson.Plain.QuickstartSummary, _ => Say(LastingServer));
            });
    }
}
