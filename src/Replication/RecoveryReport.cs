using Nacre.Core.Ids;

namespace Nacre.Replication;

/// <summary>What a replica's start came to.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Checkpoint">The entry of the checkpoint that the state machine recovered; 0 for none.</param>
/// <param name="LastRecovered">The last entry that the log held; 0 for none.</param>
/// <param name="Replayed">Entries applied from the log.</param>
/// <param name="Term">The term that this start opened.</param>
/// <param name="Elapsed">From the call to serving.</param>
public sealed record RecoveryReport(
    ShardId Shard, LogIndex Checkpoint, LogIndex LastRecovered, ulong Replayed, Term Term, TimeSpan Elapsed);
