using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Ends a container's deletion: no shard owns a range of it. Refusals: NotFound, also when it is gone already;
/// PreconditionFailed while it is not being deleted.
/// </summary>
/// <param name="Id">The container.</param>
public sealed record ContainerGone(ContainerId Id) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.ContainerGone;
}
