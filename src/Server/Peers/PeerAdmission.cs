using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Nacre.Core.Errors;
using Nacre.Security.Certificates;

namespace Nacre.Server.Peers;

/// <summary>Stands before every call on the nodes' port: who calls was seen in the handshake, whether it still may is asked each time.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PeerAdmission(NodeVerifier verifier, ILogger logger) : Interceptor
{
    private const string PeerKey = "nacre.peer";

    /// <summary>Who makes a call that was let through.</summary>
    public static AdmittedPeer PeerOf(ServerCallContext context) => (AdmittedPeer)context.UserState[PeerKey];

    /// <summary>Ends a call whose caller, or what it said, cannot be taken.</summary>
    public static RpcException Refuse(ILogger logger, ServerCallContext context, NacreError reason, StatusCode status)
    {
        Log.PeerStreamRefused(logger, context.Peer, reason.Code, reason.Message);
        return new RpcException(new Status(status, reason.Message));
    }

    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(request, context);
    }

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(requestStream, context);
    }

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(request, responseStream, context);
    }

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(requestStream, responseStream, context);
    }

    private void Admit(ServerCallContext context)
    {
        X509Certificate2? certificate = context.GetHttpContext().Connection.ClientCertificate;
        Result<NodeIdentity> verified = verifier.Verify(certificate, NodePeerRole.Dialling);
        if (!verified.IsOk)
        {
            throw Refuse(logger, context, verified.Error, StatusCode.PermissionDenied);
        }

        context.UserState[PeerKey] = new AdmittedPeer(verified.Value, certificate!.SerialNumber);
    }
}
