namespace Nacre.Core.Control;

/// <summary>Withdraws a join token before its time, as when it was seen by somebody else. Refusals: NotFound.</summary>
/// <param name="Id">The token.</param>
public sealed record RemoveJoinToken(UInt128 Id) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.RemoveJoinToken;
}
