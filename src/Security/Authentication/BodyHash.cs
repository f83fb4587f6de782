using System.Buffers;
using System.Security.Cryptography;

namespace Nacre.Security.Authentication;

/// <summary>SHA-256 of a request's body.</summary>
internal static class BodyHash
{
    /// <summary>Length of a hash.</summary>
    public const int SizeBytes = SHA256.HashSizeInBytes;

    private static readonly HashPool Pool = new(() => IncrementalHash.CreateHash(HashAlgorithmName.SHA256));

    /// <summary>Hashes a body as it came from the wire, without joining its parts.</summary>
    public static void Compute(in ReadOnlySequence<byte> body, Span<byte> hash)
    {
        IncrementalHash state = Pool.Rent()!;
        foreach (ReadOnlyMemory<byte> part in body)
        {
            state.AppendData(part.Span);
        }

        state.GetHashAndReset(hash);
        Pool.Return(state);
    }
}
