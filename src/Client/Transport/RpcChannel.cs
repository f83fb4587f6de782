using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>The HTTP/2 connections to the server, and signed unary calls over them.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RpcChannel : IDisposable
{
    /// <summary>A page of a list ends at 4 MiB but may pass it by one item of 2 MiB.</summary>
    private const int MaxReceiveBytes = 16 * 1024 * 1024;

    /// <summary>Room for many answers under way on one stream without waiting for window updates.</summary>
    private const int StreamWindowBytes = 4 * 1024 * 1024;

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly SignerSource _signers;

    public RpcChannel(NacreConnection connection, NacreClientOptions options)
    {
        _signers = new SignerSource(connection, options);
        var handler = new SocketsHttpHandler
        {
            SslOptions = CertificateTrust.Options(connection.CaCertificatePath),
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // A peer that vanished without a word is noticed, so that calls do not hang until their deadline.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        };
        _channel = GrpcChannel.ForAddress(connection.Endpoint, new GrpcChannelOptions
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

    /// <summary>Makes one call, without repeating it, but for a token that was refused and could be renewed.</summary>
    /// <returns>The answer or its error; cancelling throws.</returns>
    public async ValueTask<Attempt<TResponse>> CallAsync<TResponse>(
        RpcMethod<TResponse> method, IMessage message, Deadline deadline, CancellationToken cancellationToken)
        where TResponse : class, IMessage<TResponse>
    {
        for (bool renewed = false; ; renewed = true)
        {
            Attempt<RequestSigner> signer = await _signers.GetAsync(cancellationToken).ConfigureAwait(false);
            if (!signer.IsOk)
            {
                return signer.Error;
            }

            Attempt<TResponse> attempt = await CallAsync(signer.ValueOrThrow(), method, message, deadline, cancellationToken).ConfigureAwait(false);
            if (attempt.IsOk || renewed ||
                !await _signers.RenewAsync(signer.ValueOrThrow(), attempt.Error.Code, cancellationToken).ConfigureAwait(false))
            {
                return attempt;
            }
        }
    }

    /// <summary>The signer for a stream that is opened now.</summary>
    public ValueTask<Attempt<RequestSigner>> SignerAsync(CancellationToken cancellationToken) => _signers.GetAsync(cancellationToken);

    /// <summary>True when a stream of this signer should make room for another.</summary>
    public bool IsStale(RequestSigner signer) => _signers.IsStale(signer);

    /// <summary>After a stream was refused: true when another may be opened with another token.</summary>
    public ValueTask<bool> RenewAsync(RequestSigner refused, NacreErrorCode code, CancellationToken cancellationToken) =>
        _signers.RenewAsync(refused, code, cancellationToken);

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

    public void Dispose()
    {
        _channel.Dispose();
        _signers.Dispose();
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

        var request = new SerializedRequest(message);
        var options = new CallOptions(
            signer.Sign(method.Grpc.FullName, request.Bytes),
            // gRPC compares with the system's clock and no other; what travels is the time left.
            DateTime.UtcNow + remaining,
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
            return RpcErrors.Translate(e, method.IsRead);
        }
    }
}
