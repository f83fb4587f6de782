using Google.Protobuf;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;

namespace Nacre.Server.Tests.Support;

/// <summary>A client that signs what it sends, and tells failures by their code.</summary>
internal sealed class TestClient(CallInvoker invoker, RequestSigner signer, string audience)
{
    public CallInvoker Invoker => invoker;

    public RequestSigner Signer => signer;

    /// <summary>Calls, and throws <see cref="RpcException"/> for a refusal.</summary>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(Method<TRequest, TResponse> method, TRequest request, CallOptions options = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class
    {
        Metadata headers = options.Headers ?? [];
        if (headers.Get("nacre-auth") is null)
        {
            headers.Add("nacre-auth", signer.Sign(method.FullName, audience, request.ToByteArray()));
        }

        return await invoker.AsyncUnaryCall(method, host: null, options.WithHeaders(headers), request);
    }

    /// <summary>Calls, and gives the code of the refusal, or None.</summary>
    public async Task<ErrorCode> CodeOfAsync<TRequest, TResponse>(Method<TRequest, TResponse> method, TRequest request, CallOptions options = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class
    {
        try
        {
            await CallAsync(method, request, options);
            return ErrorCode.None;
        }
        catch (RpcException e)
        {
            return (ErrorCode)DetailOf(e).Code;
        }
    }

    /// <summary>What a refusal says in its trailer.</summary>
    public static ErrorDetail DetailOf(RpcException refusal)
    {
        byte[]? detail = refusal.Trailers.GetValueBytes("nacre-error-bin");
        Assert.That(detail, Is.Not.Null, $"a refusal without detail: {refusal.Status}");
        return ErrorDetail.Parser.ParseFrom(detail);
    }
}
