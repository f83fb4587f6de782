namespace Nacre.Storage.Snapshots;

/// <summary>A file of a snapshot at its source.</summary>
/// <param name="Path">Where it is; null for one whose bytes are held in memory.</param>
/// <param name="Bytes">Those bytes.</param>
/// <param name="Name">What the receiver calls it.</param>
/// <param name="Length">Bytes that belong to the snapshot.</param>
internal sealed record HeldFile(string? Path, ReadOnlyMemory<byte> Bytes, string Name, long Length);
