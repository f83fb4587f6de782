using Nacre.Core.Ids;

namespace Nacre.Replication.Snapshots;

/// <summary>How far a snapshot has come that is being received.</summary>
/// <param name="From">The node that it comes from.</param>
/// <param name="Index">Its last entry.</param>
/// <param name="Received">Bytes that are here.</param>
/// <param name="Total">Bytes that it has.</param>
public sealed record SnapshotProgress(NodeId From, LogIndex Index, long Received, long Total)
{
    /// <summary>From 0 to 100.</summary>
    public double Percent => Total == 0 ? 100 : 100.0 * Received / Total;
}
