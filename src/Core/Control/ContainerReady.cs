using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Ends a container's creation: all its ranges are active in their shards. For one that is ready it does nothing.
/// Refusals: NotFound; PreconditionFailed for one that is being deleted.
/// </summary>
/// <param name="Id">The container.</param>
public sealed record ContainerReady(ContainerId Id) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.ContainerReady;
}
