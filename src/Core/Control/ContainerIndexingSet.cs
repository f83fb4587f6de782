using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Every range of a container was told of its indexing policy. It counts only if the container is still as it was then.
/// Refusals: NotFound.
/// </summary>
/// <param name="Id">The container.</param>
/// <param name="Version">The version that its ranges were told of.</param>
public sealed record ContainerIndexingSet(ContainerId Id, Sequence Version) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.ContainerIndexingSet;
}
