using Nacre.Core.Files;

namespace Nacre.Security.Tests.Support;

/// <summary>Files in memory, with a countdown to a failing disk.</summary>
internal sealed class MemoryFileSystem : IFileSystem
{
    private readonly Dictionary<string, MemoryFile> _files = new(StringComparer.Ordinal);

    /// <summary>Disk operations left before every further one fails; negative for never.</summary>
    public int OperationsLeft { get; set; } = -1;

    /// <summary>Every file with its content.</summary>
    public IEnumerable<KeyValuePair<string, byte[]>> Contents =>
        _files.Select(file => KeyValuePair.Create(file.Key, file.Value.Content));

    /// <summary>The content of one file, as the test changes it.</summary>
    public byte[] this[string path]
    {
        get => [.. _files[path].Content];
        set => _files[path] = new MemoryFile(this, path) { Content = [.. value] };
    }

    public IStorageFile Open(string path, StorageFileMode mode)
    {
        Spend(path);
        bool exists = _files.TryGetValue(path, out MemoryFile? file);
        if (exists == (mode == StorageFileMode.New) && mode != StorageFileMode.ExistingOrNew)
        {
            throw new StorageFaultException(StorageFaultKind.Io, path, "open", exists ? "exists" : "not there");
        }

        return file ?? (_files[path] = new MemoryFile(this, path));
    }

    public bool FileExists(string path) => _files.ContainsKey(path);

    public void Delete(string path)
    {
        Spend(path);
        _files.Remove(path);
    }

    public void Rename(string from, string to)
    {
        Spend(from);
        _files.Remove(from, out MemoryFile? file);
        _files[to] = file ?? throw new StorageFaultException(StorageFaultKind.Io, from, "rename", "not there");
    }

    public IReadOnlyList<string> ListFiles(string directory) =>
        [.. _files.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> ListDirectories(string directory) => [];

    public void CreateDirectory(string directory) => Spend(directory);

    public void DeleteDirectory(string directory) => Spend(directory);

    public void SyncDirectory(string directory) => Spend(directory);

    public long FreeBytes(string directory) => long.MaxValue;

    private void Spend(string path)
    {
        if (OperationsLeft == 0)
        {
            throw new StorageFaultException(StorageFaultKind.Io, path, "anywhere", "the disk failed");
        }

        OperationsLeft--;
    }

    private sealed class MemoryFile(MemoryFileSystem files, string path) : IStorageFile
    {
        public byte[] Content { get; set; } = [];

        public string Path => path;

        public long Length => Content.Length;

        public int Read(long position, Span<byte> buffer)
        {
            ReadOnlySpan<byte> rest = Content.AsSpan((int)position);
            rest = rest[..Math.Min(rest.Length, buffer.Length)];
            rest.CopyTo(buffer);
            return rest.Length;
        }

        public void Write(long position, ReadOnlySpan<byte> buffer)
        {
            files.Spend(path);
            if (position + buffer.Length > Content.Length)
            {
                SetLength(position + buffer.Length);
            }

            buffer.CopyTo(Content.AsSpan((int)position));
        }

        public void Flush() => files.Spend(path);

        public void SetLength(long length)
        {
            byte[] content = Content;
            Array.Resize(ref content, (int)length);
            Content = content;
        }

        public void Allocate(long length)
        {
        }

        public void Dispose()
        {
        }
    }
}
