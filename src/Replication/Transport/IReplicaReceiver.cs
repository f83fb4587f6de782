using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Transport;

/// <summary>Takes what the transport brings: a node's shards.</summary>
/// <remarks>Thread-safe; returns at once and does not throw.</remarks>
public interface IReplicaReceiver
{
    /// <summary>A message came.</summary>
    /// <param name="from">The node that sent it, by its certificate. Whether that node has the sending replica is for the receiver to judge.</param>
    /// <param name="shard">A shard of any number; one that is not here is ignored.</param>
    /// <param name="message">What it said; its entries are never changed and may be kept.</param>
    void Receive(NodeId from, ShardId shard, in RaftMessage message);

    /// <summary>The stream to a node has broken or could not be opened: what was sent last may be lost.</summary>
    void Unreachable(NodeId node);
}
