using Nacre.Server.DataFolder;
using Spectre.Console;

namespace Nacre.Cli.Output;

/// <summary>Shows how far a check of a data folder is: a bar for each stage on a terminal, on standard error; nothing elsewhere.</summary>
internal sealed class VerifyMeter : IProgress<FolderProgress>
{
    private readonly Lock _gate = new();
    private readonly ProgressContext _context;
    private ProgressTask? _bar;
    private string _stage = "";

    private VerifyMeter(ProgressContext context) => _context = context;

    /// <summary>Runs a check under a meter.</summary>
    public static Task<T> RunAsync<T>(Terminal terminal, Func<IProgress<FolderProgress>?, Task<T>> check)
    {
        if (!terminal.ErrorIsTerminal)
        {
            return check(null);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context => check(new VerifyMeter(context)));
    }

    /// <inheritdoc/>
    /// <remarks>Thread-safe.</remarks>
    public void Report(FolderProgress value)
    {
        lock (_gate)
        {
            if (value.What != _stage)
            {
                _bar?.StopTask();
                _stage = value.What;
                _bar = _context.AddTask(Markup.Escape($"Checking {value.What}"), maxValue: 1);
            }

            _bar!.Value = value.Fraction;
        }
    }
}
