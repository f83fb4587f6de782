namespace Nacre.Testing;

/// <summary>Holds flushes back until a test opens it: a disk as slow as the test likes, without a clock.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class FlushGate : IDisposable
{
    private readonly ManualResetEventSlim _open = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? _pathContains;

    internal FlushGate(string? pathContains) => _pathContains = pathContains;

    /// <summary>Ends when the first flush stands before the gate.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Lets the flushes through that wait, and all later ones.</summary>
    public void Open() => _open.Set();

    /// <summary>Opens the gate, so that nobody waits for ever.</summary>
    public void Dispose() => _open.Set();

    internal void Pass(string path)
    {
        if (!_open.IsSet && (_pathContains is null || path.Contains(_pathContains, StringComparison.Ordinal)))
        {
            _reached.TrySetResult();
            _open.Wait();
        }
    }
}
