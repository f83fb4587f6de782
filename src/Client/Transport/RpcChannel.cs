using System.Net.Security;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>The HTTP/2 connections to one node, signed unary calls over them, and whether it works.</summary>
/// <remarks>Thread-safe, but for <see cref="MarkLeft"/> and <see cref="MarkGood"/>, which the set calls under its gate.</remarks>
internal sealed partial class RpcChannel : IDisposable
{
    /// <summary>A page of a list ends at 4 MiB but may pass it by one item of 2 MiB.</summary>
    private const int MaxReceiveBytes = 16 * 1024 * 1024;

    /// <summary>Room for many answers under way on one stream without waiting for window updates.</summary>
    private const int StreamWindowBytes = 4 * 1024 * 1024;

    private static readonly TimeSpan LongestConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly EndpointSet _nodes;
    private readonly CredentialSource _credentials;
    private readonly NacreClientOptions _options;
    private RequestSigner? _signer;

    /// <summary>Prepares to dial a node; nothing is sent yet.</summary>
    /// <param name="endpoint">Its address.</param>
    /// <param name="isAlone">True: no other is known, so there is nothing to gain by giving it up early.</param>
    /// <param name="nodes">Is told when the node fails and when it answers again.</param>
    /// <param name="trust">The client's side of the handshake.</param>
    /// <param name="credentials">Whose requests they are.</param>
    /// <param name="options">The client's.</param>
    public RpcChannel(
        Uri endpoint, bool isAlone, EndpointSet nodes, SslClientAuthenticationOptions trust, CredentialSource credentials, NacreClientOptions options)
    {
        Endpoint = endpoint;
        IsAlone = isAlone;
        _nodes = nodes;
        _credentials = credentials;
        _options = options;
        var handler = new SocketsHttpHandler
        {
            SslOptions = trust,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            ConnectTimeout = LongestConnectTimeout,
            // A peer that vanished without a word is noticed, so that calls do not hang until their deadline.
            KeepAlivePingDelay = isAlone ? TimeSpan.FromSeconds(15) : TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = isAlone ? TimeSpan.FromSeconds(10) : TimeSpan.FromSeconds(2),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        };
        if (!isAlone)
        {
            handler.ConnectCallback = DialAsync;
        }

        _channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            // Given a handler, gRPC would connect by itself, and after a failure refuse calls for a second, then two, then
            // four, whatever the server does. Given a client, it leaves connecting to the handler and pausing to the SDK.
            HttpClient = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxReceiveBytes,
            MaxSendMessageSize = null,
            LoggerFactory = options.LoggerFactory,
            ThrowOperationCanceledOnCancellation = false,
            // The SDK repeats by the server's own rules.
            MaxRetryAttempts = null,
        });
        _invoker = _channel.CreateCallInvoker();
    }

    /// <summary>The node's address.</summary>
    public Uri Endpoint { get; }

    /// <summary>True when it was made while no other node was known.</summary>
    public bool IsAlone { get; }

    /// <summary>How long the node may keep silent.</summary>
    public TimeSpan Patience => IsAlone ? _options.Timeout : _options.NodeTimeout;

    /// <summary>Makes one call, without repeating it, but for a token that was refused and could be renewed.</summary>
    /// <returns>The answer or its error; cancelling throws.</returns>
    public async ValueTask<Attempt<TResponse>> CallAsync<TResponse>(
        RpcMethod<TResponse> method, IMessage message, Deadline deadline, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        for (bool renewed = false; ; renewed = true)
        {
            Attempt<Credential> credential = await _credentials.GetAsync(cancellationToken).ConfigureAwait(false);
            if (!credential.IsOk)
            {
                return credential.Error;
            }

            Attempt<TResponse> attempt = await CallAsync(
                SignerOf(credential.ValueOrThrow()), method, message, deadline, cancellationToken).ConfigureAwait(false);
            Report(attempt.Error);
            if (attempt.IsOk || renewed ||
                !await _credentials.RenewAsync(credential.ValueOrThrow(), attempt.Error.Code, cancellationToken).ConfigureAwait(false))
            {
                return attempt;
            }
        }
    }

    /// <summary>Tells the set how it went with this node.</summary>
    /// <param name="error">Null: it did as it was asked. An error that no node has answered with tells nothing.</param>
    public void Report(NacreException? error)
    {
        if (error is { LeavesNode: true })
        {
            _nodes.Leave(this, error);
        }
        else if (_isLeft && error is null or { ActivityId: not null })
        {
            _nodes.Return(this);
        }
    }

    /// <summary>The signer for a stream that is opened now.</summary>
    public async ValueTask<Attempt<RequestSigner>> SignerAsync(CancellationToken cancellationToken)
    {
        Attempt<Credential> credential = await _credentials.GetAsync(cancellationToken).ConfigureAwait(false);
        return credential.IsOk ? SignerOf(credential.ValueOrThrow()) : credential.Error;
    }

    /// <summary>True when a stream of this signer should make room for another.</summary>
    public bool IsStale(RequestSigner signer) => _credentials.IsStale(signer.Credential);

    /// <summary>After a stream was refused: true when another may be opened with another token.</summary>
    public ValueTask<bool> RenewAsync(RequestSigner refused, NacreErrorCode code, CancellationToken cancellationToken) =>
        _credentials.RenewAsync(refused.Credential, code, cancellationToken);

    /// <summary>Opens a bidirectional stream, signed over its first message.</summary>
    /// <param name="signer">Signs it; the stream's MACs derive from its key.</param>
    /// <param name="open">The message that the caller sends first.</param>
    /// <param name="cancellationToken">Breaks the stream off, at any time.</param>
    public AsyncDuplexStreamingCall<Wire.StreamRequest, Wire.StreamResponse> OpenStream(
        RequestSigner signer, Wire.StreamRequest open, CancellationToken cancellationToken)
    {
        Metadata headers = signer.Sign(StreamMethod.Instance.FullName, open.ToByteArray());
        return _invoker.AsyncDuplexStreamingCall(StreamMethod.Instance, null, new CallOptions(headers, cancellationToken: cancellationToken));
    }

    public void Dispose() => _channel.Dispose();

    private RequestSigner SignerOf(Credential credential)
    {
        RequestSigner? signer = Volatile.Read(ref _signer);
        if (signer is null || !ReferenceEquals(signer.Credential, credential))
        {
            signer = new RequestSigner(credential, Endpoint, _options.TimeProvider);
            Volatile.Write(ref _signer, signer);
        }

        return signer;
    }

    private async ValueTask<Attempt<TResponse>> CallAsync<TResponse>(
        RequestSigner signer, RpcMethod<TResponse> method, IMessage message, Deadline deadline, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        TimeSpan remaining = deadline.Remaining;
        if (remaining == TimeSpan.Zero)
        {
            return new NacreException(NacreErrorCode.DeadlineExceeded, "The time allowed passed before the request was sent.");
        }

        // Where there is another node, one that keeps silent does not get all the time that there is.
        bool isCut = !IsAlone && _options.NodeTimeout < remaining;
        var request = new SerializedRequest(message);
        var options = new CallOptions(
            signer.Sign(method.Grpc.FullName, request.Bytes),
            // gRPC compares with the system's clock and no other; what travels is the time left.
            DateTime.UtcNow + (isCut ? _options.NodeTimeout : remaining),
            cancellationToken);
        try
        {
            using AsyncUnaryCall<TResponse> call = _invoker.AsyncUnaryCall(method.Grpc, null, options, request);
            TResponse response = await call.ResponseAsync.ConfigureAwait(false);
            request.Recycle();
            return response;
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return RpcErrors.Translate(e, method.IsRead, tryEnded: isCut);
        }
    }
}
