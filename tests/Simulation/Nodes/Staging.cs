using Nacre.Core.StateMachines;

namespace Nacre.Simulation.Tests.Nodes;

/// <summary>What has come of a snapshot, on a node's disk.</summary>
internal sealed class Staging(SnapshotManifest manifest)
{
    private readonly int[] _durable = new int[manifest.Files.Length];

    public SnapshotManifest Manifest => manifest;

    public List<byte>[] Files { get; } = [.. manifest.Files.Select(_ => new List<byte>())];

    public void Flush()
    {
        for (int at = 0; at < Files.Length; at++)
        {
            _durable[at] = Files[at].Count;
        }
    }

    /// <summary>Power fails.</summary>
    public void Crash(NodeBug bug)
    {
        for (int at = 0; at < Files.Length; at++)
        {
            int lost = Files[at].Count - _durable[at];
            Files[at].RemoveRange(_durable[at], lost);
            if (bug == NodeBug.StagedPartLost)
            {
                Files[at].AddRange(new byte[lost]);
            }
        }
    }
}
