using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Nacre.Core.Commands;

/// <summary>Tells two requests under one idempotency key apart: the first 16 bytes of a SHA-256.</summary>
/// <param name="Value">The hash.</param>
public readonly record struct RequestHash(UInt128 Value)
{
    /// <summary>Length of the binary form.</summary>
    public const int SizeBytes = 16;

    /// <summary>Hashes what a request asks for.</summary>
    /// <param name="range">The range asked.</param>
    /// <param name="command">
    /// The encoded command: operations, preconditions, bodies; nothing that a leader chose.
    /// </param>
    public static RequestHash Of(Ids.RangeId range, ReadOnlySpan<byte> command)
    {
        Span<byte> input = stackalloc byte[sizeof(ulong) + SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(input, range.Value);
        SHA256.HashData(command, input[sizeof(ulong)..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        return Read(hash);
    }

    /// <summary>Reads the binary form.</summary>
    /// <param name="source">16 bytes, most significant first.</param>
    public static RequestHash Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128BigEndian(source));

    /// <summary>Writes the binary form.</summary>
    /// <param name="destination">16 bytes, most significant first.</param>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
