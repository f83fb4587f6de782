using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Nacre.Core;
using Nacre.Protocol.V1;
using Nacre.Server.Wire;

namespace Nacre.Server.Streaming;

/// <summary>
/// What a stream sends: a message, or a batch of outcomes that is encoded already. Batches go into the response's
/// buffer from where they were encoded, with no message object and no copy between.
/// </summary>
internal sealed class StreamReply
{
    private const int MacBytes = 32;

    private readonly StreamResponse? _message;
    private readonly byte[] _mac = [];

    /// <summary>A message as it is.</summary>
    public StreamReply(StreamResponse message) => _message = message;

    /// <summary>Batches; one object serves all of a stream, one after the other.</summary>
    public StreamReply() => _mac = new byte[MacBytes];

    /// <summary>Writes replies. The server never reads one.</summary>
    public static Marshaller<StreamReply> Marshaller { get; } = new(
        static (reply, context) => reply.Write(context),
        static _ => throw new NotSupportedException("The server reads no replies."));

    /// <summary>The batch's bytes; borrowed until the write has completed.</summary>
    public ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>The batch's MAC.</summary>
    public Span<byte> Mac => _mac;

    private void Write(SerializationContext context)
    {
        if (_message is not null)
        {
            context.SetPayloadLength(_message.CalculateSize());
            _message.WriteTo(context.GetBufferWriter());
            context.Complete();
            return;
        }

        int batch = ProtoWriter.SizeOfBytes(Payload.Length) + ProtoWriter.SizeOfBytes(MacBytes);
        int length = ProtoWriter.SizeOfMessage(batch);
        context.SetPayloadLength(length);
        IBufferWriter<byte> writer = context.GetBufferWriter();
        var message = new ProtoWriter(writer.GetSpan(length));
        message.Message(StreamResponse.BatchFieldNumber, batch);
        message.Bytes(StreamBatch.PayloadFieldNumber, Payload.Span);
        message.Bytes(StreamBatch.MacFieldNumber, _mac);
        Invariant.Check(message.Written == length);
        writer.Advance(length);
        context.Complete();
    }
}
