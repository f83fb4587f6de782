using System.Diagnostics;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Nacre.Client.Streaming;
using Nacre.Client.Topology;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>The way of every operation: number it, measure it, send it, repeat it by its error's rule.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ClientPipeline : IAsyncDisposable
{
    private static readonly Func<(ClusterMap Map, IItemTransport Transport, ItemCall Call), Deadline, CancellationToken, ValueTask<Attempt<Reply>>> SendItem =
        static (state, deadline, cancellationToken) => state.Transport.SendAsync(state.Map.NodeFor(state.Call), state.Call, deadline, cancellationToken);

    private readonly NacreClientOptions _options;
    private readonly EndpointSet _nodes;
    private readonly ClusterMap _map;
    private readonly RetryPolicy _retries;
    private readonly UnaryTransport _unary;
    private readonly StreamTransport _stream;
    private readonly IdempotencySequence _sequence = new();
    private volatile bool _disposed;

    public ClientPipeline(NacreConnection connection, NacreClientOptions options)
    {
        _options = options;
        _nodes = new EndpointSet(connection, options);
        _map = new ClusterMap(_nodes, options);
        _retries = new RetryPolicy(_nodes, options);
        Sessions = new SessionStore(options.Consistency is ConsistencyLevel.Session);
        _unary = new UnaryTransport(_sequence, Sessions);
        _stream = new StreamTransport(_nodes, _sequence, Sessions, options, options.LoggerFactory?.CreateLogger("Nacre.Client"));
    }

    /// <summary>The node that new operations go to.</summary>
    public Uri Endpoint => _nodes.Selected.Endpoint;

    /// <summary>All nodes that are known.</summary>
    public IReadOnlyList<Uri> Endpoints => [.. _nodes.Nodes.Select(node => node.Endpoint)];

    /// <summary>The clock.</summary>
    public TimeProvider Time => _options.TimeProvider;

    /// <summary>What the client has written and seen.</summary>
    public SessionStore Sessions { get; }

    /// <summary>What a read asks for; from here on the session is kept where it matters.</summary>
    /// <param name="asked">As the read says.</param>
    /// <param name="sessionToken">As the read says.</param>
    public Wire.ConsistencyLevel LevelOf(ConsistencyLevel? asked, string? sessionToken)
    {
        ConsistencyLevel? level = asked ?? _options.Consistency;
        if (level is ConsistencyLevel.Session || sessionToken is not null)
        {
            Sessions.TurnOn();
        }

        return (Wire.ConsistencyLevel)(level ?? 0);
    }

    /// <summary>Sends an operation on an item.</summary>
    /// <param name="call">Its sequence is ignored: a write gets one here.</param>
    /// <param name="operation">Name for traces, such as <c>read_item</c>.</param>
    /// <param name="transport">How it travels; null: as the options say.</param>
    /// <param name="timeout">Time for all tries; null: as the options say.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Attempt<Reply>> SendAsync(
        ItemCall call, string operation, NacreTransport? transport, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        IItemTransport way = (transport ?? _options.Transport) is NacreTransport.Stream ? _stream : _unary;
        var deadline = new Deadline(_options.TimeProvider, timeout ?? _options.Timeout);
        RpcChannel node = _map.NodeFor(call);
        Activity? activity = NacreDiagnostics.Start(operation, call.Container, node.Endpoint);
        ulong sequence = call.IsWrite ? _sequence.Take() : 0;
        NacreException? error = null;
        try
        {
            call = call with { Sequence = sequence };
            Attempt<Reply> attempt = await way.SendAsync(node, call, deadline, cancellationToken).ConfigureAwait(false);
            if (attempt.Error is { Code: NacreErrorCode.SessionTokenInvalid } && call.SessionToken is null)
            {
                // The client's own: the read is worth more than what they told.
                call.Session.Forget();
                attempt = await way.SendAsync(node, call, deadline, cancellationToken).ConfigureAwait(false);
            }

            if (attempt.Error is { IsTransient: true } or { LeavesNode: true })
            {
                attempt = await _retries
                    .ContinueAsync(attempt, (_map, way, call), SendItem, deadline, repeatUnknown: true, cancellationToken)
                    .ConfigureAwait(false);
            }

            error = attempt.Error;
            Learn(call, attempt);
            return attempt;
        }
        finally
        {
            if (sequence != 0)
            {
                _sequence.Release(sequence);
            }

            NacreDiagnostics.Stop(activity, operation, call.Container, node.Endpoint, deadline.Elapsed, error);
        }
    }

    /// <summary>Makes a call that only reads.</summary>
    public async Task<TResponse> ReadAsync<TResponse>(
        RpcMethod<TResponse> method, IMessage message, string operation, ContainerName target, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        Attempt<TResponse> attempt = await CallAsync(method, message, operation, target, repeatUnknown: true, cancellationToken).ConfigureAwait(false);
        return attempt.ValueOrThrow();
    }

    /// <summary>
    /// Makes a call that reads many items. What the client's own tokens tell is worth less than the read: where the server
    /// does not take them, it is made once more without.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="message">The request, but for its session token.</param>
    /// <param name="session">The session that it is made in.</param>
    /// <param name="setTokens">Puts tokens into the request.</param>
    /// <param name="tokensOf">Finds tokens in the answer.</param>
    /// <param name="operation">Name for traces.</param>
    /// <param name="target">What it is about.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<TResponse> ReadInSessionAsync<TRequest, TResponse>(
        RpcMethod<TResponse> method,
        TRequest message,
        SessionRead session,
        Action<TRequest, string> setTokens,
        Func<TResponse, string> tokensOf,
        string operation,
        ContainerName target,
        CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        setTokens(message, session.Tokens);
        Attempt<TResponse> attempt = await CallAsync(method, message, operation, target, repeatUnknown: true, cancellationToken).ConfigureAwait(false);
        if (attempt.Error is { Code: NacreErrorCode.SessionTokenInvalid } && session.Given is null)
        {
            session.Session.Forget();
            setTokens(message, session.Tokens);
            attempt = await CallAsync(method, message, operation, target, repeatUnknown: true, cancellationToken).ConfigureAwait(false);
        }

        TResponse response = attempt.ValueOrThrow();
        if (tokensOf(response) is { Length: > 0 } tokens)
        {
            session.Session.Observe(tokens);
        }

        return response;
    }

    /// <summary>Makes a call that changes something and cannot say so twice.</summary>
    public async Task<TResponse> WriteOnceAsync<TResponse>(
        RpcMethod<TResponse> method, IMessage message, string operation, ContainerName target, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        Attempt<TResponse> attempt = await CallAsync(method, message, operation, target, repeatUnknown: false, cancellationToken).ConfigureAwait(false);
        return attempt.ValueOrThrow();
    }

    /// <summary>Makes a call that changes something, under an idempotency key.</summary>
    public async Task<TResponse> WriteAsync<TResponse>(
        RpcMethod<TResponse> method,
        Func<Wire.IdempotencyKey, IMessage> message,
        string operation,
        ContainerName target,
        CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        ulong sequence = _sequence.Take();
        try
        {
            Attempt<TResponse> attempt = await CallAsync(
                method, message(_sequence.KeyOf(sequence)), operation, target, repeatUnknown: true, cancellationToken).ConfigureAwait(false);
            return attempt.ValueOrThrow();
        }
        finally
        {
            _sequence.Release(sequence);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await _stream.DisposeAsync().ConfigureAwait(false);
            await _map.DisposeAsync().ConfigureAwait(false);
            await _nodes.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Learn(in ItemCall call, in Attempt<Reply> attempt)
    {
        if (attempt.IsOk && attempt.ValueOrThrow().LedElsewhere)
        {
            _map.NoteLedElsewhere();
        }

        if (attempt.IsOk && call.IsWrite && attempt.ValueOrThrow().SessionToken.Length == 0)
        {
            call.Session.NoteUntold();
        }
        else if ((attempt.IsOk ? attempt.ValueOrThrow().SessionToken : attempt.Error.SessionToken) is { Length: > 0 } token)
        {
            call.Session.Observe(token);
        }
    }

    private async ValueTask<Attempt<TResponse>> CallAsync<TResponse>(
        RpcMethod<TResponse> method, IMessage message, string operation, ContainerName target, bool repeatUnknown, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var deadline = new Deadline(_options.TimeProvider, _options.Timeout);
        Uri endpoint = Endpoint;
        Activity? activity = NacreDiagnostics.Start(operation, target, endpoint);
        NacreException? error = null;
        try
        {
            Attempt<TResponse> attempt = await _nodes.Current.CallAsync(method, message, deadline, cancellationToken).ConfigureAwait(false);
            if (attempt.Error is { IsTransient: true } or { LeavesNode: true })
            {
                attempt = await _retries.ContinueAsync(
                    attempt,
                    (Nodes: _nodes, Method: method, Message: message),
                    static (state, deadline, cancellationToken) => state.Nodes.Current.CallAsync(state.Method, state.Message, deadline, cancellationToken),
                    deadline,
                    repeatUnknown,
                    cancellationToken).ConfigureAwait(false);
            }

            error = attempt.Error;
            return attempt;
        }
        finally
        {
            NacreDiagnostics.Stop(activity, operation, target, endpoint, deadline.Elapsed, error);
        }
    }
}
