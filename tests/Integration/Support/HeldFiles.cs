using Nacre.Core.Files;
using Nacre.Storage.Files;

namespace Nacre.Integration.Tests.Support;

/// <summary>
/// The kernel's files, whose log a test holds back: the node hears everything and answers, and applies nothing, since what is
/// not flushed is not applied.
/// </summary>
internal sealed class HeldFiles : IFileSystem, IDisposable
{
    private readonly PosixFileSystem _files = PosixFileSystem.Instance;
    private readonly ManualResetEventSlim _open = new(initialState: true);

    /// <summary>Holds all flushes of the log that come from here on.</summary>
    public void Hold() => _open.Reset();

    /// <summary>Lets them through.</summary>
    public void Release() => _open.Set();

    public void Dispose() => _open.Dispose();

    public IStorageFile Open(string path, StorageFileMode mode) => new HeldFile(_files.Open(path, mode), _open);

    public bool FileExists(string path) => _files.FileExists(path);

    public void Delete(string path) => _files.Delete(path);

    public void Rename(string from, string to) => _files.Rename(from, to);

    public IReadOnlyList<string> ListFiles(string directory) => _files.ListFiles(directory);

    public IReadOnlyList<string> ListDirectories(string directory) => _files.ListDirectories(directory);

    public void CreateDirectory(string directory) => _files.CreateDirectory(directory);

    public void DeleteDirectory(string directory) => _files.DeleteDirectory(directory);

    public void SyncDirectory(string directory) => _files.SyncDirectory(directory);

    public long FreeBytes(string directory) => _files.FreeBytes(directory);

    private sealed class HeldFile(IStorageFile file, ManualResetEventSlim open) : IStorageFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long position, Span<byte> buffer) => file.Read(position, buffer);

        public void Write(long position, ReadOnlySpan<byte> buffer) => file.Write(position, buffer);

        public void Flush()
        {
            if (file.Path.Contains("/log/", StringComparison.Ordinal))
            {
                open.Wait();
            }

            file.Flush();
        }

        public void SetLength(long length) => file.SetLength(length);

        public void Allocate(long length) => file.Allocate(length);

        public void Dispose() => file.Dispose();
    }
}
