using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nacre.Core.Files;

namespace Nacre.Storage.Files;

/// <summary>A file of the kernel's, read and written by position.</summary>
/// <remarks>Thread-safe. Holds no buffer: what <see cref="Write"/> returned from is in the kernel's hands.</remarks>
internal sealed class PosixFile(SafeFileHandle handle, string path) : IStorageFile
{
    private const int SeekEnd = 2;

    /// <inheritdoc/>
    public string Path { get; } = path;

    /// <inheritdoc/>
    public long Length
    {
        get
        {
            // Nothing here uses the file's own position, so seeking is free of side effects.
            long length = Posix.Seek(handle, 0, SeekEnd);
            return length >= 0 ? length : throw Posix.LastFault("lseek", Path, "length");
        }
    }

    /// <inheritdoc/>
    public unsafe int Read(long position, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        int done = 0;
        fixed (byte* start = buffer)
        {
            while (done < buffer.Length)
            {
                nint count = Posix.Read(handle, start + done, (nuint)(buffer.Length - done), position + done);
                if (count == 0)
                {
                    break;
                }

                if (count > 0)
                {
                    done += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() != Posix.ErrorInterrupted)
                {
                    throw Posix.LastFault("pread", Path, $"offset {position + done}");
                }
            }
        }

        return done;
    }

    /// <inheritdoc/>
    public unsafe void Write(long position, ReadOnlySpan<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        int done = 0;
        fixed (byte* start = buffer)
        {
            while (done < buffer.Length)
            {
                nint count = Posix.Write(handle, start + done, (nuint)(buffer.Length - done), position + done);
                if (count >= 0)
                {
                    done += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() != Posix.ErrorInterrupted)
                {
                    throw Posix.LastFault("pwrite", Path, $"offset {position + done}");
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        // Not repeated on any error: after one the kernel may have dropped the pages and call the next flush good.
        if (Posix.SyncData(handle) != 0)
        {
            throw Posix.LastFault("fdatasync", Path, "flush");
        }
    }

    /// <inheritdoc/>
    public void SetLength(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        while (Posix.Truncate(handle, length) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Posix.ErrorInterrupted)
            {
                throw Posix.LastFault("ftruncate", Path, $"length {length}");
            }
        }
    }

    /// <inheritdoc/>
    public void Allocate(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        while (Posix.Allocate(handle, Posix.AllocateKeepSize, 0, length) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Posix.ErrorInterrupted:
                    break;
                case Posix.ErrorNotSupported:
                    return;
                default:
                    throw Posix.LastFault("fallocate", Path, $"length {length}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();
}
