using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Nacre.Protocol.V1;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;
using Nacre.Server.Streaming;

namespace Nacre.Server.Tests.Support;

/// <summary>Both ends of a stream that opens, asks one batch and ends; nothing in it waits.</summary>
/// <param name="signer">The caller's.</param>
/// <param name="opening">The first message.</param>
/// <param name="batch">What is asked.</param>
/// <param name="serverNonce">Gives the nonce that the server drew.</param>
internal sealed class OneBatchStream(RequestSigner signer, StreamRequest opening, OperationBatch batch, Func<byte[]> serverNonce)
    : IAsyncStreamReader<StreamMessage>, IServerStreamWriter<StreamReply>, IDisposable
{
    private static readonly Principal Self = new(PrincipalKind.AccountReadWrite, "this client", default, ResourceScope.Account);

    private readonly byte[] _payload = batch.ToByteArray();
    private StreamSession? _session;
    private int _read;

    public StreamMessage Current { get; private set; } = null!;

    public WriteOptions? WriteOptions { get; set; }

    /// <summary>The payload of the outcomes.</summary>
    public byte[] Outcomes { get; private set; } = [];

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        StreamRequest? next = _read++ switch
        {
            0 => opening,
            1 => new StreamRequest { Batch = Sign() },
            _ => null,
        };
        if (next is null)
        {
            return Task.FromResult(false);
        }

        Current = StreamMessage.Marshaller.ContextualDeserializer(new Payload(next.ToByteArray()));
        return Task.FromResult(true);
    }

    public Task WriteAsync(StreamReply message)
    {
        if (!message.Payload.IsEmpty)
        {
            Outcomes = message.Payload.ToArray();
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _session?.Dispose();

    private StreamBatch Sign()
    {
        _session = signer.OpenStream(Self, opening.Open.ClientNonce.Span, serverNonce());
        byte[] mac = new byte[32];
        _session.Sign(_payload, mac);
        return new StreamBatch { Payload = ByteString.CopyFrom(_payload), Mac = ByteString.CopyFrom(mac) };
    }

    private sealed class Payload(byte[] bytes) : DeserializationContext
    {
        public override int PayloadLength => bytes.Length;

        public override byte[] PayloadAsNewBuffer() => bytes;

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(bytes);
    }
}
