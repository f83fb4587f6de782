namespace Nacre.Cli.Prompt;

/// <summary>The process's own terminal.</summary>
internal sealed class ProcessTerminal : IPromptTerminal
{
    // The system tells only whether a key is there, or blocks without end.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly bool _before;

    public ProcessTerminal(TextWriter output, TimeProvider time)
    {
        _output = output;
        _time = time;
        _before = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
    }

    /// <inheritdoc/>
    // Some terminals do not tell.
    public int Width => Console.WindowWidth is > 0 and var told ? told : 80;

    /// <inheritdoc/>
    public int Height => Math.Max(1, Console.WindowHeight);

    /// <inheritdoc/>
    public bool HasKey => Console.KeyAvailable;

    /// <inheritdoc/>
    public async Task<ConsoleKeyInfo> ReadKeyAsync(CancellationToken cancellationToken)
    {
        while (!Console.KeyAvailable)
        {
            await Task.Delay(LookInterval, _time, cancellationToken).ConfigureAwait(false);
        }

        return Console.ReadKey(intercept: true);
    }

    /// <inheritdoc/>
    public void Write(string text) => _output.Write(text);

    /// <inheritdoc/>
    public void Dispose() => Console.TreatControlCAsInput = _before;
}
