using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Storage.Documents;

/// <summary>What an offline check of a data shard's folder found.</summary>
/// <param name="Findings">Damage, and notes: bytes and files that a crash left over.</param>
/// <param name="Checkpoints">Checkpoints whose manifest can be read; two are kept once there were two.</param>
/// <param name="Newest">Generation of the newest of them; 0 where there is none.</param>
/// <param name="Applied">The last entry in the newest one; null where none could be opened.</param>
/// <param name="RunningHash">The state machine's hash there.</param>
/// <param name="Blocks">Blocks that were decrypted and found right.</param>
/// <param name="Documents">Documents that were read and are right.</param>
/// <param name="DocumentBytes">Their bytes of JSON.</param>
/// <param name="IndexEntries">Entries of the item tree and the change tree together.</param>
public sealed record ShardVerification(
    IReadOnlyList<StorageFinding> Findings, int Checkpoints, ulong Newest, LogIndex? Applied, ulong RunningHash, long Blocks,
    long Documents, long DocumentBytes, long IndexEntries)
{
    /// <summary>The replica set of the last configuration entry in it; null when there was none.</summary>
    public LoggedReplicaSet? ReplicaSet { get; init; }

    /// <summary>True when nothing is damaged.</summary>
    public bool IsSound => !Findings.Any(finding => finding.IsDamage);
}
