using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nacre.Core.Files;

namespace Nacre.Storage.Files;

/// <summary>The kernel's files, with every flush's result checked.</summary>
/// <remarks>
/// Thread-safe; no state. ENOSPC and EDQUOT become <see cref="StorageFaultKind.NoSpace"/>, every other refusal
/// <see cref="StorageFaultKind.Io"/>. 64-bit Linux.
/// </remarks>
public sealed class PosixFileSystem : IFileSystem
{
    private const uint OwnerReadWrite = 0b110_000_000;
    private const uint OwnerOnly = 0b111_000_000;

    private PosixFileSystem()
    {
    }

    /// <summary>The one instance.</summary>
    public static PosixFileSystem Instance { get; } = new();

    /// <inheritdoc/>
    public IStorageFile Open(string path, StorageFileMode mode)
    {
        int flags = Posix.OpenCloseOnExec | mode switch
        {
            StorageFileMode.Existing => Posix.OpenReadWrite,
            StorageFileMode.New => Posix.OpenReadWrite | Posix.OpenCreate | Posix.OpenExclusive,
            StorageFileMode.ExistingOrNew => Posix.OpenReadWrite | Posix.OpenCreate,
            StorageFileMode.ReadOnly => Posix.OpenReadOnly,
            _ => throw new ArgumentOutOfRangeException(nameof(mode)),
        };
        return new PosixFile(OpenHandle(path, flags), path);
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public void Delete(string path)
    {
        if (Posix.Unlink(path) != 0 && Marshal.GetLastPInvokeError() != Posix.ErrorNoEntry)
        {
            throw Posix.LastFault("unlink", path, "folder");
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (Posix.Rename(from, to) != 0)
        {
            throw Posix.LastFault("rename", from, $"to {to}");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFiles(string directory) => List(directory, Directory.GetFiles);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectories(string directory) => List(directory, Directory.GetDirectories);

    /// <inheritdoc/>
    public void CreateDirectory(string directory)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (Directory.Exists(full))
        {
            return;
        }

        string? parent = Path.GetDirectoryName(full);
        if (parent is not null)
        {
            CreateDirectory(parent);
        }

        if (Posix.MakeDirectory(full, OwnerOnly) != 0 && Marshal.GetLastPInvokeError() != Posix.ErrorExists)
        {
            throw Posix.LastFault("mkdir", full, "folder");
        }

        if (parent is not null)
        {
            SyncDirectory(parent);
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string directory)
    {
        if (Directory.Exists(directory))
        {
            Guarded(directory, () => Directory.Delete(directory, recursive: true));
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string directory)
    {
        using SafeFileHandle handle = OpenHandle(directory, Posix.OpenReadOnly | Posix.OpenCloseOnExec);
        if (Posix.Sync(handle) != 0)
        {
            throw Posix.LastFault("fsync", directory, "folder");
        }
    }

    /// <inheritdoc/>
    public long FreeBytes(string directory)
    {
        long free = 0;
        Guarded(directory, () => free = new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace);
        return free;
    }

    private static SafeFileHandle OpenHandle(string path, int flags)
    {
        int descriptor;
        while ((descriptor = Posix.Open(path, flags, OwnerReadWrite)) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Posix.ErrorInterrupted)
            {
                throw Posix.LastFault("open", path, "file");
            }
        }

        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static string[] List(string directory, Func<string, string[]> list)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        string[] names = [];
        Guarded(directory, () => names = [.. list(directory).Select(path => Path.GetFileName(path))]);
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    private static void Guarded(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Posix.Fault(cause, path);
        }
    }
}
