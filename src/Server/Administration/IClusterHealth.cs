using Nacre.Core.Ids;

namespace Nacre.Server.Administration;

/// <summary>How the nodes are doing, as this node sees it.</summary>
/// <remarks>Thread-safe; answers from memory.</remarks>
internal interface IClusterHealth
{
    /// <summary>What is known of a node at this moment; null for nothing.</summary>
    ClusterNodeHealth? Of(NodeId node);
}
