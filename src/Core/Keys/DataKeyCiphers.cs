using System.Security.Cryptography;
using Nacre.Core.Ids;

namespace Nacre.Core.Keys;

/// <summary>AES-256-GCM under keys that derive from data keys.</summary>
/// <remarks>Thread-safe; the ciphers are not.</remarks>
public static class DataKeyCiphers
{
    /// <summary>Length of the tags that the ciphers make and check.</summary>
    public const int TagBytes = 16;

    private const int KeyBytes = 32;

    /// <summary>Derives a key and makes a cipher of it. The derived key is wiped before this returns; the cipher has a copy of its own.</summary>
    /// <param name="keys">Where keys come from.</param>
    /// <param name="key">The data key.</param>
    /// <param name="context">What the derived key is for: <see cref="IDataKeys.TryDerive"/>.</param>
    /// <returns>The cipher, to be disposed; null when the data key is not known here.</returns>
    public static AesGcm? TryMakeCipher(this IDataKeys keys, DataKeyId key, ReadOnlySpan<byte> context)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Span<byte> derived = stackalloc byte[KeyBytes];
        try
        {
            return keys.TryDerive(key, context, derived) ? new AesGcm(derived, TagBytes) : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }
}
