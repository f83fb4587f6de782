namespace Nacre.Server.Queries;

/// <summary>A query's leave to work.</summary>
/// <remarks>Not thread-safe: its query's. Disposing of it lets the next one work.</remarks>
internal sealed class QueryTurn(SemaphoreSlim free, TimeSpan length, TimeProvider time) : IDisposable
{
    // Invariants:
    // - _isHeld exactly while one of the places of free is this query's.

    private long _began = time.GetTimestamp();
    private bool _isHeld = true;

    /// <summary>Whether others may want to go on.</summary>
    private bool IsOver => time.GetElapsedTime(_began) >= length;

    /// <summary>Called between two items: lets those work that wait, and comes back when it is this query's turn again.</summary>
    public ValueTask PassOnAsync(CancellationToken cancellationToken) => IsOver ? WaitAgainAsync(cancellationToken) : default;

    /// <summary>Lets the next one work while this query waits for something else.</summary>
    public void Leave() => Dispose();

    /// <summary>Waits for a turn after <see cref="Leave"/>.</summary>
    public async ValueTask ReturnAsync(CancellationToken cancellationToken)
    {
        Core.Invariant.Check(!_isHeld);
        await free.WaitAsync(cancellationToken).ConfigureAwait(false);
        _isHeld = true;
        _began = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isHeld)
        {
            _isHeld = false;
            free.Release();
        }
    }

    private ValueTask WaitAgainAsync(CancellationToken cancellationToken)
    {
        Leave();
        return ReturnAsync(cancellationToken);
    }
}
