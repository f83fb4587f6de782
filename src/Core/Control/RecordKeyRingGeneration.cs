namespace Nacre.Core.Control;

/// <summary>Remembers how far the key ring has come, so that an older copy of it is noticed. A lower number does nothing.</summary>
/// <param name="Generation">From 1.</param>
public sealed record RecordKeyRingGeneration(ulong Generation) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.RecordKeyRingGeneration;
}
