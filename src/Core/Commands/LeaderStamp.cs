using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>What the leader puts into an entry's header when it gives the entry its place in the log.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Shard">The shard.</param>
/// <param name="ReplicaSet">The current replica set.</param>
/// <param name="Epoch">The current write epoch.</param>
/// <param name="Origin">The leader's region.</param>
/// <param name="Sequence">One above the last command's.</param>
/// <param name="Time">The leader's clock, not below the last entry's.</param>
/// <param name="Key">The domain's current data key.</param>
public readonly record struct LeaderStamp(
    ClusterId Cluster,
    ShardId Shard,
    ReplicaSetGeneration ReplicaSet,
    WriteEpoch Epoch,
    RegionId Origin,
    Sequence Sequence,
    DateTimeOffset Time,
    DataKeyId Key);
