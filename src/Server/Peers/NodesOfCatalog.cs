using Nacre.Core.Control;
using Nacre.Core.Ids;
using Nacre.Security.Certificates;
using Nacre.Server.Administration;

namespace Nacre.Server.Peers;

/// <summary>Who is a node, and where clients reach it, by the catalogue that the control shard has applied here.</summary>
/// <param name="catalog">The catalogue.</param>
/// <param name="leaderOf">Tells the node that leads a data shard, 0 for none; null where nobody asks.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class NodesOfCatalog(ICatalogReader catalog, Func<ShardId, NodeId>? leaderOf = null) : IRemovedNodes, IClientEndpoints
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Active =>
        [.. catalog.Current.Nodes.Where(node => node.State == ClusterNodeState.Active).Select(node => node.ClientEndpoint)];

    /// <inheritdoc/>
    public IReadOnlyList<uint> Leaders
    {
        get
        {
            Catalog current = catalog.Current;
            NodeId[] active = [.. current.Nodes.Where(node => node.State == ClusterNodeState.Active).Select(node => node.Id)];
            return active.Length == 0 || leaderOf is null
                ? []
                : [.. Enumerable.Range(1, (int)current.DataShards).Select(shard => (uint)(Array.IndexOf(active, leaderOf(new ShardId((uint)shard))) + 1))];
        }
    }

    /// <inheritdoc/>
    public bool IsRemoved(NodeId node) => catalog.Current.FindNode(node) is { State: ClusterNodeState.Removed };

    /// <inheritdoc/>
    /// <remarks>Certificates are not revoked one by one: their nodes are removed.</remarks>
    public bool IsRevoked(string serialNumber) => false;
}
