using Nacre.Security.Authentication;

namespace Nacre.Security.Authorisation;

/// <summary>An authenticated caller, whichever way it proved itself.</summary>
/// <param name="kind">Who it is.</param>
/// <param name="name">For audit and logs, such as <c>account key Primary</c>; never a secret.</param>
/// <param name="key">The key that it signed with.</param>
/// <param name="reach">Where its rights end.</param>
/// <remarks>Thread-safe. One object for each credential, shared by all its requests.</remarks>
public sealed class Principal(PrincipalKind kind, string name, CredentialKeyId key, ResourceScope reach)
{
    private volatile bool _withdrawn;

    /// <summary>Who it is.</summary>
    public PrincipalKind Kind { get; } = kind;

    /// <summary>For audit and logs; never a secret.</summary>
    public string Name { get; } = name;

    /// <summary>The key that it signed with.</summary>
    public CredentialKeyId Key { get; } = key;

    /// <summary>Where its rights end: the whole account for an account key.</summary>
    public ResourceScope Reach { get; } = reach;

    /// <summary>
    /// True once its credential was withdrawn. Never false again. Whatever outlives one request (a stream, a query's
    /// pages) asks before each batch or page.
    /// </summary>
    public bool IsWithdrawn => _withdrawn;

    /// <summary>Withdraws the credential.</summary>
    internal void Withdraw() => _withdrawn = true;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
