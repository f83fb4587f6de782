using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nacre.Cli.Output;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Commands;

/// <summary><c>nacre query DB CONTAINER SQL</c></summary>
internal static class QueryCommand
{
    private const int MaxCell = 100;

    public static Command Make(GlobalOptions global)
    {
        Argument<string> database = CommonArguments.Database();
        Argument<string> container = CommonArguments.Container();
        Argument<string?> text = new("SQL") { Description = "The query; without it --file.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> file = new("--file", "-f") { Description = "A file that holds the query; - for standard input.", HelpName = "FILE" };
        Option<string[]> parameters = new("--parameter")
        {
            Description = "A parameter's value as JSON: --parameter country='\"AD\"' for @country. What is no JSON is taken as text.",
            HelpName = "NAME=JSON",
        };
        Option<string[]> partitionKey = CommonArguments.PartitionKey(required: false);
        Option<int> pageSize = new("--page-size") { Description = "Rows a request, 1 to 1000.", HelpName = "N", DefaultValueFactory = _ => 1000 };
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

                bool explains = parsed.GetValue(explain);
                string sql = await TextAsync(global.Terminal, parsed.GetValue(text), parsed.GetValue(file), cancellationToken).ConfigureAwait(false);
                var options = new QueryOptions
                {
                    Parameters = ParametersOf(parsed.GetValue(parameters) ?? []),
                    PartitionKey = PartitionKeyText.Parse(parsed.GetValue(partitionKey)),
                    Continuation = parsed.GetValue(continuation),
                    PageSize = parsed.GetValue(pageSize),
                    Consistency = parsed.GetValue(consistency),
                    SessionToken = parsed.GetValue(sessionToken),
                    Explain = explains,
                };
                await using NacreClient client = global.Connect(parsed);
                QueryOutcome outcome = await FetchAsync(
                    client.GetContainer(parsed.GetRequiredValue(database), parsed.GetRequiredValue(container)),
                    sql,
                    options,
                    parsed.GetValue(max) ?? int.MaxValue,
                    cancellationToken).ConfigureAwait(false);
                Print(global.Results(parsed), outcome, explains);
            });
    }

    private static async Task<QueryOutcome> FetchAsync(
        Container container, string sql, QueryOptions options, int max, CancellationToken cancellationToken)
    {
        List<QueryRow> rows = [];
        var outcome = new QueryOutcome(rows, options.Continuation, 0, 0, 0, 0);
        do
        {
            // A page of at most what is missing, so that its continuation is where this query stops.
            QueryOptions next = options with { Continuation = outcome.Continuation, PageSize = Math.Min(options.PageSize, max - rows.Count) };
            await foreach (QueryPage<ReadOnlyMemory<byte>> page in container.QueryJson(sql, next).AsPages(cancellationToken).ConfigureAwait(false))
            {
                rows.AddRange(page.Values.Select(RowOf));
                outcome = outcome with
                {
                    Continuation = page.Continuation,
                    RequestCharge = Math.Round(outcome.RequestCharge + page.RequestCharge, 2),
                    ItemsLookedAt = outcome.ItemsLookedAt + page.ItemsLookedAt,
                    BytesRead = outcome.BytesRead + page.BytesRead,
                    Pages = outcome.Pages + 1,
                    Plan = outcome.Plan ?? page.Plan?.Split('\n'),
                };
                break;
            }
        }
        while (outcome.Continuation is not null && rows.Count < max);

        return outcome;
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
                console.Write(TableOf(outcome.Rows));
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

    /// <summary>A column for each member that any row has, where all rows are objects; else one column.</summary>
    private static Table TableOf(IReadOnlyList<QueryRow> rows)
    {
        if (rows.Count == 0 || rows.Any(static row => row.Value.ValueKind != JsonValueKind.Object))
        {
            return ResultWriter.Table(["VALUE"], rows, static row => [CellOf(row.Value)]);
        }

        string[] names = [.. rows.SelectMany(static row => row.Value.EnumerateObject().Select(static member => member.Name)).Distinct()];
        return names.Length == 0
            ? ResultWriter.Table(["VALUE"], rows, static row => [CellOf(row.Value)])
            : ResultWriter.Table(names, rows, row => [.. names.Select(name => row.Value.TryGetProperty(name, out JsonElement member) ? CellOf(member) : "")]);
    }

    private static string CellOf(JsonElement value)
    {
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return text.Length <= MaxCell ? text : string.Concat(text.AsSpan(0, MaxCell), "…");
    }

    private static QueryRow RowOf(ReadOnlyMemory<byte> json)
    {
        // As deep as an item may be, and whatever a query builds around it.
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1024 });
        return new QueryRow(document.RootElement.Clone());
    }

    private static QueryParameters ParametersOf(string[] texts)
    {
        var parameters = new QueryParameters();
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 1 ? "" : text[..equals].TrimStart('@');
            if (name.Length == 0)
            {
                throw CliException.Usage($"--parameter {text}: give a name and a value, as in --parameter country='\"AD\"'.");
            }

            if (!names.Add(name))
            {
                throw CliException.Usage($"--parameter {name} is given twice.");
            }

            Add(parameters, name, text[(equals + 1)..]);
        }

        return parameters;
    }

    private static void Add(QueryParameters parameters, string name, string value)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = 128 });
            parameters.AddJson(name, Encoding.UTF8.GetBytes(value));
        }
        catch (JsonException)
        {
            parameters.Add(name, value);
        }
    }

    private static async Task<string> TextAsync(Terminal terminal, string? inline, string? file, CancellationToken cancellationToken)
    {
        if ((inline is null) == (file is null))
        {
            throw CliException.Usage("Give the query as an argument, or with --file FILE; - is standard input.");
        }

        if (inline is not null)
        {
            return inline;
        }

        if (file != "-")
        {
            return await File.ReadAllTextAsync(file!, cancellationToken).ConfigureAwait(false);
        }

        using var reader = new StreamReader(terminal.Input, Encoding.UTF8, leaveOpen: true);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }
}
