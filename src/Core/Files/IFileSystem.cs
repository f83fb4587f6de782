namespace Nacre.Core.Files;

/// <summary>
/// The folder operations that storage needs, as a port: the product runs over the kernel's files, tests over a
/// layer that drops, tears and reorders what was not flushed.
/// </summary>
/// <remarks>Thread-safe. Every method throws <see cref="StorageFaultException"/> when the disk refuses.</remarks>
public interface IFileSystem
{
    /// <summary>Opens a file for reading and, unless the mode says otherwise, writing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether it must, may or must not exist.</param>
    /// <returns>The open file; the caller disposes it. A created file is durable only after <see cref="SyncDirectory"/>.</returns>
    IStorageFile Open(string path, StorageFileMode mode);

    /// <summary>True when a file is there.</summary>
    bool FileExists(string path);

    /// <summary>Removes a file; nothing happens when it is not there. Durable after <see cref="SyncDirectory"/>.</summary>
    void Delete(string path);

    /// <summary>Renames a file over whatever is at <paramref name="to"/>, atomically. Durable after <see cref="SyncDirectory"/>.</summary>
    void Rename(string from, string to);

    /// <summary>Names of the files in a folder, sorted ordinally; empty when the folder is not there.</summary>
    IReadOnlyList<string> ListFiles(string directory);

    /// <summary>Names of the folders in a folder, sorted ordinally; empty when the folder is not there.</summary>
    IReadOnlyList<string> ListDirectories(string directory);

    /// <summary>Makes a folder and its parents, mode 0700, and syncs their parents.</summary>
    void CreateDirectory(string directory);

    /// <summary>Removes a folder with all that is in it; nothing happens when it is not there.</summary>
    void DeleteDirectory(string directory);

    /// <summary>Makes creations, renames and removals in a folder durable (fsync).</summary>
    void SyncDirectory(string directory);

    /// <summary>Bytes that an unprivileged writer may still use on the folder's file system.</summary>
    long FreeBytes(string directory);
}
