using Nacre.Core.Files;

namespace Nacre.Simulation.Tests.Storage;

/// <summary>A disk in memory that can be copied for little, and recorded: each change with its bytes, in order.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed partial class MemoryDisk : IFileSystem
{
    // Invariants:
    // - the bytes of a shared file are never changed: who writes to it makes a copy first;
    // - the recording has every change in the order in which readers could see it.
    public const int SectorBytes = 512;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, MemoryFile> _files = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);
    private readonly List<DiskStep>? _recording;
    private int _lastFile;

    /// <param name="recording">Gets every change from now on; null for none.</param>
    public MemoryDisk(List<DiskStep>? recording = null) => _recording = recording;

    /// <summary>Holds back changes of threads other than the driver's; null: nobody does.</summary>
    public ChangeGate? Gate { get; set; }

    /// <summary>Notes in the recording that something happened above the disk.</summary>
    /// <returns>How many steps are recorded now.</returns>
    public int Mark(string what)
    {
        lock (_lock)
        {
            _recording!.Add(new DiskStep(DiskStepKind.Marker, what));
            return _recording.Count;
        }
    }

    /// <summary>How many steps are recorded.</summary>
    public int Position
    {
        get
        {
            lock (_lock)
            {
                return _recording!.Count;
            }
        }
    }

    /// <inheritdoc/>
    public IStorageFile Open(string path, StorageFileMode mode)
    {
        Gate?.Pass();
        lock (_lock)
        {
            if (_files.TryGetValue(path, out MemoryFile? file))
            {
                return mode == StorageFileMode.New ? throw Fault(path, "the file is there already") : new Handle(this, file, path);
            }

            if (mode is StorageFileMode.Existing or StorageFileMode.ReadOnly || !_folders.Contains(FolderOf(path)))
            {
                throw Fault(path, "no such file or folder");
            }

            file = new MemoryFile(++_lastFile);
            _files.Add(path, file);
            _recording?.Add(new DiskStep(DiskStepKind.Entries, path, Entries: [(path, file.Number)]));
            return new Handle(this, file, path);
        }
    }

    /// <inheritdoc/>
    public bool FileExists(string path)
    {
        lock (_lock)
        {
            return _files.ContainsKey(path);
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        Gate?.Pass();
        lock (_lock)
        {
            if (_files.Remove(path))
            {
                _recording?.Add(new DiskStep(DiskStepKind.Entries, path, Entries: [(path, 0)]));
            }
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        Gate?.Pass();
        lock (_lock)
        {
            if (!_files.Remove(from, out MemoryFile? file) || !_folders.Contains(FolderOf(to)))
            {
                throw Fault(from, "no such file or folder");
            }

            _files[to] = file;
            _recording?.Add(new DiskStep(DiskStepKind.Entries, from, Entries: [(from, 0), (to, file.Number)]));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFiles(string directory)
    {
        lock (_lock)
        {
            return [.. _files.Keys.Where(path => FolderOf(path) == directory).Select(path => Path.GetFileName(path))];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectories(string directory)
    {
        lock (_lock)
        {
            return [.. _folders.Where(path => FolderOf(path) == directory).Select(path => Path.GetFileName(path))];
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string directory)
    {
        Gate?.Pass();
        lock (_lock)
        {
            if (!_folders.Contains(directory))
            {
                PutFolder(directory);
                _recording?.Add(new DiskStep(DiskStepKind.CreateDirectory, directory));
            }
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string directory)
    {
        foreach (string name in ListFiles(directory))
        {
            Delete(Path.Combine(directory, name));
        }

        foreach (string name in ListDirectories(directory))
        {
            DeleteDirectory(Path.Combine(directory, name));
        }

        Gate?.Pass();
        lock (_lock)
        {
            if (_folders.Remove(directory))
            {
                _recording?.Add(new DiskStep(DiskStepKind.DeleteDirectory, directory));
            }
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string directory)
    {
        Gate?.Pass();
        lock (_lock)
        {
            _recording?.Add(new DiskStep(DiskStepKind.SyncDirectory, directory));
        }
    }

    /// <inheritdoc/>
    public long FreeBytes(string directory) => 1L << 40;

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? "";

    private static StorageFaultException Fault(string path, string detail) => new(StorageFaultKind.Io, path, "file", detail);

    private sealed class Handle(MemoryDisk disk, MemoryFile file, string path) : IStorageFile
    {
        public string Path { get; } = path;

        public long Length
        {
            get
            {
                lock (disk._lock)
                {
                    return file.Length;
                }
            }
        }

        public int Read(long position, Span<byte> buffer)
        {
            lock (disk._lock)
            {
                int count = (int)Math.Clamp(file.Length - position, 0, buffer.Length);
                file.Bytes.AsSpan((int)Math.Min(position, file.Length), count).CopyTo(buffer);
                return count;
            }
        }

        public void Write(long position, ReadOnlySpan<byte> buffer)
        {
            disk.Gate?.Pass();
            lock (disk._lock)
            {
                file.Write(position, buffer);
                if (disk._recording is { } recording && !buffer.IsEmpty)
                {
                    long end = position + buffer.Length;
                    long first = position / SectorBytes * SectorBytes;
                    long last = (end + SectorBytes - 1) / SectorBytes * SectorBytes;
                    recording.Add(new DiskStep(
                        DiskStepKind.Write, Path, file.Number, first, file.Bytes.AsSpan((int)first, (int)(last - first)).ToArray(), end));
                }
            }
        }

        public void Flush()
        {
            disk.Gate?.Pass();
            lock (disk._lock)
            {
                disk._recording?.Add(new DiskStep(DiskStepKind.Flush, Path, file.Number));
            }
        }

        public void SetLength(long length)
        {
            disk.Gate?.Pass();
            lock (disk._lock)
            {
                file.SetLength(length);
                disk._recording?.Add(new DiskStep(DiskStepKind.SetLength, Path, file.Number, length));
            }
        }

        public void Allocate(long length)
        {
            // Reserved blocks are neither length nor content: nothing that a power cut could change.
        }

        public void Dispose()
        {
            // Nothing is kept open.
        }
    }
}
