using Nacre.Core.Ids;
using Nacre.Replication;
using Nacre.Replication.Raft;
using Nacre.Replication.Transport;

namespace Nacre.Server.Peers;

/// <summary>Gives what peers say to this node's replicas.</summary>
/// <param name="host">The replicas; null until they are there: what comes before is dropped, and sent again.</param>
/// <param name="mayHear">Whether a peer has said what it remembers of this node; what comes before is dropped as well.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class ShardReceiver(Func<ReplicaHost?> host, Func<NodeId, bool> mayHear) : IReplicaReceiver
{
    /// <inheritdoc/>
    public void Receive(NodeId from, ShardId shard, in RaftMessage message)
    {
        if (mayHear(from))
        {
            host()?.Receive(from, shard, message);
        }
    }

    /// <inheritdoc/>
    public void Unreachable(NodeId node) => host()?.Unreachable(node);
}
