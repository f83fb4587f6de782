using Nacre.Core.StateMachines;

namespace Nacre.Replication.Snapshots;

/// <summary>A shard's store, as it was opened.</summary>
/// <param name="Machine">What its entries act on; given over.</param>
/// <param name="Snapshots">Its snapshots on this node; they outlive the machine.</param>
public sealed record OpenedShard(IStateMachine Machine, IShardSnapshots Snapshots);
