namespace Nacre.Replication.Snapshots;

/// <summary>A piece of a snapshot's file, on its way between nodes.</summary>
/// <param name="Bytes">The bytes; shorter than asked for only at the file's end. Never changed.</param>
/// <param name="Hash">SHA-256 of them, from the node that read them.</param>
public readonly record struct SnapshotChunk(ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Hash);
