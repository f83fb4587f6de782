using Nacre.Core.Files;

namespace Nacre.Testing;

/// <summary>
/// A disk in memory that keeps only what was flushed: it can lose power at any change, tear, drop and reorder what
/// was not flushed at 512-byte sectors, lose folder entries that were not synced, fail, fill up, stall and rot.
/// </summary>
/// <remarks>
/// Thread-safe. Paths are taken as they are given: no <c>..</c>, no trailing separator. A file may hold up to 1 GiB.
/// What a crash keeps is decided by the seeds given to <see cref="CrashAt"/>, <see cref="CrashOn"/> and <see cref="Reboot"/> alone.
/// </remarks>
// Invariants:
// - _files is what programs see; _durableFiles what every crash keeps; _pendingEntries leads from one to the other.
// - _crashed never falls: a crashed system serves nobody; its disk lives on in the one that Reboot returns.
public sealed partial class SimulatedFileSystem : IFileSystem
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SimulatedInode> _files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SimulatedInode> _durableFiles = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _directories = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _durableDirectories = new(StringComparer.Ordinal);
    private readonly List<EntryChange> _pendingEntries = [];
    private readonly List<SimulatedOperation> _operations = [];

    /// <summary>How many changes were asked for so far; reads do not count.</summary>
    public long Changes { get; private set; }

    /// <summary>Hears every write with its bytes, flushed or not. Called under the system's lock.</summary>
    public Action<string, long, ReadOnlyMemory<byte>>? OnWrite { get; set; }

    /// <summary>All operations so far, in order.</summary>
    public IReadOnlyList<SimulatedOperation> Operations
    {
        get
        {
            lock (_lock)
            {
                return [.. _operations];
            }
        }
    }

    /// <inheritdoc/>
    public IStorageFile Open(string path, StorageFileMode mode)
    {
        lock (_lock)
        {
            CheckPower();
            if (_files.TryGetValue(path, out SimulatedInode? inode))
            {
                return mode == StorageFileMode.New ? throw Fault(path, "the file is there already") : new SimulatedFile(this, inode, path, mode);
            }

            if (mode is StorageFileMode.Existing or StorageFileMode.ReadOnly || !_directories.Contains(DirectoryOf(path)))
            {
                throw Fault(path, "no such file or folder");
            }

            inode = new SimulatedInode();
            ChangeEntries(SimulatedOperationKind.Create, path, [new(path, inode)]);
            return new SimulatedFile(this, inode, path, mode);
        }
    }

    /// <inheritdoc/>
    public bool FileExists(string path)
    {
        lock (_lock)
        {
            CheckPower();
            return _files.ContainsKey(path);
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        lock (_lock)
        {
            CheckPower();
            if (_files.ContainsKey(path))
            {
                ChangeEntries(SimulatedOperationKind.Delete, path, [new(path, null)]);
            }
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            CheckPower();
            if (!_files.TryGetValue(from, out SimulatedInode? inode) || !_directories.Contains(DirectoryOf(to)))
            {
                throw Fault(from, "no such file or folder");
            }

            ChangeEntries(SimulatedOperationKind.Rename, from, [new(from, null), new(to, inode)]);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFiles(string directory) => List(_files.Keys, directory);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectories(string directory) => List(_directories, directory);

    /// <inheritdoc/>
    public void CreateDirectory(string directory)
    {
        lock (_lock)
        {
            CheckPower();
            if (!_directories.Contains(directory))
            {
                Begin(SimulatedOperationKind.CreateDirectory, directory, 0, 0);
                for (string? path = directory; !string.IsNullOrEmpty(path); path = Path.GetDirectoryName(path))
                {
                    _directories.Add(path);
                    _durableDirectories.Add(path);
                }

                CrashIfDue();
            }
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string directory)
    {
        lock (_lock)
        {
            CheckPower();
            string prefix = directory + "/";
            string[] files = [.. _files.Keys.Where(path => path.StartsWith(prefix, StringComparison.Ordinal))];
            foreach (string file in files)
            {
                ChangeEntries(SimulatedOperationKind.Delete, file, [new(file, null)]);
            }

            if (_directories.Contains(directory))
            {
                Begin(SimulatedOperationKind.DeleteDirectory, directory, 0, 0);
                _directories.RemoveWhere(path => path == directory || path.StartsWith(prefix, StringComparison.Ordinal));
                CrashIfDue();
            }
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string directory)
    {
        lock (_lock)
        {
            Begin(SimulatedOperationKind.SyncDirectory, directory, 0, 0);
            CrashIfDueBeforeOrAfter(() =>
            {
                foreach (EntryChange change in _pendingEntries.Where(change => change.Touches(directory)))
                {
                    change.ApplyTo(_durableFiles);
                }

                _pendingEntries.RemoveAll(change => change.Touches(directory));
                string prefix = directory + "/";
                _durableDirectories.RemoveWhere(path =>
                    path.StartsWith(prefix, StringComparison.Ordinal) && !_directories.Contains(path));
            });
        }
    }

    /// <inheritdoc/>
    public long FreeBytes(string directory)
    {
        lock (_lock)
        {
            CheckPower();
            return QuotaBytes is { } quota ? Math.Max(0, quota - UsedBytes) : 1L << 40;
        }
    }

    internal long LengthOf(SimulatedInode inode)
    {
        lock (_lock)
        {
            CheckPower();
            return inode.Length;
        }
    }

    internal int Read(SimulatedInode inode, string path, long position, Span<byte> buffer)
    {
        lock (_lock)
        {
            Begin(SimulatedOperationKind.Read, path, position, buffer.Length);
            return inode.Read(position, buffer);
        }
    }

    internal void Write(SimulatedInode inode, string path, long position, ReadOnlySpan<byte> buffer)
    {
        lock (_lock)
        {
            CheckRoom(inode, path, position + buffer.Length);
            OnWrite?.Invoke(path, position, buffer.ToArray());
            try
            {
                Begin(SimulatedOperationKind.Write, path, position, buffer.Length);
            }
            catch (StorageFaultException)
            {
                // A failed write may have reached the disk in part.
                inode.Write(Changes, position, buffer[..(buffer.Length / 2)]);
                throw;
            }

            inode.Write(Changes, position, buffer);
            CrashIfDue();
        }
    }

    internal void Flush(SimulatedInode inode, string path)
    {
        FlushGate[] gates;
        lock (_lock)
        {
            CheckPower();
            gates = [.. _gates];
        }

        foreach (FlushGate gate in gates)
        {
            gate.Pass(path);
        }

        lock (_lock)
        {
            try
            {
                Begin(SimulatedOperationKind.Flush, path, 0, 0);
            }
            catch (StorageFaultException)
            {
                inode.LosePending();
                throw;
            }

            CrashIfDueBeforeOrAfter(inode.Flush);
        }
    }

    internal void SetLength(SimulatedInode inode, string path, long length)
    {
        lock (_lock)
        {
            CheckRoom(inode, path, length);
            Begin(SimulatedOperationKind.SetLength, path, length, 0);
            inode.SetLength(Changes, length);
            inode.Allocated = Math.Min(inode.Allocated, length);
            CrashIfDue();
        }
    }

    internal void Allocate(SimulatedInode inode, string path, long length)
    {
        lock (_lock)
        {
            CheckRoom(inode, path, length);
            Begin(SimulatedOperationKind.Allocate, path, length, 0);
            inode.Allocated = Math.Max(inode.Allocated, length);
            CrashIfDue();
        }
    }

    private static string DirectoryOf(string path) => Path.GetDirectoryName(path) ?? "";

    private static StorageFaultException Fault(string path, string detail) =>
        new(StorageFaultKind.Io, path, "file", detail);

    private List<string> List(IEnumerable<string> paths, string directory)
    {
        lock (_lock)
        {
            CheckPower();
            return [.. paths.Where(path => DirectoryOf(path) == directory).Select(path => Path.GetFileName(path))];
        }
    }

    private void ChangeEntries(SimulatedOperationKind kind, string path, Entry[] entries)
    {
        Begin(kind, path, 0, 0);
        var change = new EntryChange(entries);
        change.ApplyTo(_files);
        _pendingEntries.Add(change);
        CrashIfDue();
    }

    private readonly record struct Entry(string Path, SimulatedInode? Inode);

    /// <summary>One change of folder entries: all of it survives a crash, or none.</summary>
    private sealed record EntryChange(Entry[] Entries)
    {
        public bool Touches(string directory) => Entries.Any(entry => DirectoryOf(entry.Path) == directory);

        public void ApplyTo(SortedDictionary<string, SimulatedInode> files)
        {
            foreach ((string path, SimulatedInode? inode) in Entries)
            {
                if (inode is null)
                {
                    files.Remove(path);
                }
                else
                {
                    files[path] = inode;
                }
            }
        }
    }
}
