using Nacre.Core.StateMachines;

namespace Nacre.Replication.Tests.Doubles;

/// <summary>What has come of a snapshot.</summary>
internal sealed class StagedSnapshot(SnapshotManifest manifest)
{
    public SnapshotManifest Manifest => manifest;

    public List<byte>[] Files { get; } = [.. manifest.Files.Select(_ => new List<byte>())];

    /// <summary>How much of each file a crash leaves.</summary>
    public int[] Durable { get; } = new int[manifest.Files.Length];
}
