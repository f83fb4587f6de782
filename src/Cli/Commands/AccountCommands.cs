using System.CommandLine;
using System.Globalization;
using Nacre.Cli.Output;
using Nacre.Client;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre account …</c></summary>
internal static class AccountCommands
{
    public static Command Make(GlobalOptions global) => new Command("account", "What holds for the whole account.").With(Consistency(global));

    private static Command Consistency(GlobalOptions global)
    {
        Argument<ConsistencyLevel?> level = Choice.OptionalArgument<ConsistencyLevel>("LEVEL", "The new level, where it is to change:");
        Option<long?> maxVersions = new("--max-versions") { Description = "Bounded staleness: writes of a range that a read may lack; 10 to 2,147,483,647.", HelpName = "N" };
        Option<int?> maxAge = new("--max-age") { Description = "Bounded staleness: for how long a read may lack a write; 5 to 86,400 seconds.", HelpName = "SECONDS" };
        return new Command("consistency", "Shows or sets what reads promise when they ask for nothing else. They may ask for less, never for more.")
            .With(level, maxVersions, maxAge)
            .Does(async (parsed, cancellationToken) =>
            {
                if (parsed.GetValue(maxVersions) is < 1 || parsed.GetValue(maxAge) is < 1)
                {
                    throw CliException.Usage("--max-versions and --max-age are at least 1.");
                }

                await using NacreClient client = global.Connect(parsed);
                bool isChange = parsed.GetValue(level) is not null || parsed.GetValue(maxVersions) is not null || parsed.GetValue(maxAge) is not null;
                ConsistencySettings? settings = isChange
                    ? await client.SetConsistencyAsync(
                        parsed.GetValue(level),
                        parsed.GetValue(maxVersions),
                        parsed.GetValue(maxAge) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                        cancellationToken).ConfigureAwait(false)
                    : (await client.GetAccountAsync(cancellationToken).ConfigureAwait(false)).Consistency;
                if (settings is null)
                {
                    throw new CliException(ExitCode.Refused, "The server is of a version that has no levels; all reads are strong.");
                }

                global.Results(parsed).Write(settings, CliJson.Plain.ConsistencySettings, console => console.Write(ResultWriter.Table(
                    ["LEVEL", "MAX VERSIONS", "MAX AGE"],
                    [settings],
                    shown =>
                    [
                        shown.Level.ToString(),
                        shown.MaxVersions.ToString(CultureInfo.InvariantCulture),
                        string.Create(CultureInfo.InvariantCulture, $"{shown.MaxAge.TotalSeconds} s"),
                    ])));
            });
    }
}
