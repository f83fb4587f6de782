using Nacre.Core.Commands;

namespace Nacre.Storage.Documents;

/// <summary>What a check of a data shard's checkpoint found.</summary>
/// <param name="Findings">What is wrong; empty for a sound checkpoint.</param>
/// <param name="Ranges">Ranges that the shard owns.</param>
/// <param name="Documents">Documents that were read and are right.</param>
/// <param name="DocumentBytes">Their bytes of JSON.</param>
/// <param name="IndexEntries">Entries of all trees.</param>
/// <param name="RunningHash">The state machine's hash at the checkpoint; 0 where that could not be read.</param>
internal sealed record DocumentVerification(
    IReadOnlyList<DocumentFinding> Findings, int Ranges, long Documents, long DocumentBytes, long IndexEntries,
    ulong RunningHash)
{
    /// <summary>The replica set at the checkpoint; null where there is none, or it could not be read.</summary>
    public LoggedReplicaSet? ReplicaSet { get; init; }
}
