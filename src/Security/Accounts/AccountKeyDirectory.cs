using Nacre.Core;
using Nacre.Security.Authentication;
using Nacre.Security.Authorisation;

namespace Nacre.Security.Accounts;

/// <summary>The account keys in force, for the authenticator to look up.</summary>
/// <remarks>Thread-safe. A lookup takes no lock.</remarks>
// Invariants:
// - A key that is replaced is withdrawn after its successors are in force, and never comes back.
public sealed class AccountKeyDirectory : IDisposable
{
    private readonly Lock _changes = new();
    private Credential[] _inForce = [];

    /// <summary>Puts keys in force, and withdraws at once those that are no longer among them.</summary>
    /// <param name="keys">Copied; the caller keeps and disposes its own.</param>
    public void Replace(AccountKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        lock (_changes)
        {
            Credential[] before = _inForce;
            Credential[] after = [.. keys.All.Select(key => Array.Find(before, known => known.Principal.Key == key.Id) ?? Make(key))];
            Volatile.Write(ref _inForce, after);
            foreach (Credential gone in before.Except(after))
            {
                gone.Withdraw();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_changes)
        {
            foreach (Credential credential in _inForce)
            {
                credential.Withdraw();
            }

            Volatile.Write(ref _inForce, []);
        }
    }

    /// <summary>Finds a key by its name; names are no secret, so the time that this takes may tell them.</summary>
    internal Credential? Find(CredentialKeyId id)
    {
        foreach (Credential credential in Volatile.Read(ref _inForce))
        {
            if (credential.Principal.Key == id)
            {
                return credential;
            }
        }

        return null;
    }

    private static Credential Make(AccountKey key)
    {
        HmacKey hmac = HmacKey.CopyOf(key.Bytes);
        Invariant.Check(CredentialKeyId.Of(hmac) == key.Id);
        PrincipalKind kind = key.MayWrite ? PrincipalKind.AccountReadWrite : PrincipalKind.AccountReadOnly;
        return new Credential(hmac, new Principal(kind, $"account key {key.Kind}", key.Id, ResourceScope.Account));
    }
}
