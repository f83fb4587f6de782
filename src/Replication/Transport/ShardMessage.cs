using Nacre.Core.Ids;
using Nacre.Replication.Raft;

namespace Nacre.Replication.Transport;

/// <summary>A message and the shard whose replicas it is between.</summary>
/// <param name="Shard">The shard of both replicas.</param>
/// <param name="Message">What one says to the other.</param>
public readonly record struct ShardMessage(ShardId Shard, RaftMessage Message);
