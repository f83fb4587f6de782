using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>Sets an account key, in place of the one before. Refusals: PreconditionFailed, Malformed.</summary>
/// <param name="Key">Which one.</param>
/// <param name="KeyId">Names it in signatures; not secret. 1 to 64 characters.</param>
/// <param name="Sealed">The key, sealed. 1 to 4,096 bytes.</param>
/// <param name="Expected">The version that the one before must have, 0 for none there; null for any.</param>
public sealed record SetAccountKey(
    AccountKeyKind Key, string KeyId, ReadOnlyMemory<byte> Sealed, Sequence? Expected) : ControlCommand
{
    /// <summary>Longest <see cref="KeyId"/>.</summary>
    public const int MaxKeyIdLength = 64;

    /// <summary>Longest <see cref="Sealed"/>.</summary>
    public const int MaxSealedBytes = 4096;

    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.SetAccountKey;

    /// <inheritdoc/>
    public override bool Withdraws => true;
}
