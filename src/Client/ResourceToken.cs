namespace Nacre.Client;

/// <summary>A resource token: whoever holds it may do what its permission allows, until it ends. <see cref="ToString"/> never shows it.</summary>
/// <remarks>Immutable.</remarks>
public sealed class ResourceToken
{
    internal ResourceToken(string token, DateTimeOffset expiresAt)
    {
        Token = token;
        ExpiresAt = expiresAt;
    }

    /// <summary>The token. A secret; hand it out over TLS alone.</summary>
    public string Token { get; }

    /// <summary>When it ends; whole milliseconds, UTC.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>When it ends; never the token.</summary>
    public override string ToString() => $"a token until {ExpiresAt:u}";
}
