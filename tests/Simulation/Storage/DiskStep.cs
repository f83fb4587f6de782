namespace Nacre.Simulation.Tests.Storage;

/// <summary>One step of a recording.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="Path">The file or folder, as it was named then; of a marker, what happened.</param>
/// <param name="File">Number of the file, whatever its name; 0 where none is meant.</param>
/// <param name="Position">Of a write, the first byte of its first sector; of a change of length, the length.</param>
/// <param name="Bytes">Of a write, its whole sectors as they read after it.</param>
/// <param name="End">Of a write, the byte behind its last.</param>
/// <param name="Entries">Names that changed, each with the file that it names from then on, 0 for none.</param>
internal sealed record DiskStep(
    DiskStepKind Kind, string Path, int File = 0, long Position = 0, byte[]? Bytes = null, long End = 0,
    IReadOnlyList<(string Path, int File)>? Entries = null)
{
    /// <summary>True where a power cut is tried: what was not synced before may be lost here.</summary>
    public bool IsBoundary => Kind is DiskStepKind.Flush or DiskStepKind.SyncDirectory;

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Path}{(Kind == DiskStepKind.Write ? $" {Position}+{Bytes!.Length}" : Kind == DiskStepKind.SetLength ? $" {Position}" : "")}";
}
