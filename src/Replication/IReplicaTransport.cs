using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <summary>
/// Carries messages between the replicas of a shard: TLS streams between nodes in the product, a simulated network under a
/// seed in simulation. What comes is given to <see cref="ShardReplica.Receive"/>.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public interface IReplicaTransport
{
    /// <summary>
    /// Sends a message; never blocks and never fails. It may be lost, delayed, doubled or overtaken, never changed; where
    /// a connection broke, <see cref="ShardReplica.Unreachable"/> is called.
    /// </summary>
    /// <param name="to">The node of the receiving replica; never the own one.</param>
    /// <param name="shard">The shard of both replicas.</param>
    /// <param name="message">The message; its entries are never changed and may be kept.</param>
    void Send(NodeId to, ShardId shard, in RaftMessage message);
}
