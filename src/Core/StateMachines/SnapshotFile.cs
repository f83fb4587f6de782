namespace Nacre.Core.StateMachines;

/// <summary>A file of a snapshot.</summary>
/// <param name="Name">Relative to the shard's folder, without a way out of it; the receiver checks that.</param>
/// <param name="Length">Bytes of it that belong to the snapshot; at the source more may follow.</param>
public readonly record struct SnapshotFile(string Name, long Length);
