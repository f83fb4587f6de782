using Nacre.Core.Errors;

namespace Nacre.Security.Keys;

/// <summary>Where the root key comes from. It is never kept in the data folder.</summary>
/// <remarks>Used by one thread at start and at rotations.</remarks>
public interface IRootKeyProvider
{
    /// <summary>How the operator named it, such as <c>file:/etc/nacre/root.key</c>; never a secret.</summary>
    string Name { get; }

    /// <summary>Gives the root key.</summary>
    /// <param name="expected">
    /// The key that the key ring names; null at the very first start, when no ring is there and a provider that can
    /// may make a key.
    /// </param>
    /// <returns>
    /// The key; the caller disposes it. Errors: <see cref="ErrorCode.RootKeyUnavailable"/>,
    /// <see cref="ErrorCode.RootKeyWrong"/>, <see cref="ErrorCode.Corrupt"/>, <see cref="ErrorCode.Unsupported"/>.
    /// </returns>
    Result<RootKey> Open(RootKeyId? expected);
}
