namespace Nacre.Core.Control;

/// <summary>
/// Makes a token that lets one node join, and forgets those that have expired. Refusals: Malformed, AlreadyExists,
/// TooLarge.
/// </summary>
/// <param name="Id">Drawn at random. Not 0.</param>
/// <param name="SecretHash">SHA-256 of the secret, 32 bytes: the secret itself never comes into the log.</param>
/// <param name="Expires">In UTC, later than the entry's time by at most <see cref="JoinTokenRecord.MaxLifetime"/>.</param>
public sealed record CreateJoinToken(UInt128 Id, ReadOnlyMemory<byte> SecretHash, DateTimeOffset Expires) : ControlCommand
{
    /// <summary>Length of <see cref="SecretHash"/>.</summary>
    public const int SecretHashBytes = 32;

    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.CreateJoinToken;
}
