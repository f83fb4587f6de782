using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Nacre.Cli.Output;

/// <summary>Prints results: one JSON value, or something for people. Never both, and nothing else.</summary>
internal sealed class ResultWriter(Terminal terminal, OutputFormat format)
{
    /// <summary>Columns of a table where nobody watches, so that no line is folded.</summary>
    private const int RedirectedWidth = 1000;

    public bool IsJson => format is OutputFormat.Json;

    /// <summary>Prints a value.</summary>
    /// <param name="value">For JSON.</param>
    /// <param name="type">How it becomes JSON.</param>
    /// <param name="forPeople">Prints it otherwise.</param>
    public void Write<T>(T value, JsonTypeInfo<T> type, Action<IAnsiConsole> forPeople)
    {
        if (IsJson)
        {
            terminal.Output.WriteLine(JsonSerializer.Serialize(value, type));
            return;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.OutputIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.Output),
        });
        if (!terminal.OutputIsTerminal)
        {
            console.Profile.Width = RedirectedWidth;
        }

        forPeople(console);
    }

    /// <summary>Says that something was deleted.</summary>
    public void WriteDeleted(string name) => Write(new Deleted(name), CliJson.Plain.Deleted, console => console.WriteLine($"Deleted {name}."));

    /// <summary>Says something to a person; silent in JSON only where the value says it too.</summary>
    public void Tell(string message) => terminal.Error.WriteLine(message);

    /// <summary>A table without lines, headed by names. Its cells are plain text: nothing in them is markup.</summary>
    /// <param name="columns">The names.</param>
    /// <param name="values">A row each.</param>
    /// <param name="cellsOf">A value's cells, one a column.</param>
    public static Table Table<T>(string[] columns, IEnumerable<T> values, Func<T, string[]> cellsOf)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))).NoWrap().PadLeft(0).PadRight(2));
        }

        foreach (T value in values)
        {
            table.AddRow(cellsOf(value).Select(cell => new Text(cell)));
        }

        return table;
    }

    /// <summary>UTC, to the second.</summary>
    public static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
