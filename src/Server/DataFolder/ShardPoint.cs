using Nacre.Core.Ids;

namespace Nacre.Server.DataFolder;

/// <summary>Where a shard stood at a clean stop: what an older log or store, put back whole, does not match.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="LastIndex">Its last log entry.</param>
/// <param name="LastTerm">The term of that entry.</param>
/// <param name="Applied">Its last applied entry, which the closing checkpoint covers.</param>
/// <param name="RunningHash">The state machine's hash at <paramref name="Applied"/>.</param>
public readonly record struct ShardPoint(ShardId Shard, LogIndex LastIndex, Term LastTerm, LogIndex Applied, ulong RunningHash);
