using Nacre.Core.Ids;

namespace Nacre.Replication.Raft;

/// <summary>
/// Entries that a peer needs and that are in the log only. The shell reads a first part of them and answers with
/// <see cref="RaftInput.EntriesRead"/>, or <see cref="RaftInput.EntriesUnread"/>; until then the peer gets no entries.
/// </summary>
/// <param name="Peer">For whom.</param>
/// <param name="From">The first entry wanted.</param>
/// <param name="Through">The last one.</param>
/// <param name="MaxBytes">Most bytes to read, but at least one entry.</param>
public readonly record struct EntryRead(ReplicaId Peer, LogIndex From, LogIndex Through, int MaxBytes);
