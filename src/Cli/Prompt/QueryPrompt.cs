using System.Globalization;
using Nacre.Cli.Commands;
using Nacre.Cli.Output;
using Nacre.Client;

namespace Nacre.Cli.Prompt;

/// <summary>Reads queries from a person, one after the other, and shows their rows page by page.</summary>
/// <param name="terminal">Where it runs.</param>
/// <param name="results">How rows are shown.</param>
/// <param name="container">What is queried.</param>
/// <param name="options">How; without continuation and parameters.</param>
/// <param name="parameters">Values to begin with.</param>
/// <remarks>For one caller. A query that is refused, or stopped, ends neither the prompt nor the connection.</remarks>
internal sealed class QueryPrompt(Terminal terminal, ResultWriter results, Container container, QueryOptions options, ParameterList parameters)
{
    private const int MostRows = 1000;

    private const string Help = """
        A query ends with ';' and may be of several lines. Up and down go through what was typed before.
          \h                   this help
          \q                   leaves; so does Ctrl-D
          \explain QUERY;      runs a query and tells how its rows are found, instead of the rows
          \explain             does so for every query, or no longer
          \param               the parameters' values
          \param NAME=VALUE    gives @NAME a value: JSON, or else text
          \param NAME          takes it away
        Ctrl-C stops a query that runs, and gives up what is being typed.
        """;

    private bool _explains = options.Explain;

    /// <summary>Runs until the person leaves.</summary>
    /// <exception cref="NacreException">The container is not there, or may not be seen, or there is no connection.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        ContainerProperties queried = await container.GetAsync(cancellationToken).ConfigureAwait(false);
        using IPromptTerminal screen = terminal.OpenPrompt!();
        var keyboard = new Keyboard(screen);
        var history = new History(History.FileOf(terminal.Variable));
        var editor = new LineEditor(screen, keyboard, history);
        results.Tell($"{queried.Database}/{queried.Name}, by {string.Join(' ', queried.PartitionKeyPaths)}. A query ends with ';'. \\h helps, \\q leaves.");
        string? toldFault = null;
        while (await editor.ReadAsync(Statements.IsComplete, cancellationToken).ConfigureAwait(false) is { } typed)
        {
            string text = typed.Trim();
            if (text.Length == 0)
            {
                continue;
            }

            history.Add(text);
            if (history.Fault is { } fault && fault != toldFault)
            {
                results.Tell($"What you type is not kept: {fault}");
                toldFault = fault;
            }

            if (text == "\\q")
            {
                return;
            }

            if (text[0] == '\\')
            {
                await ObeyAsync(text[1..], screen, keyboard, cancellationToken).ConfigureAwait(false);
                continue;
            }

            await AskAsync(Statements.Split(text, out _), _explains, screen, keyboard, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ObeyAsync(string command, IPromptTerminal screen, Keyboard keyboard, CancellationToken cancellationToken)
    {
        int space = command.AsSpan().IndexOfAny(" \n\t");
        string rest = space < 0 ? "" : command[space..].Trim();
        switch (space < 0 ? command : command[..space])
        {
            case "h":
                results.Tell(Help);
                break;
            case "explain" when rest.Length == 0:
                _explains = !_explains;
                results.Tell(_explains ? "Queries are explained." : "Queries are answered.");
                break;
            case "explain":
                await AskAsync(Statements.Split(rest + ";", out _), explains: true, screen, keyboard, cancellationToken).ConfigureAwait(false);
                break;
            case "param" when rest.Length == 0:
                foreach ((string name, string value) in parameters.Given)
                {
                    results.Tell($"@{name} = {value}");
                }

                break;
            case "param" when ParameterList.TryRead(rest, out string name, out string value):
                parameters.Set(name, value);
                break;
            case "param":
                if (!parameters.Remove(rest.TrimStart('@')))
                {
                    results.Tell($"There is no parameter {rest}.");
                }

                break;
            default:
                results.Tell($"\\{command} is no command; \\h tells which there are.");
                break;
        }
    }

    /// <summary>Asks queries, one after the other; the first that is refused or stopped is the last.</summary>
    private async Task AskAsync(List<string> queries, bool explains, IPromptTerminal screen, Keyboard keyboard, CancellationToken cancellationToken)
    {
        foreach (string query in queries)
        {
            QueryOptions asked = options with { Parameters = parameters.Build(), Explain = explains, PageSize = explains ? MostRows : options.PageSize };

            // A plan tells what the whole query costs; of rows, those that there are first.
            (int least, int most) = explains ? (int.MaxValue, int.MaxValue) : (1, options.PageSize);
            do
            {
                QueryOutcome outcome = new([], asked.Continuation, 0, 0, 0, 0);
                try
                {
                    if (!await keyboard.RunAsync(
                        async stop => outcome = await QueryFetching.RowsAsync(container, query, asked, least, most, stop).ConfigureAwait(false),
                        cancellationToken).ConfigureAwait(false))
                    {
                        results.Tell("Stopped.");
                        return;
                    }
                }
                catch (NacreException e)
                {
                    results.Tell(ErrorAdvice.Describe(e));
                    return;
                }

                Show(outcome, explains);
                asked = asked with { Continuation = outcome.Continuation };
            }
            while (asked.Continuation is not null && await WantsMoreAsync(screen, keyboard, cancellationToken).ConfigureAwait(false));
        }
    }

    private void Show(QueryOutcome outcome, bool explains)
    {
        if (explains)
        {
            foreach (string line in outcome.Plan ?? [])
            {
                terminal.Output.WriteLine(line);
            }
        }
        else if (results.IsJson)
        {
            foreach (QueryRow row in outcome.Rows)
            {
                terminal.Output.WriteLine(row.Value.GetRawText());
            }
        }
        else
        {
            results.Write(outcome, CliJson.Plain.QueryOutcome, console => console.Write(QueryTable.Of(outcome.Rows)));
        }

        results.Tell(string.Create(CultureInfo.InvariantCulture,
            $"{outcome.Rows.Count} rows; {outcome.ItemsLookedAt} items of {outcome.BytesRead} bytes looked at; charge {outcome.RequestCharge}"));
    }

    private static async Task<bool> WantsMoreAsync(IPromptTerminal screen, Keyboard keyboard, CancellationToken cancellationToken)
    {
        screen.Write("More rows follow: Enter shows them, q does not. ");
        bool? wants = null;
        while (wants is null)
        {
            ConsoleKeyInfo key = await keyboard.ReadAsync(cancellationToken).ConfigureAwait(false);
            wants = key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n' or ' ' ? true
                : key.Key == ConsoleKey.Escape || key.KeyChar is 'q' or '\x03' or '\x04' ? false
                : null;
        }

        screen.Write("\r\e[K");
        return wants.Value;
    }
}
