using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Sets the key that tokens are made under, in place of the one before, which stays good for the tokens that it made; or
/// seals a key anew. Refusals: PreconditionFailed, Malformed.
/// </summary>
/// <param name="Generation">One above the newest; or one that is there, whose sealed bytes are then replaced.</param>
/// <param name="Sealed">The key, sealed. 1 to 4,096 bytes.</param>
/// <param name="KeepsPrevious">False: no token made before is good any more. True when a key is sealed anew.</param>
/// <param name="Expected">The version that the newest key must have, or the one that is sealed anew; 0 for none there.</param>
public sealed record SetTokenKey(uint Generation, ReadOnlyMemory<byte> Sealed, bool KeepsPrevious, Sequence Expected) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.SetTokenKey;

    /// <inheritdoc/>
    public override bool Withdraws => true;
}
