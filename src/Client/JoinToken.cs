namespace Nacre.Client;

/// <summary>A join token: whoever holds it may bring one node into the cluster, until it ends. <see cref="ToString"/> never shows it.</summary>
/// <remarks>Immutable.</remarks>
public sealed class JoinToken
{
    internal JoinToken(string token, string id, DateTimeOffset expiresAt)
    {
        Token = token;
        Id = id;
        ExpiresAt = expiresAt;
    }

    /// <summary>The token, for <c>nacre node join</c>. A secret.</summary>
    public string Token { get; }

    /// <summary>Names it, for <see cref="ClusterNodes.WithdrawJoinTokenAsync"/>; not secret.</summary>
    public string Id { get; }

    /// <summary>When it ends; whole milliseconds, UTC.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Its id and when it ends; never the token.</summary>
    public override string ToString() => $"join token {Id} until {ExpiresAt:u}";
}
