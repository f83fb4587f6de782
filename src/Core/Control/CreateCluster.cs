using Nacre.Core.Ids;

namespace Nacre.Core.Control;

/// <summary>
/// Fixes what a cluster never changes. The first command of every cluster; repeated with the same values it does
/// nothing, with others it is AlreadyExists. Before it every other command is Unavailable.
/// </summary>
/// <param name="Cluster">Not 0.</param>
/// <param name="DataShards">1 to <see cref="Catalog.MaxDataShards"/>.</param>
public sealed record CreateCluster(ClusterId Cluster, uint DataShards) : ControlCommand
{
    /// <inheritdoc/>
    public override ControlCommandKind Kind => ControlCommandKind.CreateCluster;
}
