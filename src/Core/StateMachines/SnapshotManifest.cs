using System.Collections.Immutable;
using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Core.StateMachines;

/// <summary>Which snapshot, and what it consists of. Equal ids mean equal bytes.</summary>
/// <param name="Id">Names the checkpoint that the snapshot is of; drawn, or derived from its bytes.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Index">The last entry in it.</param>
/// <param name="Set">The replica set of the last configuration entry through <paramref name="Index"/>; null when there was none.</param>
/// <param name="RunningHash">The state machine's running hash at <paramref name="Index"/>.</param>
/// <param name="Files">All files, each name once.</param>
public sealed record SnapshotManifest(
    UInt128 Id, ShardId Shard, LogIndex Index, LoggedReplicaSet? Set, ulong RunningHash, ImmutableArray<SnapshotFile> Files);
