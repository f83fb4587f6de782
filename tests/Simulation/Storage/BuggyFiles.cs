using Nacre.Core.Files;
using Nacre.Testing;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>The disk as an engine with a planted bug uses it: some of what it asks to be synced is not.</summary>
internal sealed class BuggyFiles(IFileSystem files, StorageBug bug, SeededRandom random) : IFileSystem
{
    private readonly List<IStorageFile> _late = [];

    public IStorageFile Open(string path, StorageFileMode mode) => new BuggyFile(this, files.Open(path, mode));

    public bool FileExists(string path) => files.FileExists(path);

    public void Delete(string path) => files.Delete(path);

    public void Rename(string from, string to) => files.Rename(from, to);

    public IReadOnlyList<string> ListFiles(string directory) => files.ListFiles(directory);

    public IReadOnlyList<string> ListDirectories(string directory) => files.ListDirectories(directory);

    public void CreateDirectory(string directory) => files.CreateDirectory(directory);

    public void DeleteDirectory(string directory) => files.DeleteDirectory(directory);

    public void SyncDirectory(string directory)
    {
        bool isSkipped = bug switch
        {
            StorageBug.LogFolderSyncSkipped => directory.EndsWith("/log", StringComparison.Ordinal),
            StorageBug.ManifestFolderSyncSkipped => directory.EndsWith("/shards/1", StringComparison.Ordinal),
            StorageBug.KeyRingFolderSyncSkipped => directory.EndsWith("/keys", StringComparison.Ordinal),
            StorageBug.SnapshotFolderSyncSkipped => IsInstalling(directory),
            _ => false,
        };
        if (isSkipped)
        {
            return;
        }

        files.SyncDirectory(directory);
        if (bug == StorageBug.ManifestBeforePages && directory.EndsWith("/shards/1", StringComparison.Ordinal))
        {
            IStorageFile[] late;
            lock (_late)
            {
                late = [.. _late];
                _late.Clear();
            }

            foreach (IStorageFile file in late)
            {
                file.Flush();
            }
        }
    }

    public long FreeBytes(string directory) => files.FreeBytes(directory);

    private bool IsInstalling(string directory) =>
        (directory.EndsWith("/shards/1", StringComparison.Ordinal) && files.FileExists("/data/shards/1.incoming/install"))
        || directory.EndsWith(".incoming", StringComparison.Ordinal);

    private void Flush(IStorageFile file)
    {
        string path = file.Path;
        bool isSkipped = bug switch
        {
            StorageBug.LogFlushSkipped => path.Contains("/log/", StringComparison.Ordinal),
            StorageBug.LogFlushLies => path.Contains("/log/", StringComparison.Ordinal) && random.OneIn(20),
            StorageBug.ManifestFlushSkipped => path.EndsWith("/manifest.new", StringComparison.Ordinal),
            StorageBug.ControlCheckpointFlushSkipped => path.EndsWith("/control.tmp", StringComparison.Ordinal),
            StorageBug.NodeFileFlushSkipped => path.EndsWith("/node.new", StringComparison.Ordinal),
            StorageBug.SnapshotFlushSkipped => path.Contains(".incoming/", StringComparison.Ordinal) && path.EndsWith(".seg", StringComparison.Ordinal),
            _ => false,
        };
        if (bug == StorageBug.ManifestBeforePages && path.EndsWith(".seg", StringComparison.Ordinal))
        {
            lock (_late)
            {
                _late.Add(file);
            }

            return;
        }

        if (!isSkipped)
        {
            file.Flush();
        }
    }

    private sealed class BuggyFile(BuggyFiles files, IStorageFile file) : IStorageFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long position, Span<byte> buffer) => file.Read(position, buffer);

        public void Write(long position, ReadOnlySpan<byte> buffer) => file.Write(position, buffer);

        public void Flush() => files.Flush(file);

        public void SetLength(long length) => file.SetLength(length);

        public void Allocate(long length) => file.Allocate(length);

        public void Dispose() => file.Dispose();
    }
}
