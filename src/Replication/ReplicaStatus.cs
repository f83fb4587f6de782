using Nacre.Core.Commands;
using Nacre.Core.Ids;
using Nacre.Replication.Membership;
using Nacre.Replication.Raft;
using Nacre.Replication.Snapshots;

namespace Nacre.Replication;

/// <summary>A replica at a glance, for health and metrics. Members are read one by one and may be a moment apart.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Role">Its role in the term.</param>
/// <param name="Term">Its term.</param>
/// <param name="LastIndex">Its last entry.</param>
/// <param name="Commit">The last committed entry.</param>
/// <param name="Applied">The last applied entry.</param>
/// <param name="Checkpointed">The last entry that a durable checkpoint covers.</param>
/// <param name="PendingProposals">Accepted and not yet answered.</param>
/// <param name="PendingBytes">Their bytes.</param>
/// <param name="BytesSinceCheckpoint">Bytes of entries applied since the last checkpoint began.</param>
/// <param name="RunningHash">The state machine's hash.</param>
public sealed record ReplicaStatus(
    ShardId Shard,
    ReplicaState State,
    RaftRole Role,
    Term Term,
    LogIndex LastIndex,
    LogIndex Commit,
    LogIndex Applied,
    LogIndex Checkpointed,
    int PendingProposals,
    long PendingBytes,
    long BytesSinceCheckpoint,
    ulong RunningHash)
{
    /// <summary>The replica that leads the term; 0 while none is known.</summary>
    public ReplicaId Leader { get; init; }

    /// <summary>The replica set in force here, committed or not; empty before the start.</summary>
    public ReplicaSet Set { get; init; } = ReplicaSet.Empty;

    /// <summary>The node of <see cref="Leader"/>; 0 while it is not known.</summary>
    public NodeId LeaderNode { get; init; }

    /// <summary>How far its disk has come; nothing before the start.</summary>
    public DurableMark Durable { get; init; }

    /// <summary>The snapshot that is being received for it; null without one.</summary>
    public SnapshotProgress? Receiving { get; init; }
}
