using Nacre.Core.Ids;

namespace Nacre.Replication.Raft;

/// <summary>What became of a <see cref="RaftInput.ReadIndex"/>.</summary>
/// <param name="Context">As it was asked with.</param>
/// <param name="IsConfirmed">
/// False when nobody could say: no leader is known, it lost its lead, or it hands it over. Ask again under another context.
/// </param>
/// <param name="Index">A read sees every write that was acknowledged before it was asked, once this entry is applied.</param>
public readonly record struct ReadState(ulong Context, bool IsConfirmed, LogIndex Index);
