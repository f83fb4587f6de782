using System.CommandLine;
using System.Globalization;
using Nacre.Cli.Output;
using Nacre.Cli.Prompt;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre query DB CONTAINER [SQL]</c></summary>
internal static class QueryCommand
{
    private const int PageSize = 1000;

    /// <summary>Rows that a person is shown before being asked whether to go on.</summary>
    private const int PromptPageSize = 25;

    public static Command Make(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> container = CommonArguments.Container();
        Argument<string?> text = new("SQL") { Description = "The query; without it --file, or at a terminal a prompt.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> file = new("--file", "-f") { Description = "A file that holds the query; - for standard input.", HelpName = "FILE" };
        Option<string[]> parameters = new("--parameter")
        {
            Description = "A parameter's value as JSON: --parameter country='\"AD\"' for @country. What is no JSON is taken as text.",
            HelpName = "NAME=JSON",
        };
        Option<string[]> partitionKey = CommonArguments.PartitionKey(required: false);
        Option<int?> pageSize = new("--page-size") { Description = "Rows a request, 1 to 1000. Default 1000; at the prompt 25.", HelpName = "N" };
        Option<int?> max = new("--max") { Description = "Rows at most; the next ones begin at the continuation that is told then.", HelpName = "N" };
        Option<string?> continuation = new("--continuation") { Description = "Where the same query stopped.", HelpName = "TOKEN" };
        Option<bool> explain = new("--explain") { Description = "Runs the query, and tells how rows are found and what that costs, instead of the rows." };
        Option<ConsistencyLevel?> consistency = CommonArguments.Consistency();
        Option<string?> sessionToken = CommonArguments.SessionToken();
        return new Command("query", "Queries items of a container in SQL.")
            .With(database, container, text, file, parameters, partitionKey, pageSize, max, continuation, explain, consistency, sessionToken)
            .Does(async (parsed, cancellationToken) =>
            {
                if (parsed.GetValue(pageSize) is < 1 or > 1000)
                {
                    throw CliException.Usage("--page-size is 1 to 1000.");
                }

                if (parsed.GetValue(max) is < 1)
                {
                    throw CliException.Usage("--max is at least 1.");
                }

                bool asks = parsed.GetValue(text) is null && parsed.GetValue(file) is null && global.Terminal.CanPrompt;
                if (asks && (parsed.GetValue(max) is not null || parsed.GetValue(continuation) is not null))
                {
                    throw CliException.Usage("--max and --continuation go with one query: give it as an argument, or with --file FILE.");
                }

                var given = ParameterList.OfOptions(parsed.GetValue(parameters) ?? []);
                string? sql = asks ? null : await TextAsync(global.Terminal, parsed.GetValue(text), parsed.GetValue(file), cancellationToken).ConfigureAwait(false);
                var options = new QueryOptions
                {
                    Parameters = given.Build(),
                    PartitionKey = PartitionKeyText.Parse(parsed.GetValue(partitionKey)),
                    Continuation = parsed.GetValue(continuation),
                    PageSize = parsed.GetValue(pageSize) ?? (asks ? PromptPageSize : PageSize),
                    Consistency = parsed.GetValue(consistency),
                    SessionToken = parsed.GetValue(sessionToken),
                    Explain = parsed.GetValue(explain),
                };
                await using NacreClient client = global.Connect(parsed);
                Container queried = client.GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(container));
                if (sql is null)
                {
                    await new QueryPrompt(global.Terminal, global.Results(parsed), queried, options, given).RunAsync(cancellationToken).ConfigureAwait(false);
                    return;
                }

                int most = parsed.GetValue(max) ?? int.MaxValue;
                QueryOutcome outcome = await QueryFetching.RowsAsync(queried, sql, options, least: most, most, cancellationToken).ConfigureAwait(false);
                Print(global.Results(parsed), outcome, options.Explain);
            });
    }

    private static void Print(ResultWriter results, QueryOutcome outcome, bool explains)
    {
        // Rows would bury the plan.
        QueryOutcome shown = explains ? outcome with { Rows = [] } : outcome;
        results.Write(shown, CliJson.Plain.QueryOutcome, console =>
        {
            if (explains)
            {
                foreach (string line in outcome.Plan ?? [])
                {
                    console.WriteLine(line);
                }
            }
            else
            {
                console.Write(QueryTable.Of(outcome.Rows));
            }
        });
        if (results.IsJson)
        {
            return;
        }

        results.Tell(string.Create(CultureInfo.InvariantCulture,
            $"{outcome.Rows.Count} rows; {outcome.ItemsLookedAt} items of {outcome.BytesRead} bytes looked at in {outcome.Pages} requests; charge {outcome.RequestCharge}"));
        if (outcome.Continuation is not null)
        {
            results.Tell($"More follow: --continuation {outcome.Continuation}");
        }
    }

    private static async Task<string> TextAsync(Terminal terminal, string? inline, string? file, CancellationToken cancellationToken)
    {
        if ((inline is null) == (file is null))
        {
            throw CliException.Usage("Give the query as an argument, or with --file FILE; - is standard input.");
        }

        return inline ?? await TextSource.ReadAsync(terminal, file!, cancellationToken).ConfigureAwait(false);
    }
}
