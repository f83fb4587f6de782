using Nacre.Core.Ids;
using Nacre.Replication;
using Nacre.Replication.Raft;

namespace Nacre.Server.Peers;

/// <summary>Carries messages to those peers alone that have said what they remember of this node; others are dropped, as a network may.</summary>
/// <param name="carrier">Carries them.</param>
/// <param name="maySpeakTo">Tells who has.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class VettedTransport(IReplicaTransport carrier, Func<NodeId, bool> maySpeakTo) : IReplicaTransport
{
    /// <inheritdoc/>
    public void Send(NodeId to, ShardId shard, in RaftMessage message)
    {
        if (maySpeakTo(to))
        {
            carrier.Send(to, shard, message);
        }
    }
}
