using Nacre.Core.Ids;

namespace Nacre.Server.Hosting;

/// <summary>What came of joining.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Node">The id that this node got.</param>
/// <param name="DataShards">Data shards.</param>
/// <param name="Peers">Other nodes that there are.</param>
public sealed record JoinedNode(ClusterId Cluster, NodeId Node, int DataShards, int Peers);
