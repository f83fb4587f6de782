using Nacre.Core.Errors;
using Nacre.Core.Time;
using Nacre.Query.Binding;
using Nacre.Query.Values;

namespace Nacre.Query.Evaluation;

/// <summary>Runs a query over a stream of documents, row by row.</summary>
/// <remarks>Not thread-safe. Dispose of it, also after the last row: it owns the stream's enumerator.</remarks>
public sealed class QueryRun : IAsyncDisposable
{
    // Invariants:
    // - After Error is set, or the last row, MoveNextAsync answers false again and again.

    private readonly QueryPipeline _pipeline;
    private readonly IAsyncEnumerator<ReadOnlyMemory<byte>> _documents;
    private bool _isOver;

    /// <summary>Starts a run; nothing is read before the first row is asked for.</summary>
    /// <param name="pipeline">A fresh one.</param>
    /// <param name="documents">Valid JSON documents, each good until the next is asked for.</param>
    /// <param name="cancellation">Ends the reading of documents.</param>
    public QueryRun(QueryPipeline pipeline, IAsyncEnumerable<ReadOnlyMemory<byte>> documents, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(documents);
        _pipeline = pipeline;
        _documents = documents.GetAsyncEnumerator(cancellation);
    }

    /// <summary>The row that the last <see cref="MoveNextAsync"/> found; good until the next.</summary>
    public QueryValue Current { get; private set; }

    /// <summary>Why there are no more rows; null when all were answered.</summary>
    public NacreError? Error { get; private set; }

    /// <summary>Goes to the next row.</summary>
    /// <returns>False after the last row, or at a refusal: see <see cref="Error"/>.</returns>
    public async ValueTask<bool> MoveNextAsync()
    {
        while (true)
        {
            if (_pipeline.TryTake(out QueryValue row))
            {
                Current = row;
                return true;
            }

            Current = default;
            if (_isOver)
            {
                return false;
            }

            Result<Unit> step;
            if (!_pipeline.IsDone && await _documents.MoveNextAsync().ConfigureAwait(false))
            {
                step = _pipeline.Add(_documents.Current);
            }
            else
            {
                _isOver = true;
                step = _pipeline.Finish();
            }

            if (!step.IsOk)
            {
                Error = step.Error;
                _isOver = true;
            }
        }
    }

    /// <summary>Lets the documents go.</summary>
    public ValueTask DisposeAsync() => _documents.DisposeAsync();
}
