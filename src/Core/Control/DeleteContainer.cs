using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Begins a container's deletion: its name is free at once, its data goes in the background. Refusals: NotFound,
/// PreconditionFailed.
/// </summary>
/// <param name="Database">The database.</param>
/// <param name="Name">The container.</param>
/// <param name="IfMatch">The version that it must have; 0 for any.</param>
public sealed record DeleteContainer(string Database, string Name, Sequence IfMatch) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.DeleteContainer;

    /// <inheritdoc/>
    public override bool Withdraws => true;
}
