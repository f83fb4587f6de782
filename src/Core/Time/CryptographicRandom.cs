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
#pragma warning disable RS0030 // The port's own implementation: all other chance comes through it.
    public void Fill(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);
#pragma warning restore RS0030
}
