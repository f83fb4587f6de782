using Nacre.Core.Ids;

namespace Nacre.Server.Administration;

/// <summary>The health of a cluster of which nothing is known: a node without a node port has nobody to ask.</summary>
internal sealed class UnknownHealth : IClusterHealth
{
    /// <summary>The one.</summary>
    public static UnknownHealth Instance { get; } = new();

    /// <inheritdoc/>
    public ClusterNodeHealth? Of(NodeId node) => null;
}
