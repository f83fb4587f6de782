namespace Nacre.Server.Administration;

/// <summary>Runs one piece of work after another, in the order of their coming.</summary>
/// <remarks>Thread-safe. Not reentrant: work that runs more work by it waits for itself.</remarks>
internal sealed class OneAtATime : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Runs it once nothing else runs.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends the wait for its turn.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>As the other, of work that does not wait.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends the wait for its turn.</param>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken) =>
        RunAsync(() => Task.FromResult(work()), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
