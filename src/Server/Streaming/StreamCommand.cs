using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Nacre.Security.Authorisation;
using Nacre.Server.Pipeline;
using Nacre.Server.Wire;

namespace Nacre.Server.Streaming;

/// <summary>The method that opens an item stream: <c>/nacre.v1.Items/Stream</c>. What its operations need is asked for each.</summary>
internal sealed class StreamCommand : Command
{
    /// <summary>How long the first message may take.</summary>
    public static readonly TimeSpan OpeningTimeout = TimeSpan.FromSeconds(15);

    private StreamCommand()
        : base(Protocol.V1.Items.Descriptor.FullName, "Stream", new AccessAction(ResourceKind.Item, AccessMode.Read, Callers.Keys | Callers.Tokens), isRouted: false)
    {
    }

    /// <summary>The method's row in the command table.</summary>
    public static StreamCommand Row { get; } = new();

    /// <inheritdoc/>
    public override void Register(ServiceMethodProviderContext<RequestPipeline> methods) => methods.AddDuplexStreamingMethod(
        new Method<StreamMessage, StreamReply>(
            MethodType.DuplexStreaming, Service, Method, StreamMessage.Marshaller, StreamReply.Marshaller),
        [],
        static (pipeline, reader, writer, context) => pipeline.ServeStreamAsync(reader, writer, context));
}
