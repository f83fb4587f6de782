using Grpc.AspNetCore.Server.Model;
using Nacre.Security.Authorisation;
using Nacre.Server.Pipeline;

namespace Nacre.Server.Wire;

/// <summary>One method of the API: a row of <see cref="Commands"/>.</summary>
internal abstract class Command
{
    /// <summary>Names a method.</summary>
    /// <param name="service">The service's full name, such as <c>nacre.v1.Items</c>.</param>
    /// <param name="method">The method's name.</param>
    /// <param name="action">What it does, for the permission check.</param>
    /// <param name="isRouted">Whether it acts on the documents of one container.</param>
    protected Command(string service, string method, AccessAction action, bool isRouted)
    {
        Service = service;
        Method = method;
        FullName = $"/{service}/{method}";
        Action = action;
        IsRouted = isRouted;
    }

    /// <summary>The service's full name.</summary>
    public string Service { get; }

    /// <summary>The method's name in its service.</summary>
    public string Method { get; }

    /// <summary>What the caller signs and what logs say: <c>/nacre.v1.Items/Read</c>.</summary>
    public string FullName { get; }

    /// <summary>What it does, for the permission check.</summary>
    public AccessAction Action { get; }

    /// <summary>True when it acts on the documents of one container, whose route is found before it is served.</summary>
    public bool IsRouted { get; }

    /// <summary>Makes the method known to the gRPC library.</summary>
    public abstract void Register(ServiceMethodProviderContext<RequestPipeline> methods);
}
