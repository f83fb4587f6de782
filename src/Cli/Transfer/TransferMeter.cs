using System.Globalization;
using Spectre.Console;

namespace Nacre.Cli.Transfer;

/// <summary>Shows how a transfer goes: a bar with rate on a terminal, now and then a line elsewhere. On standard error.</summary>
/// <remarks>For one caller at a time.</remarks>
internal sealed class TransferMeter
{
    private static readonly TimeSpan BarPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(5);

    private readonly Terminal _terminal;
    private readonly string _what;
    private readonly ProgressTask? _bar;
    private readonly long _started;
    private readonly long _itemsBefore;
    private long _shown;

    private TransferMeter(Terminal terminal, string what, long itemsBefore, ProgressTask? bar)
    {
        _terminal = terminal;
        _what = what;
        _bar = bar;
        _itemsBefore = itemsBefore;
        _started = _shown = terminal.Time.GetTimestamp();
    }

    /// <summary>Time since the beginning of this run.</summary>
    public TimeSpan Elapsed => _terminal.Time.GetElapsedTime(_started);

    /// <summary>Runs work under a meter.</summary>
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="what">Such as <c>Importing</c>.</param>
    /// <param name="itemsBefore">Items of earlier runs; they do not count for the rate.</param>
    /// <param name="isBounded">True when the fraction done is known.</param>
    /// <param name="work">The work.</param>
    public static Task<T> RunAsync<T>(Terminal terminal, string what, long itemsBefore, bool isBounded, Func<TransferMeter, Task<T>> work)
    {
        if (!terminal.ErrorIsTerminal)
        {
            return work(new TransferMeter(terminal, what, itemsBefore, null));
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(isBounded
                ? [new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()]
                : [new SpinnerColumn(), new TaskDescriptionColumn()])
            .StartAsync(context => work(new TransferMeter(terminal, what, itemsBefore, context.AddTask(what, maxValue: 1))));
    }

    /// <summary>Tells how far it is; cheap to call for every item.</summary>
    /// <param name="items">Items done, over all runs.</param>
    /// <param name="rejected">Lines rejected, over all runs.</param>
    /// <param name="fraction">0 to 1.</param>
    public void Update(long items, long rejected, double fraction)
    {
        long now = _terminal.Time.GetTimestamp();
        if (_terminal.Time.GetElapsedTime(_shown, now) < (_bar is null ? LinePeriod : BarPeriod))
        {
            return;
        }

        _shown = now;
        string rejects = rejected == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {rejected:N0} rejected");
        string text = string.Create(CultureInfo.InvariantCulture, $"{_what}: {items:N0} items{rejects}, {Rate(items):N0}/s");
        if (_bar is not null)
        {
            _bar.Description = Markup.Escape(text);
            _bar.Value = fraction;
        }
        else
        {
            _terminal.Error.WriteLine(fraction > 0 ? string.Create(CultureInfo.InvariantCulture, $"{text}, {fraction * 100:0} %") : text);
        }
    }

    /// <summary>Items a second in this run.</summary>
    public double Rate(long items) => Elapsed > TimeSpan.Zero ? (items - _itemsBefore) / Elapsed.TotalSeconds : 0;
}
