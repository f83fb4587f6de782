using System.Security.Cryptography;
using Nacre.Core;
using Nacre.Security.Keys;

namespace Nacre.Security.Authentication;

/// <summary>An HMAC-SHA256 key whose schedule is kept between uses.</summary>
/// <remarks>Thread-safe. Once disposed, the key answers no more; it does not throw, since requests race its withdrawal.</remarks>
// Invariants:
// - _key is read only under _guard and never after its disposal.
public sealed class HmacKey : IDisposable
{
    /// <summary>Length of a MAC.</summary>
    public const int MacBytes = HMACSHA256.HashSizeInBytes;

    private readonly Lock _guard = new();
    private readonly SecretBytes _key;
    private readonly HashPool _pool;
    private bool _disposed;

    private HmacKey(SecretBytes key)
    {
        _key = key;
        _pool = new HashPool(CreateState);
    }

    /// <summary>Copies a key; the caller clears its own copy.</summary>
    public static HmacKey CopyOf(ReadOnlySpan<byte> key) => new(SecretBytes.CopyOf(key));

    /// <summary>Computes the MAC of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="mac">32 bytes, filled.</param>
    /// <returns>False when the key was disposed; <paramref name="mac"/> is then undefined.</returns>
    public bool TryCompute(ReadOnlySpan<byte> message, Span<byte> mac) => TryCompute(message, [], mac);

    /// <summary>Computes the MAC of two parts laid end to end.</summary>
    /// <param name="first">Beginning of the message.</param>
    /// <param name="second">Rest of the message.</param>
    /// <param name="mac">32 bytes, filled.</param>
    /// <returns>False when the key was disposed; <paramref name="mac"/> is then undefined.</returns>
    public bool TryCompute(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> mac)
    {
        if (_pool.Rent() is not { } state)
        {
            return false;
        }

        state.AppendData(first);
        state.AppendData(second);
        int written = state.GetHashAndReset(mac);
        Invariant.Check(written == MacBytes);
        _pool.Return(state);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_guard)
        {
            _disposed = true;
            _key.Dispose();
        }

        _pool.Dispose();
    }

    private IncrementalHash? CreateState()
    {
        lock (_guard)
        {
            return _disposed ? null : IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key.Span);
        }
    }
}
