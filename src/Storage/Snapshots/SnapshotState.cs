using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Storage.Snapshots;

/// <summary>What a checkpoint says of the state that it holds.</summary>
/// <param name="Index">The last entry in it.</param>
/// <param name="Set">The replica set of the last configuration entry in it; null when there was none.</param>
/// <param name="RunningHash">The state machine's running hash there.</param>
internal readonly record struct SnapshotState(LogIndex Index, LoggedReplicaSet? Set, ulong RunningHash);
