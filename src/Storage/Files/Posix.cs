using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nacre.Core.Files;

namespace Nacre.Storage.Files;

/// <summary>The kernel calls behind <see cref="PosixFileSystem"/>, each with its result for the caller to check.</summary>
/// <remarks>
/// .NET's own calls do not serve: <c>FileStream.Flush(true)</c> and <c>RandomAccess.FlushToDisk</c> threw nothing
/// when <c>fsync</c> returned EIO. Offsets are 64 bits: the product runs on 64-bit Linux only.
/// </remarks>
internal static partial class Posix
{
    // The same numbers on x64 and arm64.
    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenExclusive = 0x80;
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>fallocate: reserve blocks without changing the file's length.</summary>
    public const int AllocateKeepSize = 1;

    public const int ErrorNoEntry = 2;
    public const int ErrorInterrupted = 4;
    public const int ErrorExists = 17;
    public const int ErrorNoSpace = 28;
    public const int ErrorNotSupported = 95;
    public const int ErrorQuota = 122;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static unsafe partial nint Read(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static unsafe partial nint Write(SafeFileHandle file, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    /// <summary>setpriority of the calling thread, where <paramref name="which"/> and <paramref name="who"/> are 0: what a process is elsewhere, a thread is on Linux.</summary>
    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    public static partial int SetPriority(int which, uint who, int niceness);

    /// <summary>The fault for the call that just failed on this thread.</summary>
    /// <param name="call">The call's name, for the message.</param>
    /// <param name="path">The file.</param>
    /// <param name="place">Where in the file.</param>
    public static StorageFaultException LastFault(string call, string path, string place)
    {
        int error = Marshal.GetLastPInvokeError();
        return new StorageFaultException(
            KindOf(error), path, place, $"{call} failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})");
    }

    /// <summary>The fault for an exception out of the base library's folder calls, which carry errno as HResult.</summary>
    public static StorageFaultException Fault(Exception cause, string path) =>
        new(KindOf(cause.HResult), path, "folder", cause.Message, cause);

    private static StorageFaultKind KindOf(int error) =>
        error is ErrorNoSpace or ErrorQuota ? StorageFaultKind.NoSpace : StorageFaultKind.Io;
}
