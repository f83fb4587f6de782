using Nacre.Core.Ids;

namespace Nacre.Replication.Raft;

/// <summary>
/// A peer needs entries that the log has released. The shell sends it a snapshot, and ends with
/// <see cref="RaftInput.SnapshotSent"/> or <see cref="RaftInput.SnapshotFailed"/>; until then it gets no entries.
/// </summary>
/// <param name="Peer">For whom.</param>
/// <param name="AtLeast">The snapshot holds this entry.</param>
public readonly record struct SnapshotNeed(ReplicaId Peer, LogIndex AtLeast);
