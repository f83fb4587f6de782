using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Nacre.Core.Errors;
using Nacre.Security.Authorisation;
using Nacre.Server.Pipeline;

namespace Nacre.Server.Wire;

/// <summary>A method of one request and one answer.</summary>
/// <typeparam name="TRequest">The request.</typeparam>
/// <typeparam name="TResponse">The answer.</typeparam>
internal sealed class UnaryCommand<TRequest, TResponse> : Command
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>
{
    /// <summary>Joins a method to what serves it.</summary>
    /// <param name="service">The service's full name.</param>
    /// <param name="method">The method's name.</param>
    /// <param name="action">What it does, for the permission check.</param>
    /// <param name="isRouted">Whether it acts on the documents of one container.</param>
    /// <param name="resource">Finds in a request what it is about; database and container for a routed one.</param>
    /// <param name="handler">Serves an admitted request.</param>
    public UnaryCommand(
        string service, string method, AccessAction action, bool isRouted, Func<TRequest, ResourceName> resource, Handle handler)
        : base(service, method, action, isRouted)
    {
        Resource = resource;
        Handler = handler;
    }

    /// <summary>Serves an admitted request. Synchronous where nothing has to be waited for.</summary>
    /// <param name="services">What the node offers.</param>
    /// <param name="call">Who asks, and what was found on the way.</param>
    /// <param name="request">What is asked.</param>
    internal delegate ValueTask<Result<TResponse>> Handle(NodeServices services, Call call, TRequest request);

    /// <summary>Finds in a request what it is about.</summary>
    public Func<TRequest, ResourceName> Resource { get; }

    /// <summary>Serves an admitted request.</summary>
    public Handle Handler { get; }

    /// <inheritdoc/>
    public override void Register(ServiceMethodProviderContext<RequestPipeline> methods) => methods.AddUnaryMethod(
        new Method<SignedRequest<TRequest>, Reply<TResponse>>(
            MethodType.Unary, Service, Method, Marshallers.Request<TRequest>(), Marshallers.Response<TResponse>()),
        [],
        (pipeline, request, context) => pipeline.ServeAsync(this, request, context));
}
