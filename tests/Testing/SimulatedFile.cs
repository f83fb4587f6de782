using Nacre.Core.Files;

namespace Nacre.Testing;

/// <summary>An open file of a <see cref="SimulatedFileSystem"/>; works on when the file was removed or renamed.</summary>
internal sealed class SimulatedFile(SimulatedFileSystem system, SimulatedInode inode, string path, StorageFileMode mode) : IStorageFile
{
    private bool _disposed;

    public string Path { get; } = path;

    public long Length
    {
        get
        {
            CheckOpen();
            return system.LengthOf(inode);
        }
    }

    public int Read(long position, Span<byte> buffer)
    {
        CheckOpen();
        return system.Read(inode, Path, position, buffer);
    }

    public void Write(long position, ReadOnlySpan<byte> buffer)
    {
        CheckWritable();
        system.Write(inode, Path, position, buffer);
    }

    public void Flush()
    {
        CheckOpen();
        system.Flush(inode, Path);
    }

    public void SetLength(long length)
    {
        CheckWritable();
        system.SetLength(inode, Path, length);
    }

    public void Allocate(long length)
    {
        CheckWritable();
        system.Allocate(inode, Path, length);
    }

    public void Dispose() => _disposed = true;

    private void CheckOpen() => ObjectDisposedException.ThrowIf(_disposed, this);

    private void CheckWritable()
    {
        CheckOpen();
        if (mode == StorageFileMode.ReadOnly)
        {
            throw new StorageFaultException(StorageFaultKind.Io, Path, "file", "the file was opened for reading alone");
        }
    }
}
