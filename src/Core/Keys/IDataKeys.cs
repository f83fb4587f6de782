using Nacre.Core.Ids;

namespace Nacre.Core.Keys;

/// <summary>
/// Where storage gets its encryption keys. Storage never sees a data key itself, only keys derived from it for one
/// file and salt: HKDF-SHA256 with the data key as input and the context as info.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public interface IDataKeys
{
    /// <summary>The key that new files and segments of a domain use now.</summary>
    DataKeyId Current(KeyDomainId domain);

    /// <summary>Derives a 256-bit key.</summary>
    /// <param name="key">The data key.</param>
    /// <param name="context">What the derived key is for: purpose, file id and salt; distinct for distinct uses.</param>
    /// <param name="derived">32 bytes; the caller clears them after use.</param>
    /// <returns>False when the data key is not known here: destroyed, or of another cluster.</returns>
    bool TryDerive(DataKeyId key, ReadOnlySpan<byte> context, Span<byte> derived);
}
