using Nacre.Core.Control;
using Nacre.Core.Ids;
using Nacre.Security.Certificates;
using Nacre.Server.Administration;

namespace Nacre.Server.Peers;

/// <summary>Who is a node, and where clients reach it, by the catalogue that the control shard has applied here.</summary>
/// <param name="catalog">The catalogue.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class NodesOfCatalog(ICatalogReader catalog) : IRemovedNodes, IClientEndpoints
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Active =>
        [.. catalog.Current.Nodes.Where(node => node.State == ClusterNodeState.Active).Select(node => node.ClientEndpoint)];

    /// <inheritdoc/>
    public bool IsRemoved(NodeId node) => catalog.Current.FindNode(node) is { State: ClusterNodeState.Removed };

    /// <inheritdoc/>
    /// <remarks>Certificates are not revoked one by one: their nodes are removed.</remarks>
    public bool IsRevoked(string serialNumber) => false;
}
