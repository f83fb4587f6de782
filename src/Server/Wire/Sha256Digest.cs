using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Nacre.Server.Wire;

/// <summary>32 bytes of SHA-256, held without an array.</summary>
[InlineArray(SHA256.HashSizeInBytes)]
internal struct Sha256Digest
{
    private byte _first;

    /// <summary>Hashes bytes that may lie in several pieces.</summary>
    public static Sha256Digest Of(in ReadOnlySequence<byte> bytes)
    {
        var digest = default(Sha256Digest);
        if (bytes.IsSingleSegment)
        {
            SHA256.HashData(bytes.FirstSpan, digest);
            return digest;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ReadOnlyMemory<byte> piece in bytes)
        {
            hash.AppendData(piece.Span);
        }

        hash.GetHashAndReset(digest);
        return digest;
    }
}
