using System.Globalization;
using Nacre.Client;
using Spectre.Console;

namespace Nacre.Cli.Output;

/// <summary>Shows how far a container's indexes are built: a bar on a terminal, on standard error; nothing elsewhere.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class IndexingMeter : IProgress<IndexingProgress>
{
    private readonly ProgressTask _bar;

    private IndexingMeter(ProgressTask bar) => _bar = bar;

    /// <summary>Runs a wait under a meter.</summary>
    public static Task<T> RunAsync<T>(Terminal terminal, Func<IProgress<IndexingProgress>?, Task<T>> wait)
    {
        if (!terminal.ErrorIsTerminal)
        {
            return wait(null);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context => wait(new IndexingMeter(context.AddTask("Indexing", maxValue: 1))));
    }

    /// <inheritdoc/>
    public void Report(IndexingProgress value)
    {
        _bar.Value = value.Fraction;
        _bar.Description = Markup.Escape(string.Create(
            CultureInfo.InvariantCulture, $"Indexing: about {value.ItemsLeft:N0} of {value.Items:N0} items left"));
    }
}
