using System.Security.Cryptography;

namespace Nacre.Core.Time;

/// <summary>The operating system's cryptographic generator.</summary>
public sealed class CryptographicRandom : IRandomSource
{
    private CryptographicRandom()
    {
    }

    /// <summary>The one instance; it has no state.</summary>
    public static CryptographicRandom Instance { get; } = new();

    /// <inheritdoc/>
    public void Fill(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);
}
