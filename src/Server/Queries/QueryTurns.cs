namespace Nacre.Server.Queries;

/// <summary>Lets few queries work at a time, in turns, so that one that takes long keeps neither other queries nor other requests waiting.</summary>
/// <remarks>Thread-safe. Who waits longest is next.</remarks>
internal sealed class QueryTurns(QueryServing serving, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _free = new(serving.AtOnce);

    /// <summary>Waits for a turn.</summary>
    public async ValueTask<QueryTurn> BeginAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new QueryTurn(_free, serving.TurnTime, time);
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();
}
