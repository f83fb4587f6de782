using Nacre.Core.Ids;

namespace Nacre.Core.StateMachines;

/// <summary>Where in the log a snapshot ends.</summary>
/// <param name="Index">The last entry in it.</param>
/// <param name="Term">That entry's term.</param>
public readonly record struct SnapshotPoint(LogIndex Index, Term Term);
