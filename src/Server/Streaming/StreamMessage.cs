using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Nacre.Protocol.V1;
using Nacre.Server.Wire;

namespace Nacre.Server.Streaming;

/// <summary>A message of an item stream as it arrived. Only the opening one is signed over its bytes; batches carry a MAC.</summary>
internal sealed class StreamMessage
{
    private readonly Sha256Digest _bodyHash;

    private StreamMessage(in ReadOnlySequence<byte> payload)
    {
        try
        {
            Request = StreamRequest.Parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException)
        {
            Request = null;
        }

        if (Request is not { KindCase: StreamRequest.KindOneofCase.Batch })
        {
            _bodyHash = Sha256Digest.Of(payload);
        }
    }

    /// <summary>Reads messages. The server never writes one.</summary>
    public static Marshaller<StreamMessage> Marshaller { get; } = new(
        static (_, _) => throw new NotSupportedException("The server writes no requests."),
        static context => new StreamMessage(context.PayloadAsReadOnlySequence()));

    /// <summary>What it says; null when the bytes are no such message.</summary>
    public StreamRequest? Request { get; }

    /// <summary>SHA-256 of the message's bytes; zeros for a batch.</summary>
    public ReadOnlySpan<byte> BodyHash => _bodyHash;
}
