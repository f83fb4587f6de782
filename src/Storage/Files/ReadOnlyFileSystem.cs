using Nacre.Core.Files;

namespace Nacre.Storage.Files;

/// <summary>Another file system, of which nothing can be changed: files open for reading alone, every change throws.</summary>
/// <param name="files">The file system.</param>
/// <param name="read">Told the bytes of each read, as they come; may be null. Called from any thread.</param>
/// <remarks>Thread-safe. Changes throw <see cref="InvalidOperationException"/>: who only looks has no reason to try.</remarks>
public sealed class ReadOnlyFileSystem(IFileSystem files, Action<int>? read = null) : IFileSystem
{
    /// <inheritdoc/>
    public IStorageFile Open(string path, StorageFileMode mode) =>
        mode is StorageFileMode.Existing or StorageFileMode.ReadOnly
            ? new ReadOnlyFile(files.Open(path, StorageFileMode.ReadOnly), read)
            : throw Refused(path);

    /// <inheritdoc/>
    public bool FileExists(string path) => files.FileExists(path);

    /// <inheritdoc/>
    public void Delete(string path) => throw Refused(path);

    /// <inheritdoc/>
    public void Rename(string from, string to) => throw Refused(from);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFiles(string directory) => files.ListFiles(directory);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectories(string directory) => files.ListDirectories(directory);

    /// <inheritdoc/>
    public void CreateDirectory(string directory) => throw Refused(directory);

    /// <inheritdoc/>
    public void DeleteDirectory(string directory) => throw Refused(directory);

    /// <inheritdoc/>
    public void SyncDirectory(string directory) => throw Refused(directory);

    /// <inheritdoc/>
    public long FreeBytes(string directory) => files.FreeBytes(directory);

    private static InvalidOperationException Refused(string path) => new($"{path} is open for reading alone.");

    private sealed class ReadOnlyFile(IStorageFile file, Action<int>? read) : IStorageFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long position, Span<byte> buffer)
        {
            int bytes = file.Read(position, buffer);
            read?.Invoke(bytes);
            return bytes;
        }

        public void Write(long position, ReadOnlySpan<byte> buffer) => throw Refused(Path);

        public void Flush() => throw Refused(Path);

        public void SetLength(long length) => throw Refused(Path);

        public void Allocate(long length) => throw Refused(Path);

        public void Dispose() => file.Dispose();
    }
}
