namespace Nacre.Cli.Prompt;

/// <summary>Keys of a prompt's terminal, also while something runs: Ctrl-C then stops it, and what else is typed waits for the next line.</summary>
/// <remarks>For one reader at a time.</remarks>
internal sealed class Keyboard(IPromptTerminal terminal)
{
    private readonly Queue<ConsoleKeyInfo> _typedAhead = new();

    /// <summary>Whether a key waits to be read.</summary>
    public bool HasKey => _typedAhead.Count > 0 || terminal.HasKey;

    /// <summary>Whether a key is Ctrl-C.</summary>
    public static bool IsInterrupt(in ConsoleKeyInfo key) => IsControl(key, ConsoleKey.C, '\x03');

    /// <summary>Whether a key is a letter with Ctrl.</summary>
    /// <param name="key">The key.</param>
    /// <param name="letter">The letter.</param>
    /// <param name="code">What terminals send for it.</param>
    public static bool IsControl(in ConsoleKeyInfo key, ConsoleKey letter, char code) =>
        key.KeyChar == code && (key.Key == letter || key.Key == default || key.Modifiers.HasFlag(ConsoleModifiers.Control));

    /// <summary>Waits for a key.</summary>
    public async ValueTask<ConsoleKeyInfo> ReadAsync(CancellationToken cancellationToken) =>
        _typedAhead.TryDequeue(out ConsoleKeyInfo key) ? key : await terminal.ReadKeyAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Runs work that Ctrl-C stops.</summary>
    /// <param name="work">Ends soon after its token is cancelled.</param>
    /// <param name="cancellationToken">Stops work and program.</param>
    /// <returns>False when it was stopped by Ctrl-C.</returns>
    public async Task<bool> RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<bool> watching = WatchAsync(stop, done.Token);
        try
        {
            await work(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
        }

        return !await watching.ConfigureAwait(false);
    }

    private async Task<bool> WatchAsync(CancellationTokenSource stop, CancellationToken done)
    {
        try
        {
            while (true)
            {
                ConsoleKeyInfo key = await terminal.ReadKeyAsync(done).ConfigureAwait(false);
                if (IsInterrupt(key))
                {
                    // Whatever was typed before it was meant for what is given up.
                    _typedAhead.Clear();
                    await stop.CancelAsync().ConfigureAwait(false);
                    return true;
                }

                _typedAhead.Enqueue(key);
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
