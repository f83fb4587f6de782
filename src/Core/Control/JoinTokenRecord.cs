using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>A token that lets one node join, in the catalogue. Its secret is not there, only the secret's hash.</summary>
/// <param name="Id">Names it; not secret. Not 0.</param>
/// <param name="SecretHash">SHA-256 of the secret, 32 bytes.</param>
/// <param name="Expires">It is good until then, by the leader's clock.</param>
/// <param name="Version">The control command that made it.</param>
public sealed record JoinTokenRecord(UInt128 Id, ReadOnlyMemory<byte> SecretHash, DateTimeOffset Expires, Sequence Version)
{
    /// <summary>Most tokens that are neither used nor expired. As many used ones are remembered, the newest, until they expire.</summary>
    public const int MaxTokens = 64;

    /// <summary>The node that joined with it; 0: it is not used.</summary>
    public NodeId UsedBy { get; init; }

    /// <summary>SHA-256 of that node's public key, 32 bytes; empty while it is not used.</summary>
    public ReadOnlyMemory<byte> KeyHash { get; init; }

    /// <summary>Whether a node has joined with it.</summary>
    public bool IsUsed => UsedBy != default;

    /// <summary>Longest time that one is good for.</summary>
    public static TimeSpan MaxLifetime { get; } = TimeSpan.FromDays(7);
}
