using Nacre.Core.Commands;
using Nacre.Core.Ids;

namespace Nacre.Storage.Control;

/// <summary>What an offline check of the control shard's folder found.</summary>
/// <param name="Findings">Damage, and notes: files that belong to nothing.</param>
/// <param name="Checkpoints">Checkpoints that are whole; two are kept once there were two.</param>
/// <param name="Newest">Generation of the newest of them; 0 where there is none.</param>
/// <param name="Applied">The last entry in that one.</param>
/// <param name="RunningHash">The state machine's hash there.</param>
/// <param name="KeyRingGeneration">
/// The key ring's generation that it remembers; 0 with nodes in the catalogue, where the number counts the cluster's keys and
/// not the writings of one ring.
/// </param>
public sealed record ControlVerification(
    IReadOnlyList<StorageFinding> Findings, int Checkpoints, ulong Newest, LogIndex Applied, ulong RunningHash,
    ulong KeyRingGeneration)
{
    /// <summary>The replica set of the last configuration entry in it; null when there was none.</summary>
    public LoggedReplicaSet? ReplicaSet { get; init; }

    /// <summary>True when nothing is damaged.</summary>
    public bool IsSound => !Findings.Any(finding => finding.IsDamage);
}
