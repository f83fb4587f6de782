namespace Nacre.Core.Time;

/// <summary>Chance, as a port: cryptographic in the product, seeded in simulation.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IRandomSource
{
    /// <summary>Fills a buffer with random bytes.</summary>
    void Fill(Span<byte> buffer);
}
