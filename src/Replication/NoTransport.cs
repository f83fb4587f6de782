using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication;

/// <summary>The transport of a node that has no others: whatever is sent is lost.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class NoTransport : IReplicaTransport
{
    private NoTransport()
    {
    }

    /// <summary>The only one.</summary>
    public static NoTransport Instance { get; } = new();

    /// <inheritdoc/>
    public void Send(NodeId to, ShardId shard, in RaftMessage message)
    {
    }
}
