using Nacre.Core.Ids;

namespace Nacre.Core.Log;

/// <summary>What a Raft voter must remember before it answers.</summary>
/// <param name="Term">The latest term seen.</param>
/// <param name="VotedFor">The replica voted for in that term; 0 for none.</param>
public readonly record struct HardState(Term Term, ReplicaId VotedFor);
