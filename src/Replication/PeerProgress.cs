using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <summary>How far another replica has come, as its leader knows.</summary>
/// <param name="Id">The replica.</param>
/// <param name="Node">Its node.</param>
/// <param name="Match">The last entry of which it said that it is flushed there.</param>
/// <param name="Lag">Entries that it lacks.</param>
/// <param name="IsCaughtUp">It is reached, is sent entries as they come, and lacks few: it may vote, or lead.</param>
public readonly record struct PeerProgress(ReplicaId Id, NodeId Node, LogIndex Match, ulong Lag, bool IsCaughtUp);
