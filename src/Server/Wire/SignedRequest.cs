using System.Buffers;
using Google.Protobuf;

namespace Nacre.Server.Wire;

/// <summary>
/// A message as it arrived: what it says, and the SHA-256 of the exact bytes that say it, which is what the caller
/// signed. Bytes that are no such message are kept as that: whether the caller may be told is for authentication to
/// decide first.
/// </summary>
/// <typeparam name="T">The message.</typeparam>
internal sealed class SignedRequest<T>
    where T : class, IMessage<T>
{
    private readonly Sha256Digest _bodyHash;

    /// <summary>Decodes the bytes of one message.</summary>
    /// <param name="payload">Borrowed; nothing of it is kept.</param>
    /// <param name="parser">Reads the message.</param>
    public SignedRequest(in ReadOnlySequence<byte> payload, MessageParser<T> parser)
    {
        SizeBytes = (int)payload.Length;
        _bodyHash = Sha256Digest.Of(payload);
        try
        {
            Message = parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException)
        {
            Message = null;
        }
    }

    /// <summary>SHA-256 of the message's bytes.</summary>
    public ReadOnlySpan<byte> BodyHash => _bodyHash;

    /// <summary>Length of the message in bytes.</summary>
    public int SizeBytes { get; }

    /// <summary>What it says; null when the bytes are no such message.</summary>
    public T? Message { get; }
}
