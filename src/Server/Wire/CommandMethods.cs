using Grpc.AspNetCore.Server.Model;
using Nacre.Server.Pipeline;

namespace Nacre.Server.Wire;

/// <summary>Makes every command of the table known to the gRPC library.</summary>
internal sealed class CommandMethods : IServiceMethodProvider<RequestPipeline>
{
    /// <inheritdoc/>
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<RequestPipeline> context)
    {
        foreach (Command command in Commands.All)
        {
            command.Register(context);
        }
    }
}
