using Nacre.Core.Ids;
using Nacre.Core.Log;

namespace Nacre.Storage.SharedLog;

/// <summary>What a check of a whole log found.</summary>
/// <param name="Findings">Damage and notes, in the order of the segments; empty for a sound log after a clean stop.</param>
/// <param name="IsCleanStop">True when the log ends with the seal of a clean stop.</param>
/// <param name="TailCut">The torn tail that opening the log would cut; null when there is none.</param>
/// <param name="End">Where the log ends; null for an empty folder.</param>
/// <param name="Segments">Segments read.</param>
/// <param name="Frames">Whole frames read.</param>
/// <param name="UnreadableSections">Sections whose data key is not known: only their frames were checked.</param>
/// <param name="Shards">Where each shard's entries begin and end.</param>
public sealed record LogVerification(
    IReadOnlyList<StorageFinding> Findings, bool IsCleanStop, LogTailCut? TailCut, LogEnd? End, int Segments, long Frames,
    long UnreadableSections, IReadOnlyDictionary<ShardId, ShardLogState> Shards)
{
    /// <summary>True when nothing is damaged.</summary>
    public bool IsSound => !Findings.Any(finding => finding.IsDamage);
}
