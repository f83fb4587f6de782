namespace Nacre.Core.StateMachines;

/// <summary>A snapshot that is held: its bytes stay as they are until this is disposed.</summary>
/// <remarks>Thread-safe, but for the disposal.</remarks>
public interface ISnapshotSource : IDisposable
{
    /// <summary>What the snapshot consists of.</summary>
    SnapshotManifest Manifest { get; }

    /// <summary>Reads bytes of a file.</summary>
    /// <param name="file">Its place in <see cref="SnapshotManifest.Files"/>.</param>
    /// <param name="offset">From 0 to the file's length.</param>
    /// <param name="into">Filled as far as the file goes.</param>
    /// <returns>Bytes read; fewer than asked for only at the file's end. Throws <see cref="Files.StorageFaultException"/>.</returns>
    int Read(int file, long offset, Span<byte> into);
}
