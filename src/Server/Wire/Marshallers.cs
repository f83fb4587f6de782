using Google.Protobuf;
using Grpc.Core;

namespace Nacre.Server.Wire;

/// <summary>How messages get from and to the bytes of a call.</summary>
internal static class Marshallers
{
    /// <summary>Reads requests and hashes their bytes as they are read. The server never writes one.</summary>
    public static Marshaller<SignedRequest<T>> Request<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(static () => new T());
        return new Marshaller<SignedRequest<T>>(
            static (_, _) => throw new NotSupportedException("The server writes no requests."),
            context => new SignedRequest<T>(context.PayloadAsReadOnlySequence(), parser));
    }

    /// <summary>Writes replies straight into the response's buffer; a refusal writes nothing. The server never reads one.</summary>
    public static Marshaller<Reply<T>> Response<T>()
        where T : class, IMessage<T> =>
        new(
            static (reply, context) =>
            {
                if (reply.Message is { } message)
                {
                    context.SetPayloadLength(message.CalculateSize());
                    message.WriteTo(context.GetBufferWriter());
                    context.Complete();
                }
            },
            static _ => throw new NotSupportedException("The server reads no replies."));
}
