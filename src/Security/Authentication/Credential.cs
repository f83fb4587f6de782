using Nacre.Security.Authorisation;

namespace Nacre.Security.Authentication;

/// <summary>A signing key in force and who signs with it.</summary>
/// <param name="key">Owned.</param>
/// <param name="principal">Who signs with it.</param>
internal sealed class Credential(HmacKey key, Principal principal)
{
    /// <summary>The signing key.</summary>
    public HmacKey Key { get; } = key;

    /// <summary>Who signs with it.</summary>
    public Principal Principal { get; } = principal;

    /// <summary>Ends it: no signature matches any more, and open streams see it at their next batch.</summary>
    public void Withdraw()
    {
        Principal.Withdraw();
        Key.Dispose();
    }
}
