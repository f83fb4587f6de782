using Nacre.Core.Ids;

namespace Nacre.Core.Log;

/// <summary>One entry of a shard's Raft log.</summary>
/// <param name="Index">Contiguous within the shard.</param>
/// <param name="Term">The term it was proposed in; never falls from one index to the next.</param>
/// <param name="Entry">Header and command, as <c>docs/formats/entry.md</c> lays them out; never changed once appended.</param>
public readonly record struct LogRecord(LogIndex Index, Term Term, ReadOnlyMemory<byte> Entry);
