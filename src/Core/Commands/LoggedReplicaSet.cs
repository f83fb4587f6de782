using Nacre.Core.Ids;

namespace Nacre.Core.Commands;

/// <summary>A replica set and where in the log it stands.</summary>
/// <param name="Index">The configuration entry; 0 for the set that the shard was made with.</param>
/// <param name="Set">The set, in force from that entry on (thesis §4.1).</param>
public readonly record struct LoggedReplicaSet(LogIndex Index, ReplicaSet Set);
