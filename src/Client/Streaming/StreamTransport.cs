using Microsoft.Extensions.Logging;
using Nacre.Client.Transport;

namespace Nacre.Client.Streaming;

/// <summary>
/// Item operations over long-lived streams, one to each node that operations go to. When a stream ends, what was open on it
/// fails with its own retry rule and comes back, under the same idempotency keys, on the next one. A stream to a node that is
/// left takes nothing more, and finishes what is open.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class StreamTransport : IItemTransport
{
    // Invariants: _current has at most one session a node, which takes operations or has just ceased to; sessions that finish
    // what is open are in _draining. _current is replaced, never changed, under _gate.
    private readonly EndpointSet _nodes;
    private readonly IdempotencySequence _sequence;
    private readonly SessionStore _sessions;
    private readonly NacreClientOptions _options;
    private readonly ILogger? _logger;
    private readonly Lock _gate = new();
    private readonly StreamOperationPool _pool;
    private readonly HashSet<StreamSession> _draining = [];
    private volatile StreamSession[] _current = [];
    private bool _disposed;

    public StreamTransport(EndpointSet nodes, IdempotencySequence sequence, SessionStore sessions, NacreClientOptions options, ILogger? logger)
    {
        (_nodes, _sequence, _sessions, _options, _logger) = (nodes, sequence, sessions, options, logger);
        _pool = new StreamOperationPool(options.MaxOpenOperations);
        nodes.Left += DrainTo;
    }

    public ValueTask<Attempt<Reply>> SendAsync(RpcChannel node, ItemCall call, Deadline deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        StreamOperation operation = _pool.Rent();
        ValueTask<Attempt<Reply>> outcome = operation.Begin(call, deadline, cancellationToken);
        while (!SessionTo(node).TryEnqueue(operation))
        {
            // It closed between the two calls; the next one is another, and to the node that is the current one by now.
            node = _nodes.Current;
        }

        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        _nodes.Left -= DrainTo;
        StreamSession[] sessions;
        lock (_gate)
        {
            _disposed = true;
            sessions = [.. _draining, .. _current];
            _current = [];
        }

        foreach (StreamSession session in sessions)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private StreamSession SessionTo(RpcChannel node)
    {
        if (Find(node) is { } known)
        {
            return known;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(NacreClient));
            if (Find(node) is { } found)
            {
                return found;
            }

            Retire(node);
            var next = new StreamSession(node, _sequence, _sessions, _options, _logger);
            _current = [.. _current, next];
            _ = WatchAsync(next);
            return next;
        }
    }

    private StreamSession? Find(RpcChannel node)
    {
        foreach (StreamSession session in _current)
        {
            if (ReferenceEquals(session.Node, node))
            {
                return session is { TakesOperations: true, IsStale: false } ? session : null;
            }
        }

        return null;
    }

    private void DrainTo(RpcChannel node, NacreException cause)
    {
        lock (_gate)
        {
            Retire(node, cause);
        }
    }

    /// <summary>Has the session to a node finish what is open. Under the gate.</summary>
    private void Retire(RpcChannel node, NacreException? cause = null)
    {
        if (Array.Find(_current, session => ReferenceEquals(session.Node, node)) is { } session)
        {
            _current = [.. _current.Where(each => each != session)];
            _draining.Add(session);
            session.Drain(cause);
        }
    }

    /// <summary>Runs a session to its end; it never throws.</summary>
    private async Task WatchAsync(StreamSession session)
    {
        await session.RunAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _draining.Remove(session);
            _current = [.. _current.Where(each => each != session)];
        }
    }
}
