namespace Nacre.Core.Control;

/// <summary>Remembers how far the keys have come, so that an older copy of a ring, or a ring that lacks keys, is noticed. A lower number does nothing.</summary>
/// <param name="Generation">From 1.</param>
public sealed record RecordKeyRingGeneration(ulong Generation) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.RecordKeyRingGeneration;
}
