using Microsoft.Extensions.Logging;
using Nacre.Client.Transport;

namespace Nacre.Client.Streaming;

/// <summary>
/// Item operations over one long-lived stream. When a stream ends, what was open on it fails with its own retry rule and
/// comes back, under the same idempotency keys, on the next one. It is a stream to the set's current node: when that is
/// another one, the next operation opens a stream there, and the old one finishes what is open.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class StreamTransport(EndpointSet nodes, IdempotencySequence sequence, SessionStore sessions, NacreClientOptions options, ILogger? logger)
    : IItemTransport
{
    // Invariants: _current takes operations, or is null; sessions that finish what is open are in _draining.
    private readonly Lock _gate = new();
    private readonly StreamOperationPool _pool = new(options.MaxOpenOperations);
    private readonly HashSet<StreamSession> _draining = [];
    private StreamSession? _current;
    private bool _disposed;

    public ValueTask<Attempt<Reply>> SendAsync(ItemCall call, Deadline deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StreamOperation operation = _pool.Rent();
        ValueTask<Attempt<Reply>> outcome = operation.Begin(call, deadline, cancellationToken);
        while (!Current().TryEnqueue(operation))
        {
            // It closed between the two calls; the next one is another.
        }

        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        StreamSession[] sessions;
        lock (_gate)
        {
            _disposed = true;
            sessions = _current is null ? [.. _draining] : [.. _draining, _current];
            _current = null;
        }

        foreach (StreamSession session in sessions)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private StreamSession Current()
    {
        RpcChannel node = nodes.Current;
        StreamSession? current = Volatile.Read(ref _current);
        if (current is { TakesOperations: true, IsStale: false } && ReferenceEquals(current.Node, node))
        {
            return current;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(NacreClient));
            node = nodes.Current;
            if (_current is { TakesOperations: true, IsStale: false } && ReferenceEquals(_current.Node, node))
            {
                return _current;
            }

            _current?.Drain();
            var next = new StreamSession(node, sequence, sessions, options, logger);
            if (_current is { } previous)
            {
                _draining.Add(previous);
            }

            _current = next;
            _ = WatchAsync(next);
            return next;
        }
    }

    /// <summary>Runs a session to its end; it never throws.</summary>
    private async Task WatchAsync(StreamSession session)
    {
        await session.RunAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _draining.Remove(session);
            if (ReferenceEquals(_current, session))
            {
                _current = null;
            }
        }
    }
}
