using Nacre.Core.Errors;

namespace Nacre.Security.Keys;

/// <summary>Asks for the passphrase that seals a root key: a file, a service manager's credential, a prompt.</summary>
public interface IPassphraseSource
{
    /// <summary>Gives the passphrase.</summary>
    /// <param name="purpose">For a person, such as <c>the root key /etc/nacre/root.key</c>.</param>
    /// <param name="isNew">True when the passphrase is being chosen, so that a prompt asks for it twice.</param>
    /// <returns>
    /// UTF-8, at least one byte; the caller disposes it. Error: <see cref="ErrorCode.RootKeyUnavailable"/>.
    /// </returns>
    Result<SecretBytes> Read(string purpose, bool isNew);
}
