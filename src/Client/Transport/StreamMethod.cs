using Google.Protobuf;
using Grpc.Core;
using Wire = Nacre.Protocol.V1;

namespace Nacre.Client.Transport;

/// <summary>The bidirectional method <c>nacre.v1.Items/Stream</c>.</summary>
internal static class StreamMethod
{
    public static readonly Method<Wire.StreamRequest, Wire.StreamResponse> Instance = new(
        MethodType.DuplexStreaming,
        "nacre.v1.Items",
        "Stream",
        Marshallers.Create<Wire.StreamRequest>(Write, _ => throw new NotSupportedException()),
        Marshallers.Create<Wire.StreamResponse>(
            (_, _) => throw new NotSupportedException(),
            context => Wire.StreamResponse.Parser.ParseFrom(context.PayloadAsReadOnlySequence())));

    private static void Write(Wire.StreamRequest message, SerializationContext context)
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }
}
