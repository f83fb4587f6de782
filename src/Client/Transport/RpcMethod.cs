using Google.Protobuf;
using Grpc.Core;

namespace Nacre.Client.Transport;

/// <summary>A unary method of the public API, with a marshaller that writes a request's bytes as they were signed.</summary>
internal sealed class RpcMethod<TResponse>
    where TResponse : IMessage<TResponse>
{
    /// <param name="service">Such as <c>nacre.v1.Items</c>.</param>
    /// <param name="name">Such as <c>Read</c>.</param>
    /// <param name="parser">Reads the answer.</param>
    /// <param name="isRead">True: nothing changes, so a lost answer is not an unknown outcome.</param>
    public RpcMethod(string service, string name, MessageParser<TResponse> parser, bool isRead)
    {
        IsRead = isRead;
        Grpc = new Method<SerializedRequest, TResponse>(
            MethodType.Unary,
            service,
            name,
            Marshallers.Create<SerializedRequest>(Write, _ => throw new NotSupportedException()),
            Marshallers.Create<TResponse>((_, _) => throw new NotSupportedException(), context => parser.ParseFrom(context.PayloadAsReadOnlySequence())));
    }

    public Method<SerializedRequest, TResponse> Grpc { get; }

    public bool IsRead { get; }

    private static void Write(SerializedRequest request, SerializationContext context)
    {
        ReadOnlySpan<byte> bytes = request.Bytes;
        context.SetPayloadLength(bytes.Length);
        System.Buffers.BuffersExtensions.Write(context.GetBufferWriter(), bytes);
        context.Complete();
    }
}
